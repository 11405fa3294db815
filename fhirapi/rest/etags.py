"""Conditional reads: 304 for what the client has already. https://hl7.org/fhir/R4/http.html#cread

RFC 9110 section 13: ``If-None-Match`` goes before ``If-Modified-Since``; comparison is weak, since
``_pretty`` and the like answer one version in different bytes. ``If-Match`` is about writes.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_http_date_safe

from fhirapi.store.read import Stored

_TAG = re.compile(r'(?:W/)?"(?P<opaque>[^"]*)"')


def versioned(
    request: HttpRequest, found: Stored, make: Callable[[], HttpResponse]
) -> HttpResponse:
    """What ``make`` makes, or 304; with the version's ETag and date."""
    version = str(found.version_id)
    is_known = is_known_version(request.META, version, found.last_modified)
    response = not_modified() if is_known else make()
    response.headers["ETag"] = f'W/"{version}"'
    response.headers["Last-Modified"] = found.last_modified
    return response


def is_known_version(
    meta: Mapping[str, Any], version: str, last_modified: str | None = None
) -> bool:
    """Whether the request's headers show that the client has this version.

    ``version`` is what stands between the quotes of the ETag; ``last_modified`` an HTTP date.
    """
    known = meta.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        return known.strip() == "*" or version in _opaque(known)
    since = meta.get("HTTP_IF_MODIFIED_SINCE")
    if since is None or last_modified is None:
        return False
    asked, changed = parse_http_date_safe(since), parse_http_date_safe(last_modified)
    return asked is not None and changed is not None and changed <= asked


def _opaque(header: str) -> list[str]:
    return [match["opaque"] for match in _TAG.finditer(header)]


def not_modified() -> HttpResponse:
    response = HttpResponse(status=304)
    del response.headers["Content-Type"]  # there is no content
    response.headers["Cache-Control"] = "private, no-store"
    return response
