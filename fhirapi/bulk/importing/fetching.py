"""An input file on its way here: taken as a whole, and cut into parts.

Nothing is stored before every file of the import is here. So a file that is missing, damaged or
too large leaves nothing half done, and parts are stored in an order in which little has to wait.
"""

import gzip
import io
import uuid
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from fhirapi.bulk.importing import hosts, jobs, names, uploads
from fhirapi.bulk.importing.models import ImportInput, ImportJob, ImportPart
from fhirapi.bulk.importing.watch import Watch
from fhirapi.bulk.storing import delete_files, storage
from fhirapi.bulk.watch import Ended, Interrupted
from fhirapi.smart.clients.fetch import FetchProblem, download

LINES = 1_000
"""Of one part: what one worker does in less than a second, and one transaction stores."""
_BYTES = 4_000_000
LONGEST_LINE = 5_000_000
"""Bytes: as much as one resource may have that is sent by itself."""
_SILENT = 30.0  # seconds
_BUFFER = 256 * 1024
_GZIP = b"\x1f\x8b"
_DAMAGED = "The compressed file is damaged."


class Unfetchable(Exception):
    """Why a file is not to be had, in a sentence for the app's developer."""


def fetch(wanted: ImportInput) -> bool:
    """False if there was nothing to do any more. Raises Ended, Unfetchable."""
    job = wanted.job
    if wanted.fetched_at or job.state != ImportJob.State.FETCHING:
        return False
    # Another worker, thought dead, may be at the same file.
    mine = f"{jobs.folder_of(job)}/{wanted.number}/{uuid.uuid4().hex}"
    try:
        is_kept = _taken(wanted, mine)
    except (Ended, Interrupted, Unfetchable):
        delete_files(mine)
        raise
    if not is_kept:
        delete_files(mine)
    return is_kept


def _taken(wanted: ImportInput, folder: str) -> bool:
    try:
        with Watch(wanted.job_id) as watch, _opened(wanted, watch) as raw:
            counted = _Counted(raw, watch)
            parts, keys = _cut(wanted, folder, counted)
    except FetchProblem as problem:
        raise Unfetchable(str(problem)) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Unfetchable(_DAMAGED) from None
    return _keep(wanted, parts, keys, counted.size)


@transaction.atomic
def _keep(wanted: ImportInput, parts: list[ImportPart], keys: "array[int]", size: int) -> bool:
    if not jobs.is_held(wanted.job, ImportJob.State.FETCHING):
        raise Ended
    is_mine = ImportInput.objects.filter(pk=wanted.pk, fetched_at=None).update(
        fetched_at=timezone.now(), size=size
    )
    if is_mine:
        line = 1
        for part in parts:
            part.first_line, line = line, line + part.lines
        ImportPart.objects.bulk_create(parts)
        names.keep(wanted.job_id, keys)
    return bool(is_mine)


def _cut(
    wanted: ImportInput, folder: str, counted: "_Counted"
) -> "tuple[list[ImportPart], array[int]]":
    """The parts, and what they bring."""
    parts = []
    keys = array("q")
    for number, lines in enumerate(_segments(counted)):
        name = storage().save(f"{folder}/{number}.ndjson", ContentFile(b"".join(lines)))
        parts.append(ImportPart(input=wanted, number=number, name=name, lines=len(lines)))
        keys.extend(names.keys_of(wanted.resource_type, lines))
    return parts, keys


@contextmanager
def _opened(wanted: ImportInput, watch: Watch) -> Iterator[BinaryIO]:
    job = wanted.job
    upload = uploads.of_url(wanted.url, job.client_id, job.data_access_grant_id)
    if upload is not None:
        with storage().open(upload.name, "rb") as file:
            yield cast(BinaryIO, file)
        return
    if problem := hosts.refusal_of(wanted.url):  # the operator may have taken it off the list
        raise Unfetchable(problem)
    with download(wanted.url, hosts.may_lead_to, _SILENT) as body:
        watch.stop = body.abort
        yield cast(BinaryIO, body)


class _Counted(io.RawIOBase):
    """Bytes as they come, as long as they are wanted and not too many."""

    def __init__(self, raw: BinaryIO, watch: Watch) -> None:
        self._raw, self._watch, self.size = raw, watch, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as it is called
        self._watch.check()
        found = self._raw.read(len(buffer)) or b""
        self.size += len(found)
        _require_size(self.size)
        buffer[: len(found)] = found
        return len(found)


def _segments(counted: _Counted) -> Iterator[list[bytes]]:
    """Some lines at a time."""
    raw = io.BufferedReader(counted, _BUFFER)
    is_gzip = raw.peek(2)[:2] == _GZIP
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw) if is_gzip else raw)
    size = 0
    while segment := _take(stream):
        size += sum(map(len, segment))
        _require_size(size)
        yield segment


def _take(stream: BinaryIO) -> list[bytes]:
    lines: list[bytes] = []
    size = 0
    while len(lines) < LINES and size < _BYTES and (line := stream.readline(LONGEST_LINE + 1)):
        if len(line) > LONGEST_LINE:
            raise Unfetchable(f"It has a line of more than {LONGEST_LINE // 1_000_000} MB.")
        lines.append(line)
        size += len(line)
    return lines


def _require_size(size: int) -> None:
    if size > settings.IMPORT_FILE_MB * 1_000_000:
        raise Unfetchable(f"It is larger than {settings.IMPORT_FILE_MB} MB.")
