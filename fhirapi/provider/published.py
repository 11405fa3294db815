"""What the API tells of itself: to anybody its collections and problems, to whoever uses it all."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.provider import registry as kinds
from fhirapi.provider.openapi import description
from fhirapi.provider.problems import TYPES
from fhirapi.provider.view import ApiWriter, answer
from fhirapi.store import exact

_MOMENT = "public, max-age=300"


def root(request: HttpRequest) -> HttpResponse:
    base = settings.PROVIDER_BASE_URL
    collections = [
        {
            "name": each.name,
            "url": f"{base}/{each.name}",
            "words": each.words,
            "area": each.area,
            "resource_type": each.resource_type,
            "operations": sorted(each.does),
        }
        for each in kinds.every()
    ]
    return _public(
        {
            "name": "QSmartCare Provider Access API",
            "version": "v1",
            "openapi": f"{base}/openapi.json",
            "problem_types": f"{base}/problem-types",
            "changes": f"{base}/changes",
            "webhooks": f"{base}/webhooks",
            "token": f"{settings.FHIR_BASE_URL}/oauth2/token",
            "documentation": f"{settings.BASE_URL}/api-documentation.html",
            "collections": collections,
        }
    )


def openapi(request: HttpRequest, writer: ApiWriter) -> HttpResponse:
    """For whoever may use the API; partners without a token yet download it from the portal."""
    response = HttpResponse(described(), content_type="application/json")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


@cache
def described() -> bytes:
    return exact.write(description()).encode()


def problem_types(request: HttpRequest) -> HttpResponse:
    """What the ``type`` of a problem leads to."""
    told = [{"type": f"{settings.PROVIDER_BASE_URL}/problem-types#{name}", "status": of.status,
             "title": of.title, "remedy": of.remedy} for name, of in TYPES.items()]  # fmt: skip
    return _public({"problems": told})


def _public(told: Any) -> HttpResponse:
    """For pages of any origin, and for a while."""
    response = answer(told)
    response.headers["Cache-Control"] = _MOMENT
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
