"""Addresses for whoever runs the product: does it live, can it serve, how much does it hold.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fhirapi.store import index_state
from qsmartcare import metrics

# Remembered once true: migrations are not taken back below a running process, and it declares
# nothing anew.
_is_known_migrated = False
_is_known_indexed = False


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives; says nothing about anything else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve: the database answers and has this code's tables."""
    reasons = _reasons_against()
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


def _reasons_against() -> list[str]:
    try:
        _ask_database()
        if not _has_migrated():
            return ["The database lacks migrations: manage.py migrate."]
        return _incomplete_searches()
    except DatabaseError:
        return ["The database does not answer."]


def _ask_database() -> None:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        # The kept connection may be from before the database restarted: once more, with a new one.
        connection.close()
        connection.ensure_connection()


def _has_migrated() -> bool:
    global _is_known_migrated
    if not _is_known_migrated:
        executor = MigrationExecutor(connection)
        _is_known_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _is_known_migrated


def _incomplete_searches() -> list[str]:
    global _is_known_indexed
    stale = [] if _is_known_indexed else index_state.stale()
    _is_known_indexed = not stale
    if not stale:
        return []
    types = ", ".join(each.name for each in stale)
    return [f"Searches of {types} would be incomplete: manage.py reindex --stale."]


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
