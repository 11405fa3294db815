"""A Binary as what it holds, or as FHIR JSON; both ways. https://hl7.org/fhir/R4/binary.html#rest

Whose it is says its securityContext. The content comes from outside: a browser must neither guess
its type nor run it.
"""

import mimetypes
import re
from base64 import b64decode, b64encode

import orjson
from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import Outcome, not_acceptable_content
from fhirapi.rest.body import json_of, resource_of
from fhirapi.rest.negotiation import OURS, accepted, quality, wants_fhir_json
from fhirapi.rest.view import answer
from fhirapi.write_outcomes import unsupported_body
from fhirapi.writing.change import Resource

_UNKNOWN = "application/octet-stream"
_MEDIA_TYPE = re.compile(
    r"[\w.+-]+/[\w.+-]+(?: *; *[\w-]+=(?:[\w.+:-]+|\"[\w .+:/-]*\"))*", re.ASCII
)


def answer_binary(request: HttpRequest, resource_id: str, content: bytes) -> HttpResponse:
    """``content`` is the resource as it is stored. Raises the 406 outcome."""
    asked = accepted(request)
    resource = orjson.loads(content)
    content_type = safe_type(str(resource.get("contentType", "")))
    media_type = content_type.partition(";")[0].strip().lower()
    if asked and wants_fhir_json(asked, media_type):
        return answer(content, request)
    if asked and quality(asked, media_type) == 0:
        raise not_acceptable_content(media_type)
    return as_file(b64decode(resource.get("data", "")), content_type, f"Binary-{resource_id}")


def safe_type(content_type: str) -> str:
    """The stored type, unless it is none: then nothing is said about what the content is."""
    return content_type if _MEDIA_TYPE.fullmatch(content_type) else _UNKNOWN


def as_file(data: bytes, content_type: str, name: str) -> HttpResponse:
    """``name``: without an ending, which the type decides."""
    ending = mimetypes.guess_extension(content_type.partition(";")[0].strip()) or ".bin"
    return HttpResponse(
        data,
        content_type=content_type,
        headers={
            "Content-Length": str(len(data)),
            "Content-Disposition": f'attachment; filename="{name}{ending}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
            "Vary": "Accept",
        },
    )


def written_resource(
    request: HttpRequest, resource_type: ResourceType, resource_id: str | None = None
) -> Resource:
    """The body as a resource of any type; a Binary may come as what it holds. Raises an Outcome."""
    if resource_type.name == "Binary" and not _is_binary_resource(request):
        return _from_file(request) | ({"id": resource_id} if resource_id else {})
    return resource_of(request)


def _is_binary_resource(request: HttpRequest) -> bool:
    """A file may be JSON as well: only one that is a Binary resource itself is taken for one."""
    if request.content_type not in OURS:
        return False
    try:
        value = json_of(request)
    except Outcome:
        return False
    return type(value) is dict and value.get("resourceType") == "Binary"


def _from_file(request: HttpRequest) -> Resource:
    content_type = request.headers.get("Content-Type", "").strip() or _UNKNOWN
    if not _MEDIA_TYPE.fullmatch(content_type) or "Content-Encoding" in request.headers:
        raise unsupported_body("what its media type says")
    resource: Resource = {"resourceType": "Binary", "contentType": content_type}
    if context := request.headers.get("X-Security-Context", "").strip():
        resource["securityContext"] = {"reference": context}
    return resource | {"data": b64encode(request.body).decode("ascii")}
