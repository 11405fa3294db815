"""The web server's entry point: pages and the API part ways here, before any middleware.

An app's request carries a bearer token and no cookie: sessions, CSRF tokens, messages and sign-in
state would only cost it time. It meets Django's security headers and its view, nothing else, and
its address, which names a patient, is not logged.
"""

import os
from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.urls import set_urlconf
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

API_PREFIXES = ("/R4-patient-api/", "/patient-api/", "/provider-api/", "/healthz", "/readyz")
# A person stands in front of these two: they need the session although they live below the API.
PAGE_PREFIXES = ("/R4-patient-api/oauth2/authorize", "/R4-patient-api/oauth2/manage")


def is_api(path: str) -> bool:
    return path.startswith(API_PREFIXES) and not path.startswith(PAGE_PREFIXES)


class Application(WSGIHandler):
    """Pages go through ``settings.MIDDLEWARE``, the API past it."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async)
        view = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        self._api = convert_exception_to_response(SecurityMiddleware(view))

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request.path):
            return super().get_response(request)
        set_urlconf(None)
        response: HttpResponseBase = self._api(request)  # type: ignore[assignment]  # not async
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        return response


def behind_proxies(app: WSGIHandler, proxies: list[str]) -> "WSGIApplication":
    """Takes the client's address from X-Forwarded-For, but only where one of ours wrote it.

    Lock-outs, limits and the audit trail would see nothing but the proxy otherwise.
    """
    if not proxies:
        return app
    wrapped: WSGIApplication = wrap_wsgi_with_proxy_headers(app, trusted_hosts=proxies)
    return wrapped


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qsmartcare.settings")
django.setup(set_prefix=False)
application = behind_proxies(Application(), settings.TRUSTED_PROXIES)
