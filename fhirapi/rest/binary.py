"""A Binary as what it holds, or as FHIR JSON. https://hl7.org/fhir/R4/binary.html#rest

Whose it is says its securityContext. The content comes from outside: a browser must neither guess
its type nor run it.
"""

import mimetypes
import re
from base64 import b64decode

import orjson
from django.http import HttpRequest, HttpResponse

from fhirapi.outcomes import not_acceptable_content
from fhirapi.rest.negotiation import accepted, quality, wants_fhir_json
from fhirapi.rest.view import answer

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
