"""What runs regularly, when it last did, and what came of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from fhirapi.sql import fetch
from portal.operations.models import JobRun

_KEPT = timedelta(days=90)
_LATEST = """
SELECT DISTINCT ON (job) id FROM portal_jobrun ORDER BY job, id DESC
"""


@dataclass(frozen=True)
class Job:
    name: str
    words: str
    how_often: str
    run: Callable[[], object] | None = None
    """At the push of a button; None: it may take longer than a page may."""


JOBS = (
    Job(
        "clear_expired",
        "Deletes what has run out: sessions, tokens, links of letters, apps nobody used",
        "at every start of make run, and once a day",
        lambda: call_command("clear_expired", verbosity=0),
    ),
    Job(
        "refresh_groups",
        "Brings panels, rosters and approvals that follow a list up to date",
        "at every start of make run, and once a day",
        lambda: call_command("refresh_groups", verbosity=0),
    ),
)


@dataclass(frozen=True)
class Line:
    job: Job
    last: JobRun | None
    duration: timedelta | None

    @property
    def may_run(self) -> bool:
        """Asked by the template, which would call ``job.run`` by looking at it."""
        return self.job.run is not None


@contextmanager
def running(job: str) -> Iterator[JobRun]:
    """Around a job's work: when it began, when it ended and how. ``detail`` may be set inside."""
    run = JobRun.objects.create(job=job)
    try:
        yield run
    except BaseException as failure:
        # Without its words, which may repeat what somebody entered.
        _end(run, JobRun.Outcome.FAILED, type(failure).__name__)
        raise
    _end(run, JobRun.Outcome.DONE, run.detail)


def lines() -> list[Line]:
    """Those we know, then those that have run and are not in the table above."""
    latest = {
        run.job: run for run in JobRun.objects.filter(pk__in=[pk for (pk,) in fetch(_LATEST)])
    }
    known = {job.name: job for job in JOBS}
    others = [Job(name, "", "") for name in sorted(latest) if name not in known]
    return [_line(job, latest.get(job.name)) for job in [*JOBS, *others]]


def forget_old() -> None:
    JobRun.objects.filter(started_at__lt=timezone.now() - _KEPT).delete()


def _line(job: Job, last: JobRun | None) -> Line:
    duration = last.ended_at - last.started_at if last and last.ended_at else None
    return Line(job, last, duration)


def _end(run: JobRun, outcome: str, detail: str) -> None:
    run.ended_at, run.outcome, run.detail = timezone.now(), outcome, detail
    run.save(update_fields=["ended_at", "outcome", "detail"])
