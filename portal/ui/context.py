"""What every page may use without asking."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from portal.accounts.models import Account
from portal.ui.menu import menu
from portal.ui.state import keys_title


def portal(request: HttpRequest) -> dict[str, object]:
    # An error can come up before anybody is known, and the API's requests have no user at all.
    user: Account | AnonymousUser = getattr(request, "user", AnonymousUser())
    return {
        "is_demo": settings.DEMO,
        "base_url": settings.BASE_URL,
        "keys_title": keys_title(user) if isinstance(user, Account) else "",
        "menu": menu(request, user) if isinstance(user, Account) else [],
    }
