"""A resource as a line of its section: name, date, columns, and what is to be known about it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fhirapi.searchparams.paths import values
from portal.record import results
from portal.record.plain_names import plain
from portal.record.schema import WRONG, Section
from portal.record.words import at, codes, in_words

# Such lines must not be read as if they were so.
_DOUBTS = {"refuted", "unconfirmed", "provisional", "differential", "not-done", "entered-in-error",
           "preliminary", "superseded"}  # fmt: skip
_GOOD = {"active"}
_USUAL = {"confirmed", "final", "completed", "finished", "current", "fulfilled", "available"}


@dataclass(frozen=True)
class Cell:
    words: str
    label: str


@dataclass(frozen=True)
class Badge:
    words: str
    kind: str
    """A class of ``.badge``: good, warn, bad, or none."""


@dataclass(frozen=True)
class Line:
    id: str
    type: str
    name: str
    codes: str
    """Small print: the name that programs and laboratories use, and the codes."""
    when: str
    cells: list[Cell]
    badges: list[Badge]
    has_files: bool


def lines(section: Section, resources: list[dict[str, Any]]) -> list[Line]:
    return [line(section, each) for each in resources]


def line(section: Section, resource: dict[str, Any]) -> Line:
    coded = next((each for path in section.name for each in values(resource, path)), None)
    name, small = at(resource, *section.name), codes(coded) if isinstance(coded, dict) else ""
    if isinstance(coded, dict) and (words := plain(coded, name)) != name:
        name, small = words, f"{name} · {small}"
    return Line(
        id=resource["id"],
        type=resource["resourceType"],
        name=name or _("Without a name"),
        codes=small,
        when=at(resource, *section.when),
        cells=[
            Cell(each.reads(resource) if each.reads else at(resource, *each.paths), str(each.words))
            for each in section.columns
        ],
        badges=_badges(section, resource),
        has_files=section.has_files and bool(attachments(resource)),
    )


def _badges(section: Section, resource: dict[str, Any]) -> list[Badge]:
    """What goes without saying is left out: a final result, a confirmed problem."""
    found = []
    for path in section.state:
        for value in values(resource, path):
            code = next(iter(values({"x": value}, "x.coding.code")), value)
            if isinstance(code, str) and code not in _USUAL:
                found.append(Badge(in_words(value), _kind(code)))
    if flag := results.flag(resource):
        found.append(Badge(flag, "bad"))
    return list(dict.fromkeys(found))


def _kind(code: str) -> str:
    return "warn" if code in _DOUBTS else "good" if code in _GOOD else ""


def is_wrong(resource: dict[str, Any]) -> bool:
    """Entered in error; for a resource that was asked for by its id."""
    found = [resource.get("status"), *values(resource, "verificationStatus.coding.code")]
    return WRONG in found


def attachments(resource: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        each
        for path in ("content.attachment", "presentedForm", "content")
        for each in values(resource, path)
        if isinstance(each, dict) and ("data" in each or "url" in each)
    ]
