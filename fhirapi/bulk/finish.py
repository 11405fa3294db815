"""The end of an export: practice data that was referred to, small files put together, manifest."""

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction

from fhirapi.bulk import jobs
from fhirapi.bulk.export import export
from fhirapi.bulk.models import ExportFile, ExportJob, ExportPart
from fhirapi.bulk.segments import concatenated, storage

if TYPE_CHECKING:
    from django.db.models import QuerySet

_SMALL = 8 * 1024 * 1024  # bytes; below, files of a type are put together
_ROUNDS = 10  # Practitioner -> Organization -> partOf ...


def finish(job: ExportJob) -> None:
    """May be begun again: what an earlier try has done is found done."""
    if job.state != ExportJob.State.RUNNING:
        return
    _add_practice(job)
    for kind, resource_type in set(job.files.values_list("kind", "resource_type")):
        _put_together(job, kind, resource_type)
    with transaction.atomic():
        if jobs.finish(job):
            ExportFile.objects.filter(job=job).update(is_ready=True)
            job.patients.all().delete()
            job.rows.all().delete()


def _add_practice(job: ExportJob) -> None:
    """All of it, or what the records refer to, and what that refers to in turn."""
    if job.level == ExportJob.Level.SYSTEM:
        _practice_part(job, 0, None)
        return
    known: set[str] = set()
    found = set(chain.from_iterable(_of_records(job).values_list("referred", flat=True)))
    if job.group_id:
        found.add(f"Group/{job.group_id}")
    for number in range(_ROUNDS):
        if not found - known:
            return
        part = _practice_part(job, number, sorted(found - known))
        known |= found
        found = set(part.referred)


def _of_records(job: ExportJob) -> "QuerySet[ExportPart]":
    return job.parts.exclude(kind=ExportPart.Kind.PRACTICE)


def _practice_part(job: ExportJob, number: int, referred: list[str] | None) -> ExportPart:
    part, _ = ExportPart.objects.select_related("job").get_or_create(
        job=job, kind=ExportPart.Kind.PRACTICE, first=number, last=number
    )
    export(part, referred)
    part.refresh_from_db()
    return part


def _put_together(job: ExportJob, kind: str, resource_type: str) -> None:
    small = list(
        ExportFile.objects.filter(
            job=job, kind=kind, resource_type=resource_type, size__lt=_SMALL
        ).order_by("pk")
    )
    group: dict[int, list[ExportFile]] = defaultdict(list)
    filled = 0
    for each in small:
        group[filled // _SMALL].append(each)
        filled += each.size
    for files in group.values():
        if len(files) > 1:
            _replace(job, files)


def _replace(job: ExportJob, files: list[ExportFile]) -> None:
    first = files[0]
    name = f"{job.pk}/{first.resource_type}.ndjson"
    name = storage().save(name, ContentFile(b""))
    with storage().open(name, "wb") as stream:
        for piece in concatenated([each.name for each in files]):
            stream.write(piece)
    with transaction.atomic():
        ExportFile.objects.create(
            job=job,
            kind=first.kind,
            resource_type=first.resource_type,
            name=name,
            count=sum(each.count for each in files),
            size=sum(each.size for each in files),
        )
        ExportFile.objects.filter(pk__in=[each.pk for each in files]).delete()
    for each in files:
        storage().delete(each.name)
