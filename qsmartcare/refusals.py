"""What is answered before a request reaches its view: in the kind of error that its address has."""

from typing import TYPE_CHECKING

import orjson
from django.http import HttpResponse

from fhirapi import outcomes
from fhirapi.outcomes import Outcome
from fhirapi.provider import problems

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

_OAUTH = ("/R4-patient-api/oauth2/", "/R4-patient-api/oath2/", "/.well-known/")
_PAGES_OF_OAUTH = ("/R4-patient-api/oauth2/authorize", "/R4-patient-api/oauth2/manage")
_FHIR = ("/R4-patient-api/", "/patient-api/")
_PROVIDER = "/provider-api/"


def response(path: str, outcome: Outcome) -> HttpResponse:
    """For an address of the API; elsewhere a line of text."""
    if path.startswith(_PROVIDER):
        made = problems.response(problems.of_outcome(outcome))
    elif path.startswith(_OAUTH) and not path.startswith(_PAGES_OF_OAUTH):
        error = "temporarily_unavailable" if outcome.status in (429, 503) else "invalid_request"
        told = {"error": error, "error_description": outcome.text}
        made = HttpResponse(orjson.dumps(told), content_type="application/json")
    elif path.startswith(_FHIR):
        content = outcomes.operation_outcome(outcome.issue())
        made = HttpResponse(content, content_type="application/fhir+json; charset=utf-8")
    else:
        made = HttpResponse(outcome.text, content_type="text/plain; charset=utf-8")
    made.status_code = outcome.status
    for name, value in outcome.headers.items():
        made.headers[name] = value
    made.headers["Cache-Control"] = "no-store"
    made.headers["X-Content-Type-Options"] = "nosniff"
    made.headers["Content-Length"] = str(len(made.content))
    return made


def is_refused_unread(path: str) -> bool:
    """Of what is too large: the other addresses first look whose it is."""
    is_page = not path.startswith((*_FHIR, _PROVIDER))
    return is_page or path.startswith((*_OAUTH, *_PAGES_OF_OAUTH))


def too_large_body(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
    return _send(environ, start, outcomes.too_large())


def too_long_path(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
    return _send(environ, start, outcomes.too_long_path())


def too_slow_body(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
    return _send(environ, start, outcomes.too_slow())


def cut_off(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
    """RFC 9112 8: a request that is not complete is not acted on."""
    return _send(environ, start, outcomes.bad_request("The body of the request broke off."))


def _send(
    environ: "WSGIEnvironment", start: "StartResponse", outcome: Outcome
) -> "Iterable[bytes]":
    made = response(environ["PATH_INFO"], outcome)
    # What is still to come is not waited for.
    start(f"{made.status_code} {made.reason_phrase}", [*made.items(), ("Connection", "close")])
    return [made.content]
