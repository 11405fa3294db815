"""An export's files as Parquet: for each type its whole resources, and the rows of its views.

Needs the extra ``analytics``; only who begins such a file imports this (docs/analytics.md).
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from django.core.files.base import ContentFile

from fhirapi.bulk.analytics.parquet import ParquetFile, ViewFile, put_together
from fhirapi.bulk.analytics.view_definitions import views_of
from fhirapi.bulk.storing import storage
from fhirapi.bulk.written import Written


class Tables:
    """Of one type, in one part."""

    def __init__(self, resource_type: str, folder: str) -> None:
        self._type = resource_type
        whole = _Begun(f"{folder}/{resource_type}.parquet")
        self._files: list[tuple[str, _Begun, ParquetFile | ViewFile]] = [
            ("", whole, ParquetFile(whole.stream, resource_type))
        ]
        for view in views_of(resource_type):
            begun = _Begun(f"{folder}/{view.name}.parquet")
            self._files.append((view.name, begun, ViewFile(begun.stream, view)))

    def write(self, text: bytes) -> None:
        """Lines of NDJSON."""
        contents = text.split(b"\n")[:-1]
        for _, _, file in self._files:
            file.write(contents)

    def close(self) -> list[Written]:
        return [
            Written(self._type, begun.name, file.close(), begun.close(), view=view)
            for view, begun, file in self._files
        ]

    def discard(self) -> None:
        for _, begun, file in self._files:
            with suppress(OSError):  # the storage may be what failed
                file.discard()
            begun.discard()


class _Begun:
    """A file of the storage that is being written."""

    def __init__(self, name: str) -> None:
        self.name = storage().save(name, ContentFile(b""))
        self.stream: IO[bytes] = storage().open(self.name, "wb")

    def close(self) -> int:
        """Its size in bytes."""
        self.stream.close()
        return storage().size(self.name)

    def discard(self) -> None:
        self.stream.close()
        storage().delete(self.name)


def joined(names: list[str], name: str) -> tuple[str, int]:
    """One file of several of the same form: the name it got, and its size."""
    target = _Begun(name)
    put_together(_opened(names), target.stream)
    return target.name, target.close()


def _opened(names: list[str]) -> Iterator[IO[bytes]]:
    for name in names:
        with storage().open(name, "rb") as stream:
            yield stream
