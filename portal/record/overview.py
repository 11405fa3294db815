"""What a record holds: how much of each kind, and the newest of the main kinds."""

from dataclasses import dataclass
from typing import Any

from fhirapi.smart.people import record_reading
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.smart.people.record_reading import Reader
from portal.record.lines import Line, lines
from portal.record.reading import every_selection
from portal.record.schema import Section
from portal.record.sections import MAIN, MORE

NEWEST = 3


@dataclass(frozen=True)
class Part:
    section: Section
    total: int
    newest: list[Line]


@dataclass(frozen=True)
class Overview:
    person: PatientSummary
    main: list[Part]
    more: list[Part]
    """Only those in which something stands."""

    @property
    def total(self) -> int:
        return sum(each.total for each in (*self.main, *self.more))


def overview(reader: Reader, *, newest: int = NEWEST) -> Overview | None:
    """None: there is no such patient for whoever reads. Active things come first, if asked."""
    # A summary opens with what holds now; the counts are of everything.
    shown = {each.slug: each.active for each in MAIN} if newest else {}
    found = record_reading.overview(reader, every_selection(), shown, newest=newest)
    if found is None:
        return None
    return Overview(
        found.person,
        [_part(each, found.totals, found.newest.get(each.slug, [])) for each in MAIN],
        [_part(each, found.totals, []) for each in MORE if found.totals[each.slug]],
    )


def _part(section: Section, totals: dict[str, int], newest: list[dict[str, Any]]) -> Part:
    return Part(section, totals[section.slug], lines(section, newest))
