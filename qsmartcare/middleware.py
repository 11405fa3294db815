"""Django's page middleware, switched off where the API answers.

An app's request carries a bearer token and no cookie: sessions, CSRF tokens, messages and sign-in
state would only cost it time. ``is_api`` is the one place that says which addresses are the API's.
"""

from csp.middleware import CSPMiddleware as _CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware as _AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware as _MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware as _SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware as _XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware as _CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware as _CsrfViewMiddleware
from django_htmx.middleware import HtmxMiddleware as _HtmxMiddleware
from django_otp.middleware import OTPMiddleware as _OTPMiddleware

API_PREFIXES = ("/R4-patient-api/", "/patient-api/", "/provider-api/", "/healthz", "/readyz")
# A person stands in front of these two: they need the session although they live below the API.
PAGE_PREFIXES = ("/R4-patient-api/oauth2/authorize", "/R4-patient-api/oauth2/manage")


def is_api(request: HttpRequest) -> bool:
    path = request.path
    return path.startswith(API_PREFIXES) and not path.startswith(PAGE_PREFIXES)


class _PagesOnly:
    """Mixed into a middleware, lets API requests pass it untouched."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request):
            return self.get_response(request)  # type: ignore[attr-defined,no-any-return]
        return super().__call__(request)  # type: ignore[misc,no-any-return]


class SessionMiddleware(_PagesOnly, _SessionMiddleware):
    pass


class CommonMiddleware(_PagesOnly, _CommonMiddleware):
    pass


class CsrfViewMiddleware(_PagesOnly, _CsrfViewMiddleware):
    pass


class AuthenticationMiddleware(_PagesOnly, _AuthenticationMiddleware):
    pass


class OTPMiddleware(_PagesOnly, _OTPMiddleware):
    pass


class MessageMiddleware(_PagesOnly, _MessageMiddleware):
    pass


class XFrameOptionsMiddleware(_PagesOnly, _XFrameOptionsMiddleware):
    pass


class HtmxMiddleware(_PagesOnly, _HtmxMiddleware):
    pass


class CSPMiddleware(_PagesOnly, _CSPMiddleware):
    pass
