"""The pages people meet when something is wrong: what happened and the way out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nearly always a form that stood open longer than the session lasted."""
    return render(request, "403_csrf.html", {"back": _page_of_the_form(request)}, status=403)


def _page_of_the_form(request: HttpRequest) -> str:
    """Not ``request.path``: some addresses only take forms and have no page of their own."""
    page = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure())
    return page if is_ours else reverse("portal:landing")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest, wait: int | None = None) -> HttpResponse:
    """``wait``: seconds until another try makes sense."""
    response = render(request, "429.html", {"wait": wait}, status=429)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request: whatever broke may be what the page's frame would ask for."""
    return HttpResponse(get_template("500.html").render(), status=500)
