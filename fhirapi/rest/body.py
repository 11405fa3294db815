"""What a request brings along, as a resource. https://hl7.org/fhir/R4/json.html"""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest

from fhirapi.outcomes import unreadable_body, unsupported_body
from fhirapi.rest.negotiation import OURS, VERSIONS
from fhirapi.store import exact
from fhirapi.writing.change import Resource

DEEPEST = 100
"""Levels of objects and lists: far more than a resource needs, far less than Python can bear."""
_FHIR_JSON = OURS[0]


def resource_of(request: HttpRequest) -> Resource:
    """The body, decimals as ``Decimal``. Raises an Outcome: 400, 413, 415.

    That its type and content are right is not asked here.
    """
    require_type(request, OURS, _FHIR_JSON)
    return resource_from(json_of(request))


def resource_from(value: Any) -> Resource:
    """Raises the 400 outcome for JSON that is no resource."""
    if type(value) is not dict:
        raise unreadable_body("a resource is a JSON object.")
    if type(value.get("resourceType")) is not str:
        raise unreadable_body("the object has no resourceType.")
    return value


def json_of(request: HttpRequest) -> Any:
    """The body, whatever its type says it is. Raises the 400 or 413 outcome."""
    try:
        # A byte order mark may be ignored: https://www.rfc-editor.org/rfc/rfc8259#section-8.1
        text = request.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable_body("it is not UTF-8.") from None
    if not text.strip():
        raise unreadable_body("it is empty.")
    try:
        value = exact.parse(text)
    except ValueError as error:
        raise unreadable_body(str(error)) from None
    _require_depth(value)
    return value


def require_type(request: HttpRequest, media_types: Collection[str], expected: str) -> None:
    """Raises the 415 outcome unless the body is one of these, in a form that is read here.

    https://hl7.org/fhir/R4/http.html#version-parameter
    """
    parameters = request.content_params or {}
    if (
        request.content_type not in media_types
        or parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8")
        or parameters.get("fhirversion", "4.0") not in VERSIONS
        or request.headers.get("Content-Encoding", "identity").lower() != "identity"
    ):
        raise unsupported_body(expected)


def _require_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for node in level
            if type(node) is dict or type(node) is list
            for inner in (node.values() if type(node) is dict else node)
        ]
        if not level:
            return
    raise unreadable_body("it is nested too deeply.")
