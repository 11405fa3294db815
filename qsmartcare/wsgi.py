"""The web server's entry point: pages and the API part ways here, before any middleware.

An app's request carries a bearer token and no cookie: sessions, CSRF tokens, messages and sign-in
state would only cost it time. It meets Django's security headers and its view, nothing else, and
its address, which names a patient, is not logged.
"""

import gc
import logging
import os
from io import BytesIO
from socket import gethostname
from time import perf_counter
from typing import TYPE_CHECKING

import django
import orjson
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.urls import set_urlconf
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from fhirapi.limits import asked
from fhirapi.limits import table as limits
from fhirapi.outcomes import too_many_unproven
from fhirapi.smart.answers import answer
from fhirapi.smart.clients import origins
from portal.changes.headers import headers_of
from qsmartcare import maintenance

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from fhirapi.requestlog.collector import RequestLog

log = logging.getLogger(__name__)
API_PREFIXES = (
    "/R4-patient-api/", "/patient-api/", "/provider-api/", "/.well-known/oauth", "/healthz",
    "/readyz",
)  # fmt: skip
# A person stands in front of these two: they need the session although they live below the API.
PAGE_PREFIXES = ("/R4-patient-api/oauth2/authorize", "/R4-patient-api/oauth2/manage")
LOGGED_PREFIXES = ("/R4-patient-api/", "/patient-api/", "/provider-api/")
FHIR_PREFIX = "/R4-patient-api/"
TOKEN_PATHS = ("/R4-patient-api/oauth2/token", "/R4-patient-api/oauth2/token.php")
_WATCHED = ("/healthz", "/readyz")
OAUTH_PREFIX = "/R4-patient-api/oa"  # oauth2, and oath2 as the guide misspells it


def is_api(path: str) -> bool:
    return path.startswith(API_PREFIXES) and not path.startswith(PAGE_PREFIXES)


class Application(WSGIHandler):
    """Pages go through ``settings.MIDDLEWARE``, the API past it, reads past signals as well."""

    def __init__(self, log: "RequestLog | None" = None) -> None:
        super().__init__()
        self._log = log

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async)
        self._api = convert_exception_to_response(self._call_view)
        self._security_headers = _security_headers()
        self._token_headers = [*answer({}).items(), *self._security_headers]
        self._token_headers.remove(("Content-Length", "2"))

    def __call__(  # type: ignore[override]  # the stubs promise Django's response, WSGI does not
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path == FHIR_PREFIX[:-1]:  # a Bundle is sent to the base as it is published
            path = environ["PATH_INFO"] = FHIR_PREFIX
        if method == "POST" and path in TOKEN_PATHS and (token := self._token(environ)):
            told = [*headers_of(path), ("Content-Length", str(len(token)))]
            start_response("200 OK", [*self._token_headers, *told])
            return [token]
        if method != "GET" or not is_read(path):
            return super().__call__(environ, start_response)
        # Without request_started and request_finished: they look after the ORM's connections, and
        # a read's own (fhirapi/sql.py) heals itself.
        request = WSGIRequest(environ)
        response = self.get_response(request)
        status = f"{response.status_code} {response.reason_phrase}"
        start_response(status, list(response.items()))
        if isinstance(response, HttpResponse):
            request.close()
            return [response.content]
        return response

    def _token(self, environ: "WSGIEnvironment") -> bytes | None:
        """A service's, if it can be told without making a request of Django's: that takes longer.

        None: it goes the ordinary way.
        """
        began = perf_counter()
        issued = quick.issue(environ)
        if issued is None:
            return None
        if self._log is not None:
            self._log.note_token(issued.client_id, began)
        return orjson.dumps(issued.answer)

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        response = self._answer(request)
        for name, value in headers_of(request.path):
            response.headers[name] = value
        if self._log is not None and request.path.startswith(LOGGED_PREFIXES):
            self._log.note(request, response, began)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request.path):
            return super().get_response(request)
        set_urlconf(None)
        if wait := _is_open(request) and asked.open_request(address_of(request)):
            outcome = too_many_unproven(wait, asked.too_many_open(wait))
            response: HttpResponseBase = refusals.response(request.path, outcome)
        elif request.method == "OPTIONS":
            response = origins.preflight(request)
        else:
            response = self._api(request)  # type: ignore[assignment]  # not async
            if "HTTP_ORIGIN" in request.META:
                origins.allow(request, response)
        for name, value in self._security_headers:
            response.headers[name] = value
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        return response

    def _call_view(self, request: HttpRequest) -> HttpResponseBase:
        view, args, kwargs = self.resolve_request(request)
        response: HttpResponseBase = view(request, *args, **kwargs)
        return response


def _is_open(request: HttpRequest) -> bool:
    """Whether nobody says who they are. Of forms with a secret in them only what is wrong counts
    (``asked.failure``); and whoever watches the server is always told.
    """
    is_form = request.method not in ("GET", "HEAD", "OPTIONS")
    return not (is_form or "HTTP_AUTHORIZATION" in request.META or request.path in _WATCHED)


def is_read(path: str) -> bool:
    return path.startswith(FHIR_PREFIX) and not path.startswith(OAUTH_PREFIX)


def _security_headers() -> list[tuple[str, str]]:
    """What Django's own middleware would add to every answer, asked once."""
    request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.input": BytesIO()})
    request.is_secure = lambda: settings.IS_HTTPS  # type: ignore[method-assign]
    blank = HttpResponse()
    before = set(blank.headers)
    SecurityMiddleware(lambda _: blank).process_response(request, blank)
    return [(name, value) for name, value in blank.items() if name not in before]


def behind_proxies(app: "WSGIApplication", proxies: list[str]) -> "WSGIApplication":
    """Takes the client's address from X-Forwarded-For, but only where one of ours wrote it.

    Lock-outs, limits and the audit trail would see nothing but the proxy otherwise.
    """
    if not proxies:
        return app
    wrapped: WSGIApplication = wrap_wsgi_with_proxy_headers(app, trusted_hosts=proxies)
    return wrapped


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qsmartcare.settings")
django.setup(set_prefix=False)
# These know models, so after setup:
from fhirapi.audit.record import address_of  # noqa: E402
from fhirapi.requestlog.collector import RequestLog  # noqa: E402
from fhirapi.smart.tokens import quick  # noqa: E402
from qsmartcare import bodies, refusals  # noqa: E402

if not settings.DATABASE_ROLE:
    log.warning("DATABASE_ROLE is not set: the database does not keep patients apart by itself.")
limits.share(settings.DATA_DIR / "limits" / gethostname())  # a folder may be of several machines
_app = bodies.gate(Application(RequestLog().start()), settings.WEB_THREADS)
_app = behind_proxies(_app, settings.TRUSTED_PROXIES)
application = maintenance.gate(_app, is_api)
# What has been loaded stays. Whoever looks for garbage need not look at it each time.
gc.collect()
gc.freeze()
