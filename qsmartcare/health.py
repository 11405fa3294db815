"""Addresses for whoever runs the product: does it live, can it serve, how much does it hold.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.status.ready import reasons_against
from qsmartcare import metrics


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives; says nothing about anything else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve: the database answers and has this code's tables."""
    reasons = reasons_against()
    if reasons:
        return JsonResponse({"status": "unavailable", "reasons": reasons}, status=503)
    return JsonResponse({"status": "ready"})


@require_safe
@never_cache
def prometheus(request: HttpRequest) -> HttpResponse:
    """A few figures from the database, for a scraper on this machine or with METRICS_TOKEN."""
    if not _may_read_metrics(request):
        response = JsonResponse({"status": "forbidden"}, status=403)
        response["WWW-Authenticate"] = "Bearer"
        return response
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(shown.strip().encode(), token.encode())
    return _is_this_machine(request)


def _is_this_machine(request: HttpRequest) -> bool:
    """A proxy on this machine hands on requests of others, and says so in a header."""
    if "Forwarded" in request.headers or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", prometheus, name="metrics"),
]
