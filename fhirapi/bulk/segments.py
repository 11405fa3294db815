"""Lines on their way into files; memory stays flat however many come."""

import re
from dataclasses import dataclass
from typing import IO

from django.core.files.base import ContentFile

from fhirapi.bulk.models import ExportFile
from fhirapi.bulk.source import unescaped
from fhirapi.bulk.storing import storage
from fhirapi.definitions import registry

_BUFFER = 256 * 1024  # bytes of each type that wait
_SHARED = "|".join(each.name for each in registry.every() if each.is_shared)
_REFERENCE = re.compile(rf'"reference":"(?:[^"]*/)?((?:{_SHARED})/[A-Za-z0-9.-]{{1,64}})'.encode())


@dataclass(frozen=True)
class Written:
    resource_type: str
    name: str
    count: int
    size: int
    kind: str = ExportFile.Kind.OUTPUT


class Segments:
    """The files of one part. What it leaves by an error has to be discarded."""

    def __init__(self, folder: str, *, follows_references: bool, is_escaped: bool = True) -> None:
        self._folder = folder
        self._follows = follows_references
        self._is_escaped = is_escaped
        self._files: dict[bytes, _Segment] = {}
        self.referred: set[str] = set()
        """Practice data that the lines refer to, ``Type/id``."""

    def add(self, name: bytes, line: bytes) -> None:
        """To the type's file; with its end, and as COPY gives it, unless told otherwise."""
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = _Segment(name.decode(), self._folder)
        file.waiting.append(line)
        file.waits += len(line)
        if file.waits >= _BUFFER:
            self._flush(file)

    def add_header(self, name: bytes, line: bytes) -> None:
        """Not counted: it is none of the resources."""
        self.add(name, line)
        self._files[name].count -= 1

    def close(self) -> list[Written]:
        for file in self._files.values():
            self._flush(file)
        return [file.close() for file in self._files.values()]

    def discard(self) -> None:
        for file in self._files.values():
            file.discard()

    def _flush(self, file: "_Segment") -> None:
        if not file.waiting:
            return
        text = b"".join(file.waiting)
        if self._is_escaped:
            text = unescaped(text)
        if self._follows:
            self.referred.update(name.decode() for name in set(_REFERENCE.findall(text)))
        file.write(text)


class _Segment:
    """One file, and the lines that wait to be written to it."""

    __slots__ = ("_name", "_size", "_stream", "_type", "count", "waiting", "waits")

    def __init__(self, resource_type: str, folder: str) -> None:
        self._type = resource_type
        # An empty one first: a storage opens for writing only what there is.
        self._name = storage().save(f"{folder}/{resource_type}.ndjson", ContentFile(b""))
        self._stream: IO[bytes] = storage().open(self._name, "wb")
        self._size = 0
        self.count = 0
        self.waiting: list[bytes] = []
        self.waits = 0

    def write(self, text: bytes) -> None:
        self._stream.write(text)
        self._size += len(text)
        self.count += len(self.waiting)
        self.waiting.clear()
        self.waits = 0

    def close(self) -> Written:
        self._stream.close()
        return Written(self._type, self._name, self.count, self._size)

    def discard(self) -> None:
        self._stream.close()
        storage().delete(self._name)
