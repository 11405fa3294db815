"""Pages in the language and the time zone of whoever reads them."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from portal.accounts.models import Account

# The operations desk is written in English only; half a translation would be worse.
_IN_ENGLISH = "/admin/"


class PersonMiddleware:
    """What an account chose comes before what its browser says (LocaleMiddleware)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        account = request.user if isinstance(request.user, Account) else None
        _speak(request, account)
        with timezone.override(zone_of(account) if account else None):
            return self._get_response(request)


def zone_of(account: Account) -> ZoneInfo | None:
    """None: the practice's own (``settings.TIME_ZONE``)."""
    try:
        return ZoneInfo(account.time_zone) if account.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):  # a name that tzdata has given up
        return None


def _speak(request: HttpRequest, account: Account | None) -> None:
    if request.path.startswith(_IN_ENGLISH):
        language = "en"
    elif account and account.language:
        language = account.language
    else:
        return
    translation.activate(language)
    request.LANGUAGE_CODE = language
