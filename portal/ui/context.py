"""What every page may use without asking."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse

from fhirapi.smart.names import name_of
from portal.accounts.access import door_of
from portal.accounts.models import Account
from portal.accounts.sessions import living
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
        **(_session(request, user) if isinstance(user, Account) else {}),
    }


def _session(request: HttpRequest, account: Account) -> dict[str, object]:
    """How long the session lasts, and the door through which the same person comes back."""
    return {
        "session_seconds": living.seconds_left(request),
        "session_door": reverse(door_of(account)),
        "session_whose": name_of(f"drafts of account {account.pk}")[:16],
    }
