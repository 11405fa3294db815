"""Lines on their way into files, one file for each type; memory stays flat however many come."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from fhirapi.bulk.source import unescaped
from fhirapi.definitions import registry

_BUFFER = 256 * 1024  # bytes of each type that wait
_SHARED = "|".join(each.name for each in registry.every() if each.is_shared)
_REFERENCE = re.compile(rf'"reference":"(?:[^"]*/)?((?:{_SHARED})/[A-Za-z0-9.-]{{1,64}})'.encode())


def storage() -> Storage:
    """Where exported files are: the file system, or what STORAGES names."""
    return storages["bulk"]


@dataclass(frozen=True)
class Written:
    resource_type: str
    name: str
    count: int
    size: int


class Segments:
    """The files of one part. A context manager: what it leaves by an error is deleted."""

    def __init__(self, folder: str, *, follows_references: bool) -> None:
        self._folder = folder
        self._follows = follows_references
        self._waiting: dict[str, list[bytes]] = {}
        self._sizes: dict[str, int] = {}
        self._files: dict[str, _File] = {}
        self.referred: set[str] = set()
        """Practice data that the lines refer to, ``Type/id``."""

    def add(self, resource_type: str, content: bytes) -> None:
        """``content`` as COPY gives it."""
        waiting = self._waiting.get(resource_type)
        if waiting is None:
            waiting = self._waiting[resource_type] = []
            self._sizes[resource_type] = 0
        waiting.append(content)
        self._sizes[resource_type] += len(content)
        if self._sizes[resource_type] >= _BUFFER:
            self._flush(resource_type)

    def close(self) -> list[Written]:
        for resource_type in self._waiting:
            self._flush(resource_type)
        return [file.close() for file in self._files.values()]

    def discard(self) -> None:
        for file in self._files.values():
            file.discard()

    def _flush(self, resource_type: str) -> None:
        waiting = self._waiting[resource_type]
        if not waiting:
            return
        text = unescaped(b"\n".join([*waiting, b""]))
        if self._follows:
            self.referred.update(name.decode() for name in _REFERENCE.findall(text))
        file = self._files.get(resource_type)
        if file is None:
            file = self._files[resource_type] = _File(resource_type, self._folder)
        file.write(text, len(waiting))
        waiting.clear()
        self._sizes[resource_type] = 0


class _File:
    def __init__(self, resource_type: str, folder: str) -> None:
        self._type = resource_type
        self._name = f"{folder}/{resource_type}.ndjson"
        # An empty one first: a storage opens for writing only what there is.
        self._name = storage().save(self._name, ContentFile(b""))
        self._stream: IO[bytes] = storage().open(self._name, "wb")
        self._count = self._size = 0

    def write(self, text: bytes, count: int) -> None:
        self._stream.write(text)
        self._count += count
        self._size += len(text)

    def close(self) -> Written:
        self._stream.close()
        return Written(self._type, self._name, self._count, self._size)

    def discard(self) -> None:
        self._stream.close()
        storage().delete(self._name)


def concatenated(names: list[str]) -> Iterator[bytes]:
    """The bytes of several files, one after the other."""
    for name in names:
        with storage().open(name, "rb") as stream:
            yield from stream.chunks()
