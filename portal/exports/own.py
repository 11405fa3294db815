"""The exports of an account: its own, and those of its access keys and of apps it has let in.

Whose an export is stands on its grant, never in its address: somebody else's does not exist.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from fhirapi.bulk import jobs
from fhirapi.bulk.in_portal import PORTAL
from fhirapi.bulk.models import ExportFile, ExportJob, ExportPart
from portal.accounts.models import Account

State = ExportJob.State


@dataclass(frozen=True)
class Export:
    """A job as it is at this moment."""

    job: ExportJob
    progress: int
    """Percent."""
    resources: int
    size: int | None
    """Bytes of its files; None: it has none now."""
    was_done: bool
    """Whether nothing was left to be done: what was ended then are its files."""

    @property
    def id(self) -> uuid.UUID:
        return self.job.pk

    @property
    def is_open(self) -> bool:
        """It waits, or is worked on."""
        return self.job.is_open

    @property
    def is_ready(self) -> bool:
        """Its files are there."""
        until = self.job.expires_at
        is_there = until is not None and until > timezone.now()
        return self.job.state == State.FINISHED and is_there

    @property
    def has_failed(self) -> bool:
        return self.job.state == State.FAILED


def of_account(account: Account) -> QuerySet[ExportJob]:
    """The newest first."""
    return with_figures(ExportJob.objects.filter(data_access_grant__account_id=account.pk))


def of_client(client_id: str) -> QuerySet[ExportJob]:
    return with_figures(ExportJob.objects.filter(client_id=client_id))


def own_job(account: Account, job_id: uuid.UUID) -> ExportJob:
    job = of_account(account).filter(pk=job_id).first()
    if job is None:
        raise Http404
    return job


def is_handed_out(account: Account, job: ExportJob) -> bool:
    """Whether what it stands on lives: of one that was begun here, the right to begin one too."""
    may = job.client_id != PORTAL or account.may_make_provider_keys
    return may and jobs.is_granted(job)


def with_figures(found: QuerySet[ExportJob]) -> QuerySet[ExportJob]:
    """How much each holds, in the statement that finds them."""
    parts = ExportPart.objects.filter(job=OuterRef("pk")).exclude(kind=ExportPart.Kind.DELETED)
    files = ExportFile.objects.filter(job=OuterRef("pk"), is_ready=True)
    return found.annotate(
        resources=Coalesce(Subquery(_sum(parts, "count")), 0),
        size=Subquery(_sum(files, "size")),
        was_planned=Exists(parts),
        has_work_left=Exists(parts.filter(finished_at=None)),
    ).order_by("-created_at", "pk")


def _sum(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    summed: QuerySet[Any] = rows.order_by().values("job").annotate(sum=Sum(name)).values("sum")
    return summed


def export(job: Any) -> Export:
    """``job``: one that came with its figures."""
    return Export(
        job,
        progress=jobs.progress(job) if job.is_open else 0,
        resources=job.resources,
        size=job.size,
        was_done=job.was_planned and not job.has_work_left,
    )


def current() -> Q:
    """Those under way, and those whose files are there."""
    is_ready = Q(state=State.FINISHED, expires_at__gt=timezone.now())
    return Q(state__in=ExportJob.OPEN_STATES) | is_ready
