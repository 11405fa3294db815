"""Search inside of a record: lines in whose texts every word stands.

Newest first, as people look for the latest of something; by kind, with one click. Words are ranked
by nobody: in a record an entry has them or not.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from fhirapi.searchparams.keys import key
from fhirapi.searchparams.paths import values
from fhirapi.searchparams.string import fold
from fhirapi.smart.people import record_reading
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.smart.people.record_reading import Reader, Selection, Word
from portal.record import plain_names, series
from portal.record.lines import Line, line
from portal.record.schema import Section
from portal.record.sections import SECTIONS

_MOST_WORDS = 6
_LOOKED_THROUGH = 1_000
"""At a time: of a longer record the next ones follow by a click."""
_A_PAGE = 50
_CODED = ("Observation", "DiagnosticReport", "ServiceRequest")
"""Types in which tests are named by LOINC codes."""


@dataclass(frozen=True)
class Asked:
    text: str
    section: str = ""
    """The slug of the only one to be shown."""
    after: str = ""
    """Where it goes on to look, as ``Found.further`` said."""
    page: str = ""


@dataclass(frozen=True)
class Hit:
    section: Section
    line: Line
    test: str
    """Where results of this kind stand together."""


@dataclass(frozen=True)
class Found:
    person: PatientSummary
    asked: Asked
    hits: list[Hit]
    """Of this page."""
    total: int
    counts: list[tuple[Section, int]]
    """Of all sections in which something was found."""
    page: int
    pages: int
    further: str | None
    """Where older entries begin that were not looked through."""

    @property
    def text(self) -> str:
        return self.asked.text

    @property
    def next_page(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None


def find(reader: Reader, asked: Asked) -> Found | None:
    """None: there is no such patient for whoever reads."""
    words = [fold(each) for each in asked.text.split()[:_MOST_WORDS]]
    found = record_reading.page(
        reader, _everything(), limit=_LOOKED_THROUGH, after=asked.after,
        words=[Word(each, _tests_called(fold(each))) for each in asked.text.split()[:_MOST_WORDS]],
    )  # fmt: skip
    if found is None:
        return None
    # A name stands in every resource that refers to its patient: what is shown decides.
    every = [hit for each in found.resources if (hit := _hit(each)) and _holds(hit, words)]
    hits = [each for each in every if asked.section in ("", each.section.slug)]
    counted = Counter(each.section.slug for each in every)
    pages = max(1, -(-len(hits) // _A_PAGE))
    page = min(int(asked.page), pages) if _is_number(asked.page) else 1
    return Found(
        found.person,
        asked,
        hits[(page - 1) * _A_PAGE : page * _A_PAGE],
        len(hits),
        [(each, counted[each.slug]) for each in SECTIONS if counted[each.slug]],
        page,
        pages,
        found.next,
    )


def _everything() -> Selection:
    types = tuple({each: None for section in SECTIONS for each in section.types})
    wrong = tuple(each_key for each in SECTIONS if each.wrong for each_key in each.wrong.also[0])
    return Selection(types, none_of=wrong)


def _tests_called(word: str) -> tuple[int, ...]:
    """Keys of those whose plain name is ours: it stands in no resource."""
    forms = [f"{plain_names.LOINC}|{code}" for code in plain_names.searched(word)]
    return tuple(key(type_, "code", form) for type_ in _CODED for form in forms)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) < 6 and int(text) > 0


def _hit(resource: dict[str, Any]) -> Hit | None:
    section = section_of(resource)
    if section is None:
        return None
    test = series.test_of(resource) if section.has_series else ""
    return Hit(section, line(section, resource), test)


def section_of(resource: dict[str, Any]) -> Section | None:
    """Among several sections of a type the one whose category it has."""
    own = [each for each in SECTIONS if resource["resourceType"] in each.types]
    return next((each for each in own if _belongs(each, resource)), None)


def _belongs(section: Section, resource: dict[str, Any]) -> bool:
    found = set(values(resource, "category.coding.code"))
    if section.only:
        return bool(found & set(section.only.values))
    return not (section.never and found & set(section.never.values))


def _holds(hit: Hit, words: list[str]) -> bool:
    shown = [hit.line.name, hit.line.codes, hit.line.when]
    shown += [each.words for each in hit.line.cells]
    shown += [each.words for each in hit.line.badges]
    text = fold(" ".join(shown))
    return all(each in text for each in words)
