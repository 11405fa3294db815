"""Conditions that headers put on a change. https://hl7.org/fhir/R4/http.html#concurrency"""

import re

from django.http import HttpRequest

from fhirapi.write_outcomes import bad_condition_header
from fhirapi.writing.change import ANY_VERSION

_MOST_DIGITS = 9
_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def if_match(request: HttpRequest) -> int | None:
    """The version that is to be changed; None: whichever. Raises the 400 outcome."""
    header = request.headers.get("If-Match")
    return None if header is None else version_of(header)


def version_of(etag: str) -> int:
    """Of ``W/"3"``; 0 for a version that we never made. Raises the 400 outcome."""
    if etag.strip() == "*":
        return ANY_VERSION
    match = _TAG.fullmatch(etag.strip())
    if match is None:
        raise bad_condition_header("If-Match", 'the ETag of one version, such as W/"3",')
    return number_of(match[1])


def number_of(version_id: str) -> int:
    """Our versions are numbers from 1; any other id names none: 0."""
    is_ours = version_id.isascii() and version_id.isdigit() and len(version_id) <= _MOST_DIGITS
    return int(version_id) if is_ours and version_id[0] != "0" else 0


def only_new(request: HttpRequest) -> bool:
    """``If-None-Match: *``. RFC 9110 section 13.1.2; raises the 400 outcome for anything else."""
    header = request.headers.get("If-None-Match")
    if header is not None and header.strip() != "*":
        raise bad_condition_header("If-None-Match", "*, for a resource that is not there yet,")
    return header is not None
