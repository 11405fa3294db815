"""The threat model names tests that are there, and leaves no letter of STRIDE out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.product import ROOT

_PAGE = ROOT / "docs" / "threat-model.md"
_TESTS = ROOT / "tests"
FLOWS = {
    "Browser and portal", "App and OAuth", "App and FHIR API", "Provider API", "EHR launch",
    "Bulk files", "Imports", "Webhooks", "Letters", "Administration", "Operator", "Database",
    "Backups",
}  # fmt: skip


class Threat(NamedTuple):
    flow: str
    letter: str
    held_by: str
    tests: str


def threats() -> list[Threat]:
    found, flow = [], ""
    for line in _PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            flow = line.removeprefix("## ")
        elif re.match(r"\| [STRIDE] \|", line):
            _, letter, _, held_by, tests, _ = (each.strip() for each in line.split("|"))
            found.append(Threat(flow, letter, held_by, tests))
    return found


def names_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    return set(_names(ast.parse(path.read_text(encoding="utf-8")).body))


def _names(statements: list[ast.stmt], within: str = "") -> Iterator[str]:
    """Of functions, and of those of classes as pytest writes them."""
    for each in statements:
        if isinstance(each, ast.ClassDef):
            yield from _names(each.body, f"{each.name}::")
        elif isinstance(each, ast.FunctionDef):
            yield f"{within}{each.name}"


def test_every_flow_answers_every_letter() -> None:
    answered = {(each.flow, each.letter) for each in threats()}
    assert answered == {(flow, letter) for flow in FLOWS for letter in "STRIDE"}


def test_every_test_that_is_named_is_there() -> None:
    named = {each for threat in threats() for each in re.findall(r"`([^`]+)`", threat.tests)}
    assert len(named) > 100
    there = {path: names_in(_TESTS / path) for path in {each.partition("::")[0] for each in named}}
    missing = [each for each in named if each.partition("::")[2] not in there[each.split("::")[0]]]
    assert missing == []


def test_a_threat_that_no_test_holds_is_called_open_and_says_why() -> None:
    for each in threats():
        is_open = each.tests == "open"
        assert is_open == each.held_by.startswith("open: "), each
        assert is_open or "::" in each.tests, each
