"""The synthetic patients: generated once, all in one Group."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from fhirapi.searchparams.paths import values
from fhirapi.store.load import load
from fhirapi.store.models import Content, PatientLine
from fhirapi.store.patient_line import patient_line
from fhirapi.synthetic.generate import generate
from fhirapi.synthetic.person import FIRST_ID, mrn_of

GROUP_ID = "demo-group"
_SEED = 1
REBECCA_ID, JOHN_ID = "142859", "142860"


@dataclass(frozen=True)
class Person:
    """A Patient or Practitioner in plain fields."""

    id: str
    given: str
    family: str
    mrn: str
    birth_date: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


def is_generated() -> bool:
    """The Group is written last: without it an earlier start was interrupted, or is still to be."""
    return Content.objects.filter(resource_type="Group", resource_id=GROUP_ID).exists()


def may_generate() -> bool:
    """Only an empty database is filled, or one that an earlier start has begun to fill."""
    return all(index is not None for index in _stored_indexes())


def size_of(count: int) -> int:
    """How many patients there will be: ``count``, or as many as an interrupted start got to.

    That start may have been told another number; what it wrote between gaps belongs together.
    """
    return max([count, *(index + 1 for index in _stored_indexes() if index is not None)])


def generate_missing(count: int, tell: Callable[[str], None]) -> None:
    count = size_of(count)
    gaps = _gaps(count)
    done = count - sum(length for _, length in gaps)

    def on_progress(patients: int, resources: int) -> None:
        tell(f"{done + patients} of {count}")

    for start, length in gaps:
        generate(length, _SEED, start=start, on_progress=on_progress)
        done += length
    _write_group(patients())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner must know what has just arrived


def _gaps(count: int) -> list[tuple[int, int]]:
    """Runs of patients that are not stored yet: index of the first, length."""
    known = set(_stored_indexes())
    gaps: list[tuple[int, int]] = []
    for index in range(count):
        if index in known:
            continue
        if gaps and sum(gaps[-1]) == index:
            gaps[-1] = (gaps[-1][0], gaps[-1][1] + 1)
        else:
            gaps.append((index, 1))
    return gaps


def _stored_indexes() -> list[int | None]:
    """Of every stored patient its number in our population; None: it is somebody else's."""
    lines = PatientLine.objects.values_list("patient_id", "mrn")
    return [_index(patient_id, mrn) for patient_id, mrn in lines.iterator()]


def _index(patient_id: str, mrn: str) -> int | None:
    if not (patient_id.isascii() and patient_id.isdecimal()):
        return None
    index = int(patient_id) - FIRST_ID
    return index if index >= 0 and mrn == mrn_of(index) else None


def patients() -> list[Person]:
    """In the order in which they were made up: rows are written by several at once.

    Not those who came over the API since: nobody's account is theirs.
    """
    stored = Content.objects.filter(
        resource_type="Patient", is_deleted=False, resource_id__regex=r"^[0-9]+$"
    )
    found = [_person(orjson.loads(text)) for text in stored.values_list("content", flat=True)]
    return sorted(found, key=lambda each: (len(each.id), each.id))


def practitioner(practitioner_id: str) -> Person:
    stored = Content.objects.get(resource_type="Practitioner", resource_id=practitioner_id)
    return _person(orjson.loads(stored.content))


def _write_group(people: list[Person]) -> None:
    members = [
        {"entity": {"reference": f"Patient/{each.id}", "display": each.name}} for each in people
    ]
    group = {
        "resourceType": "Group",
        "id": GROUP_ID,
        "active": True,
        "type": "person",
        "actual": True,
        "name": "All patients of the demo",
        "quantity": len(members),
        "member": members,
    }
    load([group])


def _person(resource: dict[str, Any]) -> Person:
    # Written over the API, a Patient may have no name, or one in extensions.
    return Person(
        id=resource["id"],
        given=str(next(iter(values(resource, "name.given")), "")),
        family=str(next(iter(values(resource, "name.family")), "")),
        mrn=patient_line(resource).mrn,
        birth_date=resource.get("birthDate", ""),
        email=_telecom(resource, "email"),
        phone=_telecom(resource, "phone"),
    )


def _telecom(resource: dict[str, Any], system: str) -> str:
    found = (
        str(each["value"])
        for each in resource.get("telecom", [])
        if each.get("system") == system and "value" in each
    )
    return next(found, "")
