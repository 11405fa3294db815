"""Exports in the administration: how each is, and cancelling, expiring or retrying them."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from fhirapi.bulk import in_portal, jobs
from fhirapi.bulk.models import ExportJob
from portal.exports.own import with_figures
from portal.operations.bulk_admin import BulkJobAdmin


@admin.register(ExportJob)
class ExportJobAdmin(BulkJobAdmin):
    """What an export holds is not shown here, and its files are not handed out."""

    percent = jobs.progress
    list_display = (
        "id", "state", "progress", "resources", "size", "age", "level", "client_id", "account",
    )  # fmt: skip
    list_filter = ("state", "level", "created_at")
    fields = (
        "id", "state", "error", "client_id", "account", "scope", "level", "group_id", "asked",
        "progress", "resources", "size", "created_at", "transaction_time", "finished_at",
        "expires_at",
    )  # fmt: skip
    actions = ("cancel", "expire", "retry")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_figures(super().get_queryset(request))

    @admin.display(description="size")
    def size(self, job: Any) -> str:
        return "-" if job.size is None else filesizeformat(job.size)

    @admin.action(description="Cancel the chosen exports that are under way", permissions=["end"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[ExportJob]) -> None:
        open_ones = chosen.filter(state__in=ExportJob.OPEN_STATES)
        self.each(request, open_ones, jobs.cancel, "cancelled")

    @admin.action(description="Expire the chosen finished exports now", permissions=["end"])
    def expire(self, request: HttpRequest, chosen: QuerySet[ExportJob]) -> None:
        finished = chosen.filter(state=ExportJob.State.FINISHED, expires_at__isnull=False)
        self.each(request, finished, _expire, "expired")
        jobs.forget_expired()

    @admin.action(description="Retry the chosen failed exports", permissions=["end"])
    def retry(self, request: HttpRequest, chosen: QuerySet[ExportJob]) -> None:
        failed = chosen.filter(state=ExportJob.State.FAILED)
        self.each(request, failed, in_portal.again, "begun again")


def _expire(job: ExportJob) -> bool:
    """Its files go with the next look for what has run out."""
    past = timezone.now() - timedelta(seconds=1)
    return bool(ExportJob.objects.filter(pk=job.pk, expires_at__gt=past).update(expires_at=past))
