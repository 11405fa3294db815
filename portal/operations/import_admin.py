"""Imports in the administration: how each is, and cancelling them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.models import ImportJob
from portal.imports.own import with_figures
from portal.operations.bulk_admin import BulkJobAdmin


@admin.register(ImportJob)
class ImportJobAdmin(BulkJobAdmin):
    """What is told of rejected lines is not shown here, nor where the files are: an address may
    hold what opens them.
    """

    percent = jobs.progress
    list_display = (
        "id", "state", "progress", "resources", "rejected", "age", "client_id", "account",
    )  # fmt: skip
    list_filter = ("state", "created_at")
    fields = (
        "id", "state", "error", "client_id", "account", "scope", "source", "files", "progress",
        "resources", "rejected", "created_at", "finished_at", "expires_at",
    )  # fmt: skip
    actions = ("cancel",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_figures(super().get_queryset(request))

    @admin.display(description="files")
    def files(self, job: Any) -> str:
        return f"{job.files:,}"

    @admin.display(description="rejected")
    def rejected(self, job: Any) -> str:
        return f"{job.rejected:,}"

    @admin.action(description="Cancel the chosen imports that are under way", permissions=["end"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[ImportJob]) -> None:
        open_ones = chosen.filter(state__in=ImportJob.OPEN_STATES)
        self.each(request, open_ones, jobs.stop, "cancelled")
