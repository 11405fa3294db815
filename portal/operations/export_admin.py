"""Exports in the administration: how each is, and cancelling, expiring or retrying them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.timesince import timesince

from fhirapi.admin_read_only import ReadOnlyAdmin
from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.bulk import in_portal, jobs
from fhirapi.bulk.models import ExportJob
from portal.exports.own import with_figures


@admin.register(ExportJob)
class ExportJobAdmin(ReadOnlyAdmin):
    """What an export holds is not shown here, and its files are not handed out."""

    list_display = [
        "id", "state", "progress", "resources", "size", "age", "level", "client_id", "account",
    ]  # fmt: skip
    list_filter = ["state", "level", "created_at"]
    list_select_related = ["data_access_grant__account"]
    search_fields = ["=id", "=client_id", "data_access_grant__account__username"]
    search_help_text = "An export's number or a client_id in full, or a username."
    ordering = ["-created_at"]
    fields = [
        "id", "state", "error", "client_id", "account", "scope", "level", "group_id", "asked",
        "progress", "resources", "size", "created_at", "transaction_time", "finished_at",
        "expires_at",
    ]  # fmt: skip
    actions = ["cancel", "expire", "retry"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_figures(super().get_queryset(request))

    @admin.display(description="account", ordering="data_access_grant__account")
    def account(self, job: ExportJob) -> str:
        return str(job.data_access_grant.account)

    @admin.display(description="progress")
    def progress(self, job: ExportJob) -> str:
        is_told = job.state in (*jobs.OPEN_STATES, ExportJob.State.FINISHED)
        return f"{jobs.progress(job)} %" if is_told else "-"

    @admin.display(description="resources")
    def resources(self, job: Any) -> str:
        return f"{job.resources:,}"

    @admin.display(description="size")
    def size(self, job: Any) -> str:
        return "-" if job.size is None else filesizeformat(job.size)

    @admin.display(description="age", ordering="created_at")
    def age(self, job: ExportJob) -> str:
        return timesince(job.created_at)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fhirapi.change_exportjob")

    @admin.action(description="Cancel the chosen exports that are under way", permissions=["end"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[ExportJob]) -> None:
        open_ones = chosen.filter(state__in=jobs.OPEN_STATES)
        self._each(request, open_ones, jobs.cancel, "cancelled")

    @admin.action(description="Expire the chosen finished exports now", permissions=["end"])
    def expire(self, request: HttpRequest, chosen: QuerySet[ExportJob]) -> None:
        finished = chosen.filter(state=ExportJob.State.FINISHED, expires_at__isnull=False)
        self._each(request, finished, _expire, "expired")
        jobs.forget_expired()

    @admin.action(description="Retry the chosen failed exports", permissions=["end"])
    def retry(self, request: HttpRequest, chosen: QuerySet[ExportJob]) -> None:
        failed = chosen.filter(state=ExportJob.State.FAILED)
        self._each(request, failed, in_portal.again, "begun again")

    def _each(
        self,
        request: HttpRequest,
        chosen: QuerySet[ExportJob],
        do: Callable[[ExportJob], bool],
        word: str,
    ) -> None:
        """Others than those that this can be done to may have been chosen as well."""
        done = [job for job in chosen if do(job)]
        for job in done:
            record(
                AuditRecord.Action.OPERATION,
                account_id=request.user.pk,
                client_id=job.client_id,
                detail=f"export {job.pk} {word}",
                address=address_of(request),
            )
            self.log_change(request, job, word)
        level = messages.SUCCESS if done else messages.WARNING
        messages.add_message(request, level, f"Exports {word}: {len(done)}.")


def _expire(job: ExportJob) -> bool:
    """Its files go with the next look for what has run out."""
    past = timezone.now() - timedelta(seconds=1)
    return bool(ExportJob.objects.filter(pk=job.pk, expires_at__gt=past).update(expires_at=past))
