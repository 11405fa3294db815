"""While somebody works on the product every address answers 503; a file switches it on and off.

The file may hold the minutes it will take. RFC 9110 15.6.4, 10.2.3 (Retry-After)
"""

import os
from typing import TYPE_CHECKING

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.template.loader import get_template
from django.utils import translation

from fhirapi import outcomes
from fhirapi.provider import problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_MINUTES = 10  # where the file does not say
_STAYS = ("/healthz", "/static/")  # the process lives, and the page needs its looks
_FHIR = ("/R4-patient-api/", "/patient-api/")


def gate(app: "WSGIApplication", is_api: "Callable[[str], bool]") -> "WSGIApplication":
    """Before everything else: the database may be what is being worked on."""

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        path = environ["PATH_INFO"]
        seconds = seconds_left()
        if seconds is None or path.startswith(_STAYS):
            return app(environ, start)
        content_type, body = _body(environ, path, seconds, is_api=is_api(path))
        headers = [
            ("Content-Type", content_type), ("Content-Length", str(len(body))),
            ("Retry-After", str(seconds)), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"), ("Access-Control-Allow-Origin", "*"),
            ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"),
        ]  # fmt: skip
        start("503 Service Unavailable", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return answer


def seconds_left() -> int | None:
    """None: there is no maintenance."""
    # Every request asks: a file that is not there must not cost an exception.
    if not os.access(settings.MAINTENANCE_FILE, os.F_OK):
        return None
    try:
        text = settings.MAINTENANCE_FILE.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
    minutes = int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 10_000 else 0
    return (minutes or _MINUTES) * 60


def _body(
    environ: "WSGIEnvironment", path: str, seconds: int, *, is_api: bool
) -> tuple[str, bytes]:
    if path == "/readyz":
        return "application/json", b'{"status": "unavailable", "reasons": ["Maintenance."]}'
    if is_api and "/oauth2/" in path:
        return "application/json", b'{"error": "temporarily_unavailable"}'
    if is_api and path.startswith(_FHIR):
        issue = outcomes.maintenance().issue()
        return "application/fhir+json; charset=utf-8", outcomes.operation_outcome(issue)
    if is_api and path.startswith("/provider-api/"):
        told = problems.of_outcome(outcomes.maintenance()).members()
        return problems.MEDIA_TYPE, orjson.dumps(told)
    language = translation.get_language_from_request(WSGIRequest(environ))
    with translation.override(language):
        page = get_template("503.html").render({"minutes": seconds // 60})
    return "text/html; charset=utf-8", page.encode()
