"""Versions as ETags: which one a change is based on. RFC 9110 section 13, RFC 6585 section 3"""

import re
from dataclasses import dataclass

from django.http import HttpRequest

from fhirapi.provider import problems
from fhirapi.provider.schema import Kind, Resource
from fhirapi.write_outcomes import version_conflict

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"\s*{_TAG}(?:\s*,\s*{_TAG})*\s*")
_OPAQUE = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Versions:
    """Those that a header names; none of them: whichever there is (``*``)."""

    opaque: frozenset[str] | None

    def require(self, kind: Kind, resource: Resource) -> None:
        """Raises the 412 outcome."""
        version = str(resource.get("meta", {}).get("versionId", ""))
        if self.opaque is not None and version not in self.opaque:
            raise version_conflict(kind.resource_type, str(resource.get("id")), 0)


def tag(version: str | int) -> str:
    return f'"{version}"'


def if_match(request: HttpRequest) -> Versions | None:
    """None where the header is not there. Raises the 400 problem for one that is none.

    FHIR writes the same versions as weak tags, which are understood as well.
    """
    header = request.META.get("HTTP_IF_MATCH")
    if header is None:
        return None
    if header.strip() == "*":
        return Versions(None)
    if not _TAGS.fullmatch(header):
        raise problems.malformed('If-Match is expected as the ETag was: "3".')
    return Versions(frozenset(_OPAQUE.findall(header)))


def required(request: HttpRequest) -> Versions:
    """Raises the 428 problem without the header."""
    versions = if_match(request)
    if versions is None:
        raise problems.unconditional()
    return versions
