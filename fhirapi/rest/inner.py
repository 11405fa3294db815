"""A read that an entry of a Bundle asks for: answered by the same handler as on its own.

https://hl7.org/fhir/R4/http.html#transaction-response
"""

from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.encoding import iri_to_uri

from fhirapi.definitions import registry
from fhirapi.outcomes import unknown_address
from fhirapi.rest.negotiation import FHIR_JSON
from fhirapi.rest.view import RATE

_DROPPED = (
    "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_NONE_EXIST",
    "HTTP_IF_MODIFIED_SINCE", "HTTP_TRANSFER_ENCODING", RATE,
)  # fmt: skip
"""What is about the Bundle, not about its entries; each of these counts as a request of its own."""


def ask(outer: HttpRequest, method: str, address: str, query: str, **headers: str) -> HttpResponse:
    """``address``: below the FHIR base; only data is asked for so. Raises an Outcome."""
    first = address.partition("/")[0]
    if registry.find_readable(first) is None and first != "metadata":
        raise unknown_address()
    environ: dict[str, Any] = {
        **{name: value for name, value in outer.META.items() if name not in _DROPPED},
        **headers,
        "REQUEST_METHOD": method,
        "PATH_INFO": f"{_base(outer)}{address}".encode().decode("latin-1"),
        "QUERY_STRING": iri_to_uri(query),
        "HTTP_ACCEPT": FHIR_JSON,
        "wsgi.input": BytesIO(),
    }
    inner = WSGIRequest(environ)
    try:
        view, args, kwargs = resolve(inner.path_info)
    except Resolver404:
        raise unknown_address() from None
    response: HttpResponse = view(inner, *args, **kwargs)
    return response


def _base(outer: HttpRequest) -> str:
    """The address of the Bundle itself, which is the FHIR base."""
    return f"{outer.path_info.rstrip('/')}/"
