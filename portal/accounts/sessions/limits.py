"""Ends sessions that have run out, and notes that somebody is there."""

from collections.abc import Callable

from django.contrib import auth
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.accounts.models import Account
from portal.accounts.sessions import living

POLL = "X-Poll"
"""The header by which a page says that it asks by itself (``hx-headers``)."""


class SessionLimitsMiddleware:
    """Comes after Django's own for sessions and sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        account = request.user
        if isinstance(account, Account):
            if living.seconds_left(request) <= 0:
                auth.logout(request)
                record(
                    AuditRecord.Action.SESSION_END,
                    account_id=account.pk,
                    detail="ran out",
                    address=address_of(request),
                )
            elif not _only_asks(request) and not living.seen(request, account):
                auth.logout(request)
        return self._get_response(request)


def _only_asks(request: HttpRequest) -> bool:
    """A page that asks how long is left keeps nobody signed in, nor does one that polls."""
    is_poll = POLL in request.headers or request.path == reverse("portal:session")
    return request.method == "GET" and is_poll
