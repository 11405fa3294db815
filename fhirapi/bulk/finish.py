"""The end of an export: practice data that was referred to, small files put together, manifest."""

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

import orjson
from django.db import transaction

from fhirapi.bulk import jobs
from fhirapi.bulk.asked import Asked
from fhirapi.bulk.export import export
from fhirapi.bulk.models import ExportFile, ExportJob, ExportPart
from fhirapi.bulk.storing import concatenated, delete_others, storage, write
from fhirapi.bulk.watch import Watch

if TYPE_CHECKING:
    from django.db.models import QuerySet

_SMALL = 4 * 1024 * 1024  # bytes; below, files of a type are put together
_ALIKE = ("kind", "resource_type", "view")
_ROUNDS = 10  # Practitioner -> Organization -> partOf ...


def finish(job: ExportJob) -> None:
    """May be begun again: what an earlier try has done is found done."""
    if job.state != ExportJob.State.RUNNING:
        return
    _add_practice(job)
    with Watch(job) as watch:
        for alike in set(job.files.values_list(*_ALIKE)):
            _put_together(job, dict(zip(_ALIKE, alike, strict=True)), watch)
        _tell_ignored(job)
    with transaction.atomic():
        if jobs.finish(job):
            ExportFile.objects.filter(job=job).update(is_ready=True)
            job.patients.all().delete()
            job.rows.all().delete()
    delete_others(str(job.pk), set(job.files.values_list("name", flat=True)))


def _add_practice(job: ExportJob) -> None:
    """All of it, or what the records refer to, and what that refers to in turn.

    It is in nobody's record, so files that hold records only have none of it.
    """
    if Asked.from_json(job.asked).is_by_patient:
        return
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


def _put_together(job: ExportJob, alike: dict[str, str], watch: Watch) -> None:
    small = ExportFile.objects.filter(job=job, size__lt=_SMALL, **alike).order_by("pk")
    group: dict[int, list[ExportFile]] = defaultdict(list)
    filled = 0
    for each in small:
        group[filled // _SMALL].append(each)
        filled += each.size
    for files in group.values():
        watch.check()
        if len(files) > 1:
            _replace(job, files)


def _replace(job: ExportJob, files: list[ExportFile]) -> None:
    first, names = files[0], [each.name for each in files]
    name, size = _joined(names, f"{job.pk}/{first.file_name}", is_table=first.is_table)
    with transaction.atomic():
        jobs.lock_running(job.pk)
        ExportFile.objects.create(
            job=job,
            kind=first.kind,
            resource_type=first.resource_type,
            view=first.view,
            name=name,
            count=sum(each.count for each in files),
            size=size,
        )
        ExportFile.objects.filter(pk__in=[each.pk for each in files]).delete()
    for each in files:
        storage().delete(each.name)


def _joined(names: list[str], name: str, *, is_table: bool) -> tuple[str, int]:
    if not is_table:
        return write(name, concatenated(names))
    from fhirapi.bulk.tables import joined  # optional: the extra ``analytics``

    return joined(names, name)


def _tell_ignored(job: ExportJob) -> None:
    """https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status"""
    ignored = Asked.from_json(job.asked).ignored
    errors = ExportFile.objects.filter(job=job, kind=ExportFile.Kind.ERROR)
    if not ignored or errors.exists():
        return
    outcomes = [
        orjson.dumps(
            {
                "resourceType": "OperationOutcome",
                "issue": [{"severity": "warning", "code": "not-supported", "diagnostics": text}],
            }
        )
        for text in ignored
    ]
    name, size = write(f"{job.pk}/errors.ndjson", (each + b"\n" for each in outcomes))
    with transaction.atomic():
        jobs.lock_running(job.pk)
        ExportFile.objects.create(
            job=job,
            kind=ExportFile.Kind.ERROR,
            resource_type="OperationOutcome",
            name=name,
            count=len(outcomes),
            size=size,
        )
