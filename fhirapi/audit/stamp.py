"""What makes entries records: each gets its time, and the mac that holds it."""

from collections.abc import Sequence
from typing import NamedTuple

from fhirapi.audit.clock import clock
from fhirapi.audit.entry import Entry
from fhirapi.audit.keys import ring
from fhirapi.audit.line import line, moment


class Stamp(NamedTuple):
    recorded: str
    mac: str
    """As hexadecimal digits."""


def stamps(entries: Sequence[Entry]) -> list[Stamp]:
    """In the order of the entries. They must be stored exactly as they are."""
    first, mac = clock.take(len(entries)), ring().mac
    made = []
    for number, entry in enumerate(entries, first):
        recorded = moment(number)
        made.append(Stamp(recorded, mac(line(recorded, entry)).hex()))
    return made


def stamp(entry: Entry) -> Stamp:
    [made] = stamps([entry])
    return made
