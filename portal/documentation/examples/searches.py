"""A search by each parameter of each type, with how many it found when it was recorded."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import orjson

FILE = Path(__file__).parent / "searches.json"


class Search(NamedTuple):
    query: str
    """Behind the type's address: ``code=http://loinc.org|4548-4``."""
    total: int
    by_value: str = ""
    """Where nobody of the practice has one: ``query`` finds those without, and this is the form."""


@cache
def searches() -> dict[str, dict[str, Search]]:
    """By type and parameter."""
    found = orjson.loads(FILE.read_bytes()) if FILE.exists() else {}
    return {
        name: {code: Search(*each) for code, each in listed.items()}
        for name, listed in found.items()
    }


def _told(search: Search) -> str:
    return orjson.dumps(list(search if search.by_value else search[:2])).decode()


def write(found: dict[str, dict[str, Search]]) -> None:
    """A line for each parameter, so that a change is seen."""
    types = (
        f'"{name}": {{\n' + ",\n".join(
            f'  "{code}": {_told(each)}' for code, each in listed.items()
        ) + "\n}"
        for name, listed in found.items()
    )  # fmt: skip
    FILE.write_text("{\n" + ",\n".join(types) + "\n}\n", encoding="utf-8")
    searches.cache_clear()
