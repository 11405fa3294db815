"""What the doors answer to whoever is locked out, and the cookie of a browser that was let in."""

from collections.abc import Callable
from math import ceil

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from portal.accounts import known_device
from portal.accounts.lockout import LockedOut


class DoorkeeperMiddleware:
    """The innermost one: every page on which somebody signs in is behind it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        known_device.set_cookie(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, LockedOut):
            return None
        minutes = ceil(error.seconds / 60)
        page = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
        page["Retry-After"] = str(error.seconds)
        page["Cache-Control"] = "no-store"
        return page
