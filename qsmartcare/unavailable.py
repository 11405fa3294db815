"""503 before anything else is asked, in the form that the address answers in.

RFC 9110 15.6.4 and 10.2.3 (Retry-After), RFC 6749 5.2 (temporarily_unavailable)
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson
from django.core.handlers.wsgi import WSGIRequest
from django.template.loader import get_template
from django.utils import translation

from fhirapi.outcomes import Outcome, operation_outcome
from fhirapi.provider import problems

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

_FHIR = ("/R4-patient-api/", "/patient-api/")


@dataclass(frozen=True)
class Unavailable:
    """Why nothing can be answered: to apps, to operators at /readyz, and as a page."""

    outcome: Outcome
    reason: str
    template: str


def turn_away(
    why: Unavailable,
    seconds: int,
    environ: "WSGIEnvironment",
    start: "StartResponse",
    *,
    is_api: bool,
) -> "Iterable[bytes]":
    content_type, body = _body(why, seconds, environ, is_api=is_api)
    headers = [
        ("Content-Type", content_type), ("Content-Length", str(len(body))),
        ("Retry-After", str(seconds)), ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"), ("Access-Control-Allow-Origin", "*"),
        ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"),
    ]  # fmt: skip
    start("503 Service Unavailable", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _body(
    why: Unavailable, seconds: int, environ: "WSGIEnvironment", *, is_api: bool
) -> tuple[str, bytes]:
    path = environ["PATH_INFO"]
    if path == "/readyz":
        told = {"status": "unavailable", "reasons": [why.reason]}
        return "application/json", orjson.dumps(told)
    if is_api and "/oauth2/" in path:
        return "application/json", b'{"error": "temporarily_unavailable"}'
    if is_api and path.startswith(_FHIR):
        body = operation_outcome(why.outcome.issue())
        return "application/fhir+json; charset=utf-8", body
    if is_api and path.startswith("/provider-api/"):
        problem = problems.of_outcome(why.outcome).members()
        return problems.MEDIA_TYPE, orjson.dumps(problem)
    language = translation.get_language_from_request(WSGIRequest(environ))
    return "text/html; charset=utf-8", _page(why.template, language, seconds // 60)


@lru_cache(maxsize=50)
def _page(template: str, language: str, minutes: int) -> bytes:
    """Kept: who has no time to answer has none to make pages either."""
    with translation.override(language):
        return get_template(template).render({"minutes": minutes}).encode()
