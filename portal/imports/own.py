"""The imports that an account's access keys, and apps it has let in, have asked for in its name.

Whose an import is stands on its grant, never in its address: somebody else's does not exist.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.models import ImportInput, ImportJob, ImportPart
from fhirapi.bulk.jobs import is_granted
from portal.accounts.models import Account

State = ImportJob.State


@dataclass(frozen=True)
class Import:
    """A job as it is at this moment."""

    job: ImportJob
    progress: int
    """Percent."""
    files: int
    resources: int
    """Stored as their files have them, now."""
    rejected: int

    @property
    def id(self) -> uuid.UUID:
        return self.job.pk

    @property
    def is_open(self) -> bool:
        return self.job.is_open

    @property
    def is_done(self) -> bool:
        return self.job.state == State.FINISHED

    @property
    def has_failed(self) -> bool:
        return self.job.state == State.FAILED

    @property
    def may_be_told(self) -> bool:
        """Whether what is told of its rejected lines is there, and the access that asked lives."""
        until = self.job.expires_at
        return self.is_done and bool(until and until > timezone.now()) and is_granted(self.job)


def of_account(account: Account) -> QuerySet[ImportJob]:
    """The newest first."""
    return with_figures(ImportJob.objects.filter(data_access_grant__account_id=account.pk))


def own_job(account: Account, job_id: uuid.UUID) -> ImportJob:
    job = of_account(account).filter(pk=job_id).first()
    if job is None:
        raise Http404
    return job


def with_figures(found: QuerySet[ImportJob]) -> QuerySet[ImportJob]:
    """How much of each there is, in the statement that finds them."""
    parts = ImportPart.objects.filter(input__job=OuterRef("pk")).order_by().values("input__job")
    inputs = ImportInput.objects.filter(job=OuterRef("pk")).order_by().values("job")
    stored = parts.annotate(sum=Sum(F("stored") + F("replaced") + F("unchanged"))).values("sum")
    return found.annotate(
        files=Coalesce(Subquery(inputs.annotate(count=Count("pk")).values("count")), 0),
        resources=Coalesce(Subquery(stored), 0),
        rejected=Coalesce(Subquery(parts.annotate(sum=Sum("rejected")).values("sum")), 0),
    ).order_by("-created_at", "pk")


def one(job: Any) -> Import:
    """``job``: one that came with its figures."""
    progress = jobs.progress(job) if job.is_open else 0
    return Import(job, progress, job.files, job.resources, job.rejected)


def is_under_way() -> Q:
    return Q(state__in=ImportJob.OPEN_STATES)


def inputs(job: ImportJob) -> QuerySet[ImportInput]:
    """Its files, with what became of them."""
    sums = {name: Coalesce(Sum(f"parts__{name}"), 0) for name in jobs.COUNTS}
    return job.inputs.annotate(**sums).order_by("number")
