"""The description of the API, for everybody. https://spec.openapis.org/oas/v3.1.1.html"""

import gzip
from functools import lru_cache

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.rest.capabilities import published
from fhirapi.rest.openapi.document import description
from fhirapi.rest.view import fhir_view

_JSON = "application/json"


@fhir_view("GET", "HEAD", is_json=False)
def openapi(request: HttpRequest) -> HttpResponse:
    """A twentieth of its length where the client can read that: it is long and repeats itself."""
    response = published(request, _content(), _JSON)
    response.headers["Vary"] = "Accept-Encoding"
    if response.status_code == 200 and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = _compressed()
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
    return response


@lru_cache(maxsize=1)
def _content() -> bytes:
    return orjson.dumps(description(settings.FHIR_BASE_URL))


@lru_cache(maxsize=1)
def _compressed() -> bytes:
    return gzip.compress(_content(), mtime=0)
