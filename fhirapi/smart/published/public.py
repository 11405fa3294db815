"""Documents for everybody: no token, any origin, kept for a while by whoever reads them."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fhirapi.smart.answers import error

_KEPT = 300  # seconds


def public_document(
    content_type: str = "application/json",
) -> Callable[[Callable[[], bytes]], Callable[[HttpRequest], HttpResponse]]:
    """Makes a view of a function that gives the document's bytes."""

    def decorate(make: Callable[[], bytes]) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @wraps(make)
        def view(request: HttpRequest) -> HttpResponse:
            if request.method not in ("GET", "HEAD"):
                refusal = error(405, "invalid_request", "Send a GET request.")
                refusal["Allow"] = "GET, HEAD, OPTIONS"
                return refusal
            content = make()
            tag = f'W/"{sha256(content).hexdigest()[:16]}"'
            is_known = tag in request.headers.get("If-None-Match", "")
            response = HttpResponse(b"" if is_known else content, content_type=content_type)
            response.status_code = 304 if is_known else 200
            response["Content-Length"] = str(len(response.content))
            response["ETag"] = tag
            response["Cache-Control"] = f"public, max-age={_KEPT}"
            response["Access-Control-Allow-Origin"] = "*"
            return response

        return view

    return decorate
