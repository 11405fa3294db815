"""Exported files in the storage: the file system, or what STORAGES names."""

import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages


def storage() -> Storage:
    return storages["bulk"]


def write(name: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    """A file of these bytes: the name it got, and its size."""
    name = storage().save(name, ContentFile(b""))
    size = 0
    with storage().open(name, "wb") as stream:
        for piece in pieces:
            stream.write(piece)
            size += len(piece)
    return name, size


def concatenated(names: list[str]) -> Iterator[bytes]:
    """The bytes of several files, one after the other."""
    for name in names:
        with storage().open(name, "rb") as stream:
            yield from stream.chunks()


def delete_others(folder: str, kept: Collection[str]) -> None:
    """What attempts left below it that a killed process had begun."""
    where = storage()
    try:
        folders, files = where.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        if f"{folder}/{name}" not in kept:
            where.delete(f"{folder}/{name}")
    for name in folders:
        delete_others(f"{folder}/{name}", kept)


def delete_files(folder: str) -> None:
    """All below it, of attempts that were never finished too."""
    where = storage()
    if isinstance(where, FileSystemStorage):
        shutil.rmtree(Path(where.path(folder)), ignore_errors=True)
        return
    try:
        folders, files = where.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        where.delete(f"{folder}/{name}")
    for name in folders:
        delete_files(f"{folder}/{name}")
