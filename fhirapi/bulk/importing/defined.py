"""The OperationDefinition of $import, which nobody has published: metadata names ours.

https://hl7.org/fhir/R4/operationdefinition.html
"""

from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.rest.view import answer, fhir_view


@fhir_view("GET", "HEAD")
def definition(request: HttpRequest) -> HttpResponse:
    response = answer(_definition(), request)
    response["Cache-Control"] = "public, max-age=300"
    return response


@lru_cache(maxsize=1)
def _definition() -> bytes:
    return orjson.dumps(
        {
            "resourceType": "OperationDefinition",
            "id": "import",
            "url": f"{settings.FHIR_BASE_URL}/OperationDefinition/import",
            "name": "Import",
            "title": "Bulk import",
            "status": "active",
            "kind": "operation",
            "description": "Stores the resources of NDJSON files that workers fetch. Answered "
            "later: 202 with the address of the import, which answers with a manifest at the end. "
            "The same may be sent as plain JSON, after SMART's proposal.",
            "affectsState": True,
            "code": "import",
            "system": True,
            "type": False,
            "instance": False,
            "parameter": [
                _parameter("inputFormat", "code", "application/fhir+ndjson"),
                _parameter("inputSource", "uri", "Where the data comes from: becomes meta.source."),
                _group("storageDetail", "0..1", "How files are had.", [
                    _parameter("type", "code", "https"),
                    _parameter("contentEncoding", "code", "gzip or identity", "0..*"),
                ]),
                _group("input", "1..*", "A file of resources of one type.", [
                    _parameter("type", "code", "The type."),
                    _parameter("url", "url", "On a listed host, or of an upload."),
                ]),
            ],
        }
    )  # fmt: skip


def _parameter(name: str, kind: str, words: str, times: str = "1..1") -> dict[str, Any]:
    return {**_used(name, times, words), "type": kind}


def _group(name: str, times: str, words: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {**_used(name, times, words), "part": parts}


def _used(name: str, times: str, words: str) -> dict[str, Any]:
    least, _, most = times.partition("..")
    return {"name": name, "use": "in", "min": int(least), "max": most, "documentation": words}
