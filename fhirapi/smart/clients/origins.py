"""Which pages of other origins may call the API from a browser.

https://fetch.spec.whatwg.org/#http-cors-protocol
Public documents say ``*`` themselves. Everything else answers the origins that enabled apps have
registered. Cookies never count: an app's request carries its token.
"""

import time

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from fhirapi.sql import fetch

_REGISTERED = r"""
SELECT true FROM fhirapi_client
WHERE disabled_at IS NULL AND allowed_origins <> ''
  AND %s = ANY(regexp_split_to_array(allowed_origins, '\s+')) LIMIT 1
"""
_KEPT = 5.0  # seconds that a change of a registration may take to be noticed
_PUBLIC = (
    "/.well-known/",
    "/R4-patient-api/.well-known/",
    "/R4-patient-api/metadata",
    "/R4-patient-api/oauth2/jwks",
    "/R4-patient-api/brands",
    "/R4-patient-api/service-base-urls",
    "/R4-patient-api/smart-style.json",
)
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_HEADERS = (
    "Authorization, Content-Type, Accept, Prefer, If-Match, If-None-Match, If-Modified-Since, "
    "If-None-Exist, X-Security-Context, Idempotency-Key, Cache-Control, X-Requested-With"
)
_EXPOSED = (
    "ETag, Location, Content-Location, Last-Modified, WWW-Authenticate, Retry-After, X-Progress, "
    "Expires, Content-Disposition, Accept-Patch, Preference-Applied, Idempotency-Replayed, "
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
)
_KEPT_BY_BROWSERS = "600"

_known: dict[str, float] = {}
"""Registered origins, and when the database said so; one just registered is never missed."""


def preflight(request: HttpRequest) -> HttpResponse:
    """The answer to OPTIONS, whatever is at the address: it tells nothing of it."""
    response = HttpResponse(status=204)
    del response["Content-Type"]
    response["Allow"] = _METHODS
    if request.path.startswith(_PUBLIC):
        response["Access-Control-Allow-Origin"] = "*"
    else:
        allow(request, response)
    if "Access-Control-Allow-Origin" in response:
        response["Access-Control-Allow-Methods"] = _METHODS
        response["Access-Control-Allow-Headers"] = _HEADERS
        response["Access-Control-Max-Age"] = _KEPT_BY_BROWSERS
    return response


def allow(request: HttpRequest, response: HttpResponseBase) -> None:
    """Lets the page that asks read the answer, if its origin is registered."""
    if "Access-Control-Allow-Origin" in response.headers:
        return
    origin = request.META.get("HTTP_ORIGIN", "")
    response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), "Origin"]))
    if is_registered(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED


def is_registered(origin: str) -> bool:
    if not origin.isascii() or not origin.isprintable():
        return False
    now = time.monotonic()
    if now - _known.get(origin, float("-inf")) <= _KEPT:
        return True
    if fetch(_REGISTERED, [origin]):
        _known[origin] = now
        return True
    _known.pop(origin, None)
    return False
