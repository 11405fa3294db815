"""Pages that are the same for everybody: a session is not looked at on the way to them.

So they are answered although the database that keeps sessions is away, and may be kept by caches.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_PATHS = frozenset({"/status/", "/status.json", "/status.atom"})


class NobodyMiddleware:
    """Comes before Django's own for sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in _PATHS:
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self._get_response(request)
