"""Files and folders of NDJSON and JSON, cut into pieces that are stored one by one.

NDJSON is read as a stream. A JSON file (one resource, or a Bundle) is one piece.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from fhirapi.definitions import registry

_LINES = (".ndjson", ".jsonl")
_VALUE = (".json",)
_MOST_LINES = 1_000  # of one piece; interrupted loads go on only if pieces are cut alike
_MOST_BYTES = 4_000_000
_SYNTHEA_SHARED = ("hospitalInformation", "practitionerInformation")


class Piece(NamedTuple):
    number: int
    source: str
    first_line: int
    """0: the payload is one JSON value."""
    payload: bytes
    size: int
    """Bytes on disk, for the progress bar."""
    problem: str = ""
    """Why the source could not be read any further."""


class NothingToLoad(ValueError):
    """A path does not exist, or holds no file of a kind that can be loaded."""


def find(paths: Iterable[Path]) -> list[Path]:
    """The files, each once, in the order in which they are loaded. Raises NothingToLoad."""
    found: set[Path] = set()
    for path in paths:
        inside = set(filter(_is_loadable, path.rglob("*") if path.is_dir() else [path]))
        if not inside:
            raise NothingToLoad(
                f"{path}: no such file or folder."
                if not path.exists()
                else f"{path}: no *.ndjson, *.jsonl or *.json (or one of these with .gz)."
            )
        found |= {each.resolve() for each in inside}
    return sorted(found, key=lambda path: (_rank(path), str(path)))


def phases(files: list[Path]) -> Iterator[Iterator[Piece]]:
    """What others refer to comes first. To be consumed one after the other."""
    number = 0

    def numbered(group: Iterable[Path]) -> Iterator[Piece]:
        nonlocal number
        for path in group:
            for piece in _pieces(path):
                yield piece._replace(number=number)
                number += 1

    for _, group in groupby(files, key=_rank):
        yield numbered(list(group))


def _name(path: Path) -> str:
    return path.name.removesuffix(".gz")


def _is_loadable(path: Path) -> bool:
    return path.is_file() and _name(path).endswith(_LINES + _VALUE)


def _rank(path: Path) -> int:
    """By the names that exports give to files. Only speed depends on it: what comes too early
    waits (LoadDeferred)."""
    name = _name(path)
    if name.startswith(_SYNTHEA_SHARED):
        return 0
    resource_type = registry.find(name.partition(".")[0].partition("-")[0])
    if resource_type is None:
        return 2
    if resource_type.is_shared:
        return 0
    return 1 if resource_type.name == "Patient" else 3


def _pieces(path: Path) -> Iterator[Piece]:
    line, read = 1, 0
    is_lines = _name(path).endswith(_LINES)
    with path.open("rb") as raw:
        file = cast(BinaryIO, gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw)
        try:
            while payload := _take(file) if is_lines else [file.read()]:
                if not is_lines and not payload[0]:
                    break
                at, read = raw.tell() - read, raw.tell()
                yield Piece(0, str(path), line if is_lines else 0, b"".join(payload), at)
                line += len(payload)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            problem = "The compressed file is damaged; nothing after this place was read."
            size = path.stat().st_size - read
            yield Piece(0, str(path), line if is_lines else 0, b"", size, problem)


def _take(file: BinaryIO) -> list[bytes]:
    lines: list[bytes] = []
    size = 0
    while len(lines) < _MOST_LINES and size < _MOST_BYTES and (line := file.readline()):
        lines.append(line)
        size += len(line)
    return lines
