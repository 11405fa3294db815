"""What a request brings along, as a resource. https://hl7.org/fhir/R4/json.html"""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest

from fhirapi.rest.negotiation import OURS, VERSIONS
from fhirapi.store import exact
from fhirapi.write_outcomes import too_many_values, unreadable_body, unsupported_body
from fhirapi.writing.change import Resource

_FHIR_JSON = OURS[0]


def resource_of(request: HttpRequest) -> Resource:
    """The body, decimals as ``Decimal``. Raises an Outcome: 400, 413, 415.

    That its type and content are right is not asked here.
    """
    if not is_read_here(request, OURS):
        raise unsupported_body(_FHIR_JSON)
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
        count = exact.size(value)
    except ValueError as error:
        raise unreadable_body(str(error)) from None
    if count > exact.MOST_VALUES:
        raise too_many_values(exact.MOST_VALUES)
    return value


def is_read_here(request: HttpRequest, media_types: Collection[str]) -> bool:
    """Whether the body is one of these, in R4 and UTF-8, and as it is.

    https://hl7.org/fhir/R4/http.html#version-parameter
    """
    parameters = request.content_params or {}
    return (
        request.content_type in media_types
        and parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8")
        and parameters.get("fhirversion", "4.0") in VERSIONS
        and request.headers.get("Content-Encoding", "identity").lower() == "identity"
    )
