"""Entries that are stored only where nothing meets their condition: ``ifNoneExist``.

https://hl7.org/fhir/R4/http.html#ccreate
"""

from collections.abc import Iterable

from fhirapi.intake.conditions import Condition, meant
from fhirapi.intake.reading import Arrival
from fhirapi.intake.references import references
from fhirapi.intake.storing import Settled
from fhirapi.searchparams.keys import key
from fhirapi.sql import fetch

_LOCKS = 512
_ONE_AFTER_THE_OTHER = "SELECT pg_advisory_xact_lock(%s, lock) FROM unnest(%s::int[]) AS lock"
_CLASS = 0x1F0E  # of our advisory locks: any number that no other has
_SEVERAL = "Its ifNoneExist means more than one resource."
_TOO_LATE = "Its ifNoneExist means another resource by now, to which its Bundle does not refer."


def create_where_none(
    arrivals: list[Arrival], settled: Settled, *, is_late: bool = False
) -> list[Arrival]:
    """Those that are to be stored. References to the others lead to what is there instead.

    Within the transaction that stores them. If it is late, what they came with is stored already
    and cannot refer to another resource any more.
    """
    conditions = [arrival.condition() for arrival in arrivals]
    if not any(conditions):
        return arrivals
    found = _found_alone(filter(None, conditions))
    instead: dict[str, str] = {}
    wanted = []
    for arrival, asked in zip(arrivals, conditions, strict=True):
        there = found[asked] if asked else set()
        if len(there) > 1:
            settled.rejects.append(arrival.rejected(_SEVERAL))
        elif is_late and there and arrival.resource["id"] not in there:
            settled.rejects.append(arrival.rejected(_TOO_LATE))
        elif there:
            [existing] = there
            instead[arrival.name] = f"{arrival.resource['resourceType']}/{existing}"
            settled.skipped += 1
        else:
            wanted.append(arrival)
            there.add(arrival.resource["id"])  # what the same condition means from here on
    _redirect(wanted, instead)
    return wanted


def _found_alone(conditions: Iterable[Condition]) -> dict[Condition, set[str]]:
    """Two pieces at once would both find nothing: one waits until the other is stored.

    The locks are taken in one order, so that two never wait for each other.
    """
    asked = set(conditions)
    keys = (each.identifier or key(each.resource_type, "", each.query) for each in asked)
    fetch(_ONE_AFTER_THE_OTHER, [_CLASS, sorted({each % _LOCKS for each in keys})])
    return meant(asked)


def _redirect(arrivals: Iterable[Arrival], instead: dict[str, str]) -> None:
    if not instead:
        return
    for arrival in arrivals:
        for element in references(arrival.resource):
            text = element["reference"]
            element["reference"] = instead.get(text, text)
