"""How many pages an address may ask for before anybody signs in, and an account afterwards."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from fhirapi.audit.record import address_of
from fhirapi.limits import asked, table
from portal.accounts.models import Account


class TooManyMiddleware:
    """Comes after those that know who it is and which language they read.

    Apart from the requests of the account's apps: an app that has gone wild must not keep its
    owner from the page on which it is ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wait = _wait(request)
        if not wait:
            return self._get_response(request)
        page = render(request, "429.html", {"seconds": wait}, status=429)
        for name, value in asked.too_many_open(wait).items():
            page[name] = value
        page["Cache-Control"] = "no-store"
        return page


def _wait(request: HttpRequest) -> int:
    most: int = settings.OPEN_REQUESTS_A_MINUTE
    if isinstance(request.user, Account):
        return table.known.take(f"pages {request.user.pk}", most).wait if most else 0
    return asked.open_request(address_of(request))
