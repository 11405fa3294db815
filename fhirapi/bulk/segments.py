"""Lines on their way into files; memory stays flat however many come."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import IO, Protocol

from django.core.files.base import ContentFile

from fhirapi.bulk.storing import storage
from fhirapi.bulk.written import Written
from fhirapi.definitions import registry

_BUFFER = 256 * 1024  # bytes of each type that wait
_SHARED = "|".join(each.name for each in registry.every() if each.is_shared)
_REFERENCE = re.compile(rf'"reference":"(?:[^"]*/)?((?:{_SHARED})/[A-Za-z0-9.-]{{1,64}})'.encode())


def _tables(resource_type: str, folder: str) -> "Form":
    from fhirapi.bulk.tables import Tables  # optional: the extra ``analytics``

    return Tables(resource_type, folder)


class Form(Protocol):
    """What becomes of the lines of a type."""

    def write(self, text: bytes) -> None: ...

    def close(self) -> list[Written]: ...

    def discard(self) -> None: ...


class Segments:
    """The files of one part. What it leaves by an error has to be discarded."""

    def __init__(
        self,
        folder: str,
        *,
        follows_references: bool,
        are_tables: bool = False,
    ) -> None:
        self._folder = folder
        self._begun: Callable[[str, str], Form] = _tables if are_tables else Lines
        self._follows = follows_references
        self._files: dict[bytes, _Waiting] = {}
        self.referred: set[str] = set()
        """Practice data that the lines refer to, ``Type/id``."""

    def add(self, name: bytes, text: bytes) -> None:
        """To the type's file: a line or several, without the last one's end."""
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = _Waiting(self._begun(name.decode(), self._folder))
        file.waiting.append(text)
        file.waits += len(text)
        if file.waits >= _BUFFER:
            self._flush(file)

    def add_header(self, name: bytes, line: bytes) -> None:
        """Not counted: it is none of the resources."""
        self.add(name, line)
        self._files[name].headers += 1

    def close(self) -> list[Written]:
        for file in self._files.values():
            self._flush(file)
        return [written for file in self._files.values() for written in file.close()]

    def discard(self) -> None:
        for file in self._files.values():
            file.form.discard()

    def _flush(self, file: "_Waiting") -> None:
        if not file.waiting:
            return
        file.waiting.append(b"")
        text = b"\n".join(file.waiting)
        if self._follows:
            self.referred.update(name.decode() for name in set(_REFERENCE.findall(text)))
        file.form.write(text)
        file.waiting.clear()
        file.waits = 0


class _Waiting:
    """The lines of a type that are still to be written."""

    __slots__ = ("form", "headers", "waiting", "waits")

    def __init__(self, form: Form) -> None:
        self.form = form
        self.waiting: list[bytes] = []
        self.waits = 0
        self.headers = 0

    def close(self) -> list[Written]:
        return [replace(each, count=each.count - self.headers) for each in self.form.close()]


class Lines:
    """NDJSON: one file."""

    def __init__(self, resource_type: str, folder: str) -> None:
        self._type = resource_type
        # An empty one first: a storage opens for writing only what there is.
        self._name = storage().save(f"{folder}/{resource_type}.ndjson", ContentFile(b""))
        self._stream: IO[bytes] = storage().open(self._name, "wb")
        self._size = self._count = 0

    def write(self, text: bytes) -> None:
        self._stream.write(text)
        self._size += len(text)
        self._count += text.count(b"\n")

    def close(self) -> list[Written]:
        self._stream.close()
        return [Written(self._type, self._name, self._count, self._size)]

    def discard(self) -> None:
        self._stream.close()
        storage().delete(self._name)
