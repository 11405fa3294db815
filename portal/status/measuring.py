"""Looks at each component once, as whoever uses it would.

The web server is asked over HTTP under the address that people use, for it may be what is broken;
a worker asks, so what it cannot reach others may still reach: ``STATUS_PROBE_URL`` says where to
ask if the public address is none that the workers know.
"""

import logging
import smtplib
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends import smtp
from django.utils import timezone

from fhirapi.bulk.waiting import queue
from portal.operations.models import LetterFailure
from portal.status.components import Component, State
from portal.status.ready import reasons_against

_PATIENCE = 5.0
"""Seconds until an answer does not come."""
_SLOW = 2.0
"""Seconds after which an answer is slow."""
_WAITS_LONG = timedelta(minutes=30)
_LATELY = timedelta(minutes=15)
_NOBODY = {"grant_type": "authorization_code"}
_REFUSED = 400
_log = logging.getLogger(__name__)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = build_opener(ProxyHandler({}), _NoRedirect())


class _Answer(NamedTuple):
    status: int
    """0: there was none."""
    seconds: float


def measure() -> dict[Component, State]:
    """Of every component; takes a few seconds where something does not answer."""
    return {component: _measured(look) for component, look in _LOOKS.items()}


def _measured(look: Callable[[], State]) -> State:
    try:
        return look()
    except Exception as error:  # a look that breaks has found what it looks at broken
        _log.warning("status: %s failed: %s", look.__name__, type(error).__name__)
        return State.DOWN


def _portal() -> State:
    return _judged(_ask("/app/index.html"), 200)


def _fhir() -> State:
    """Its description, and whether the process that answers it could answer more."""
    return _worst(_judged(_ask("/R4-patient-api/metadata"), 200), _judged(_ask("/readyz"), 200))


def _token() -> State:
    """Without a pair it is refused. A wrong one would be put on record for good, each minute."""
    return _judged(_ask("/R4-patient-api/oauth2/token", _NOBODY), _REFUSED)


def _database() -> State:
    began = perf_counter()
    if reasons_against():
        return State.DEGRADED  # it is away: then nobody gets here, and nothing is counted
    return _paced(perf_counter() - began)


def _jobs() -> State:
    """That a worker does this shows that there is one; whether the others' work gets on."""
    oldest = queue().oldest
    is_late = oldest is not None and oldest < timezone.now() - _WAITS_LONG
    return State.DEGRADED if is_late else State.OPERATIONAL


def _email() -> State:
    """Whether the mail server lets us in, and took the letters of the last minutes."""
    connection = get_connection()
    if isinstance(connection, smtp.EmailBackend):
        connection.timeout = int(_PATIENCE)
        try:
            connection.open()
            connection.close()
        except (OSError, smtplib.SMTPException):
            return State.DOWN
    lately = LetterFailure.objects.filter(failed_at__gt=timezone.now() - _LATELY)
    lately = lately.exclude(reason=smtplib.SMTPRecipientsRefused.__name__)  # a wrong address
    return State.DEGRADED if lately.exists() else State.OPERATIONAL


_LOOKS: dict[Component, Callable[[], State]] = {
    Component.PORTAL: _portal,
    Component.FHIR: _fhir,
    Component.TOKEN: _token,
    Component.JOBS: _jobs,
    Component.DATABASE: _database,
    Component.EMAIL: _email,
}


def _ask(path: str, fields: dict[str, str] | None = None) -> _Answer:
    """The Host is the public one, whichever way leads there."""
    headers = {"Host": urlsplit(settings.BASE_URL).netloc, "User-Agent": "QSmartCare status"}
    if settings.IS_HTTPS:
        headers["X-Forwarded-Proto"] = "https"  # as the proxy in front would say
    body = urlencode(fields).encode() if fields else None
    request = Request(settings.STATUS_PROBE_URL + path, body, headers)  # noqa: S310 - a setting
    began = perf_counter()
    try:
        with _OPENER.open(request, timeout=_PATIENCE) as response:
            response.read()
            return _Answer(response.status, perf_counter() - began)
    except HTTPError as refused:
        refused.close()
        return _Answer(refused.code, perf_counter() - began)
    except (URLError, OSError):
        return _Answer(0, perf_counter() - began)


def _judged(answer: _Answer, expected: int) -> State:
    return _paced(answer.seconds) if answer.status == expected else State.DOWN


def _paced(seconds: float) -> State:
    return State.DEGRADED if seconds > _SLOW else State.OPERATIONAL


def _worst(*states: State) -> State:
    order = list(State)
    return max(states, key=order.index)
