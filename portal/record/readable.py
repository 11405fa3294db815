"""A whole record for people, section by section: for the page to print and the PDF."""

from collections.abc import Iterator
from dataclasses import dataclass

from fhirapi.smart.people import record_reading
from fhirapi.smart.people.record_reading import Reader
from portal.record.lines import Line, lines
from portal.record.schema import Section
from portal.record.sections import SECTIONS

MOST = 1_000
"""Lines of a section. A file for people that is longer would be read by nobody."""
_DETAILS = "details"


@dataclass(frozen=True)
class Chapter:
    section: Section
    lines: list[Line]
    is_cut: bool


def chapters(reader: Reader) -> Iterator[Chapter]:
    """Personal details first; empty sections too, so that missing data is said to be missing.

    Raises PermissionError when the account may not, or may no longer, see the patient.
    """
    for section in sorted(SECTIONS, key=lambda each: each.slug != _DETAILS):
        page = record_reading.page(reader, section.everything, limit=MOST, is_audited=False)
        if page is None:
            raise PermissionError
        found = lines(section, page.resources)
        if section.has_series:
            found.sort(key=lambda each: each.name.casefold())  # stable: newest first in each
        yield Chapter(section, found, page.next is not None)
