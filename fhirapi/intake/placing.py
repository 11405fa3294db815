"""Whose data an arriving resource is; it has to wait where that cannot be said yet.

A resource is stored only if its patient is: whoever were given that id later would own it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.intake.conditions import meant
from fhirapi.intake.reading import Arrival
from fhirapi.intake.rejects import Reject
from fhirapi.searchparams.index import IndexEntry
from fhirapi.sql import fetch
from fhirapi.store import locks
from fhirapi.store.compartment import patients_of, targets
from fhirapi.store.entry import Malformed, entry_of

_STORED_PATIENTS = """
SELECT resource_id FROM fhirapi_content
WHERE resource_type = 'Patient' AND resource_id = ANY(%s) AND NOT is_deleted
"""


@dataclass
class Placed:
    ready: list[tuple[Arrival, IndexEntry]] = field(default_factory=list)
    waiting: list[tuple[Arrival, str]] = field(default_factory=list)
    """With what they wait for, which is the reason of a reject if it does not come."""
    rejects: list[Reject] = field(default_factory=list)


def place(arrivals: list[Arrival]) -> Placed:
    placed = Placed()
    indexed = []
    for arrival in _completed(arrivals, placed):
        resource_type = _declared(arrival)
        try:
            entry = entry_of(resource_type, arrival.resource)
        except Malformed as error:
            placed.rejects.append(arrival.rejected(str(error)))
            continue
        indexed.append((arrival, entry, targets(resource_type, arrival.resource)))
    patients = _patients(indexed)
    stored = _stored({entry.patient_id for _, entry, _ in indexed} | set(patients.values()))
    stored |= {a.resource["id"] for a, _, _ in indexed if a.resource["resourceType"] == "Patient"}
    for arrival, entry, forms in indexed:
        _place(placed, arrival, entry, forms, patients)
    placed.waiting += [
        (arrival, f"Patient/{entry.patient_id} is neither stored nor in this load.")
        for arrival, entry in placed.ready
        if entry.patient_id and entry.patient_id not in stored
    ]
    placed.ready = [
        (arrival, entry)
        for arrival, entry in placed.ready
        if entry.patient_id is None or entry.patient_id in stored
    ]
    return placed


def _declared(arrival: Arrival) -> ResourceType:
    resource_type = registry.find(arrival.resource["resourceType"])
    assert resource_type is not None, "reading lets only declared types through"  # noqa: S101
    return resource_type


def _completed(arrivals: list[Arrival], placed: Placed) -> list[Arrival]:
    """Those whose conditional references each mean one resource, and say so now."""
    found = meant(
        (each.condition for arrival in arrivals for each in arrival.conditionals),
        (arrival.resource for arrival in arrivals),
    )
    complete = []
    for arrival in arrivals:
        counts = {
            each.condition.resource_type: len(found[each.condition])
            for each in arrival.conditionals
            if len(found[each.condition]) != 1
        }
        if not counts:
            for element, condition in arrival.conditionals:
                [target_id] = found[condition]
                element["reference"] = f"{condition.resource_type}/{target_id}"
            complete.append(arrival)
        elif 0 in counts.values():
            kind = next(kind for kind, count in counts.items() if count == 0)
            reason = f"A conditional reference to {kind} means nothing that is stored or loaded."
            placed.waiting.append((arrival, reason))
        else:
            kind = next(iter(counts))
            reason = f"A conditional reference to {kind} means more than one resource."
            placed.rejects.append(arrival.rejected(reason))
    return complete


def _patients(indexed: list[tuple[Arrival, IndexEntry, list[str]]]) -> dict[str, str]:
    """Whose data the targets are: patients themselves, what arrives together, what is stored."""
    asked = set(chain.from_iterable(forms for _, _, forms in indexed))
    local = {a.name: entry.patient_id for a, entry, _ in indexed if entry.patient_id}
    local |= {form: form.removeprefix("Patient/") for form in asked if form.startswith("Patient/")}
    return patients_of(asked - local.keys()) | local


def _stored(patient_ids: Iterable[str | None]) -> set[str]:
    """Which of them are there; nobody deletes those before the transaction ends."""
    asked = sorted(filter(None, patient_ids))
    locks.hold(("Patient", each) for each in asked)
    return {found for (found,) in fetch(_STORED_PATIENTS, [asked])} if asked else set()


def _place(
    placed: Placed, arrival: Arrival, entry: IndexEntry, forms: list[str], patients: dict[str, str]
) -> None:
    path = _declared(arrival).patient
    where = f"{arrival.resource['resourceType']}.{path}"
    owners = {patients[form] for form in forms if form in patients}
    if len(owners) > 1:
        placed.rejects.append(arrival.rejected(f"{where} refers to data of several patients."))
    elif owners or entry.patient_id or path is None:
        entry.patient_id = next(iter(owners), entry.patient_id)
        placed.ready.append((arrival, entry))
    elif forms:
        reason = f"{where} refers to nothing of a patient that is stored or in this load."
        placed.waiting.append((arrival, reason))
    else:
        placed.rejects.append(arrival.rejected(f"{where} names no patient, so it is nobody's."))
