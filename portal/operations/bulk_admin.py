"""What exports and imports have in common in the administration: seen, and ended."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timesince import timesince

from fhirapi.admin_read_only import ReadOnlyAdmin
from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.bulk.job import Job


class BulkJobAdmin(ReadOnlyAdmin):
    percent: ClassVar[Callable[[Any], int]]
    """How far one is."""
    list_select_related = ("data_access_grant__account",)
    search_fields = ("=id", "=client_id", "data_access_grant__account__username")
    search_help_text = "Its number or a client_id in full, or a username."
    ordering = ("-created_at",)

    @admin.display(description="account", ordering="data_access_grant__account")
    def account(self, job: Job) -> str:
        return str(job.data_access_grant.account)

    @admin.display(description="progress")
    def progress(self, job: Job) -> str:
        is_told = job.is_open or job.state == "finished"
        return f"{type(self).percent(job)} %" if is_told else "-"

    @admin.display(description="resources")
    def resources(self, job: Any) -> str:
        return f"{job.resources:,}"

    @admin.display(description="age", ordering="created_at")
    def age(self, job: Job) -> str:
        return timesince(job.created_at)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"fhirapi.change_{self.opts.model_name}")

    def each(
        self,
        request: HttpRequest,
        chosen: QuerySet[Any],
        do: Callable[[Any], bool],
        word: str,
    ) -> None:
        """Others than those that this can be done to may have been chosen as well."""
        kind = str(self.opts.model_name).removesuffix("job")
        done = [job for job in chosen if do(job)]
        for job in done:
            record(
                AuditRecord.Action.OPERATION,
                account_id=request.user.pk,
                client_id=job.client_id,
                detail=f"{kind} {job.pk} {word}",
                address=address_of(request),
            )
            self.log_change(request, job, word)
        level = messages.SUCCESS if done else messages.WARNING
        messages.add_message(request, level, f"{kind.title()}s {word}: {len(done)}.")
