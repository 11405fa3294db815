"""Carries out one part of an export. Done twice, by a worker thought dead, it counts once."""

import uuid
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import groupby, islice

import orjson
from django.db import transaction
from django.utils import timezone

from fhirapi.bulk import jobs, source
from fhirapi.bulk.asked import PARQUET, Asked
from fhirapi.bulk.models import ExportFile, ExportJob, ExportPart
from fhirapi.bulk.segments import Segments
from fhirapi.bulk.storing import storage
from fhirapi.bulk.watch import Ended, Watch
from fhirapi.bulk.written import Written
from fhirapi.definitions import registry
from fhirapi.rest.parts import cut
from fhirapi.search.query import SearchQuery

_IN_BUNDLE = 1000  # deletions
_ENDED = (ExportJob.State.CANCELLED, ExportJob.State.FAILED)


def export(part: ExportPart, referred: list[str] | None = None) -> bool:
    """False if there was nothing to do any more. Raises Ended, Interrupted."""
    job = part.job
    if job.state in _ENDED:
        raise Ended
    if part.finished_at or job.state != ExportJob.State.RUNNING:
        return False
    if not jobs.is_granted(job):
        jobs.fail(job, jobs.ACCESS_ENDED)
        raise Ended
    asked = Asked.from_json(job.asked)
    segments = Segments(
        f"{job.pk}/{part.pk}-{uuid.uuid4().hex[:8]}",
        follows_references=job.level != ExportJob.Level.SYSTEM,
        are_tables=asked.output_format == PARQUET and part.kind != ExportPart.Kind.DELETED,
    )
    try:
        with Watch(job, part) as watch:
            _write(part, asked, referred, segments, watch)
        return _finish(part, segments)
    except BaseException:
        segments.discard()
        raise


def _write(
    part: ExportPart,
    asked: Asked,
    referred: list[str] | None,
    segments: Segments,
    watch: Watch,
) -> None:
    if part.kind == ExportPart.Kind.DELETED:
        for bundle in _bundles(source.deletions(part.job, part)):
            segments.add(b"Bundle", bundle)
        return
    if asked.is_by_patient and part.kind == ExportPart.Kind.PATIENTS:
        _write_records(part, asked, segments)
        return
    for at, name, text in source.lines(part.job, part, referred):
        segments.add(name, _cut(name, text, asked) if asked.elements else text)
        watch.reached = at or watch.reached


def _write_records(part: ExportPart, asked: Asked, segments: Segments) -> None:
    """Each patient's after a header. https://build.fhir.org/ig/HL7/bulk-data/export.html#bulk-data-output-file-organization"""
    for patient_id, record in groupby(source.records(part.job, part), lambda found: found[0]):
        header = {
            "resourceType": "Parameters",
            "parameter": [
                {
                    "name": "header",
                    "valueReference": {"reference": f"Patient/{patient_id.decode()}"},
                }
            ],
        }
        segments.add_header(b"Patient", orjson.dumps(header))
        for _, name, line in record:
            segments.add(b"Patient", _cut(name, line, asked) if asked.elements else line)


def _cut(name: bytes, text: bytes, asked: Asked) -> bytes:
    """Lines of a type with the asked elements only."""
    resource_type = registry.find(name.decode())
    assert resource_type is not None, "it is stored"  # noqa: S101
    query = SearchQuery(resource_type, elements=asked.elements)
    return b"\n".join(cut(line, query) for line in text.split(b"\n"))


def _bundles(deleted: Iterator[tuple[str, str]]) -> Iterator[bytes]:
    """Transactions that would do the same elsewhere."""
    while some := list(islice(deleted, _IN_BUNDLE)):
        entries = [
            {"request": {"method": "DELETE", "url": f"{name}/{resource_id}"}}
            for name, resource_id in some
        ]
        yield orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _finish(part: ExportPart, segments: Segments) -> bool:
    """Whoever comes second finds it finished, and takes the own files away."""
    written = segments.close()
    if part.kind == ExportPart.Kind.DELETED:
        written = [replace(each, kind=ExportFile.Kind.DELETED) for each in written]
    is_mine = _note(part, written, sorted(segments.referred))
    if not is_mine:
        for each in written:
            storage().delete(each.name)
    return is_mine


@transaction.atomic
def _note(part: ExportPart, written: list[Written], referred: list[str]) -> bool:
    # One after the other: the last one has to see that it is.
    jobs.lock_running(part.job_id)
    is_mine = ExportPart.objects.filter(pk=part.pk, finished_at=None).update(
        finished_at=timezone.now(),
        reached=part.last,
        count=sum(each.count for each in written if not each.view),
        referred=referred,
    )
    if is_mine:
        ExportFile.objects.bulk_create(
            ExportFile(job_id=part.job_id, **asdict(each)) for each in written
        )
    return bool(is_mine)


def is_last(part: ExportPart) -> bool:
    """Whether no other part of its job is left."""
    return not ExportPart.objects.filter(job_id=part.job_id, finished_at=None).exists()
