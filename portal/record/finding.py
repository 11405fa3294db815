"""Search inside of a record: lines in whose texts every word stands."""

from dataclasses import dataclass
from typing import Any

from fhirapi.searchparams.paths import values
from fhirapi.searchparams.string import fold
from fhirapi.smart.people import record_reading
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.smart.people.record_reading import Reader, Selection
from portal.record import series
from portal.record.lines import Line, line
from portal.record.schema import Section
from portal.record.sections import SECTIONS

_MOST_WORDS = 6
_LOOKED_THROUGH = 400
_SHOWN = 100


@dataclass(frozen=True)
class Hit:
    section: Section
    line: Line
    test: str
    """Where results of this kind stand together."""


@dataclass(frozen=True)
class Found:
    person: PatientSummary
    text: str
    hits: list[Hit]
    has_more: bool


def find(reader: Reader, text: str) -> Found | None:
    """None: there is no such patient for whoever reads."""
    words = text.split()[:_MOST_WORDS]
    types = tuple({each: None for section in SECTIONS for each in section.types})
    wrong = tuple(key for each in SECTIONS if each.wrong for key in each.wrong.also[0])
    selection = Selection(types, none_of=wrong)
    found = record_reading.holding(reader, selection, words, limit=_LOOKED_THROUGH)
    if found is None:
        return None
    # A name stands in every resource that refers to its patient: what is shown decides.
    folded = [fold(each) for each in words]
    hits = [hit for each in found.resources if (hit := _hit(each)) and _holds(hit, folded)]
    return Found(found.person, text, hits[:_SHOWN], len(hits) > _SHOWN or found.next is not None)


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
