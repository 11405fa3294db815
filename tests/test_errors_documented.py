"""docs/errors.md says the same as the modules that make the outcomes."""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from fhirapi import outcomes, write_outcomes
from fhirapi.bulk import problems as bulk_problems
from fhirapi.outcomes import Outcome

TABLE = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
_ROW = re.compile(r"\| (\d{3}) \| `([a-z-]+)` \| (.+?) \| .+ \|")


def documented() -> set[tuple[int, str, str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = (_ROW.fullmatch(line) for line in lines)
    return {(int(row[1]), row[2], row[3]) for row in rows if row}


def factories() -> Iterator[Callable[..., Outcome]]:
    for module in (outcomes, write_outcomes, bulk_problems):
        for name, made in inspect.getmembers(module, inspect.isfunction):
            is_ours = made.__module__ == module.__name__ and not name.startswith("_")
            if is_ours and inspect.signature(made).return_annotation is Outcome:
                yield made


def said() -> set[tuple[int, str, str]]:
    """Status, code and text of every outcome, with … for what it is about."""
    every = (make(*("…" for _ in inspect.signature(make).parameters)) for make in factories())
    return {(each.status, each.code, each.text) for each in every}


def test_every_error_is_documented_with_its_status_code_and_text() -> None:
    assert len(said()) > 30
    assert said() - documented() == set()


def test_nothing_is_documented_that_cannot_happen() -> None:
    assert documented() - said() == set()
