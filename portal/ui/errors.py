"""The pages people meet when something is wrong: what happened and the way out."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from psycopg.errors import LockNotAvailable, QueryCanceled, UniqueViolation

from portal.accounts.access import page_of_the_form

_log = logging.getLogger(__name__)
_SOON = "5"  # seconds


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nearly always a form that stood open longer than the session lasted."""
    back = page_of_the_form(request) or reverse("portal:landing")
    return render(request, "403_csrf.html", {"back": back}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def conflict(request: HttpRequest) -> HttpResponse:
    """Somebody, perhaps the same person in another tab, was faster."""
    back = page_of_the_form(request) or reverse("portal:landing")
    return render(request, "409.html", {"back": back}, status=409)


def busy(request: HttpRequest) -> HttpResponse:
    """A statement was stopped: it took too long, or waited too long for what another changes."""
    back = page_of_the_form(request) or reverse("portal:landing")
    response = render(request, "503_slow.html", {"back": back}, status=503)
    response["Retry-After"] = _SOON
    return response


class MethodMiddleware:
    """An address for a form, opened by hand or by a reload: Django would answer an empty page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


class ConflictMiddleware:
    """The database refused, and it is no fault of ours: two requests wrote the same at once and it
    took the first, or a statement had to be stopped.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        cause = error.__cause__ or error  # Django's error has the driver's as its cause
        if isinstance(cause, QueryCanceled | LockNotAvailable):
            _log.warning("a page was stopped: %s", type(cause).__name__)
            return busy(request)
        if not isinstance(cause, UniqueViolation):
            return None
        _log.warning("conflict: %s", cause.diag.constraint_name)
        return conflict(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request: whatever broke may be what the page's frame would ask for."""
    return HttpResponse(get_template("500.html").render(), status=500)
