"""The synthetic patients: generated once, all in one Group, and in their practitioner's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from fhirapi.store.load import load
from fhirapi.store.models import Content
from fhirapi.store.patient_line import patient_line
from fhirapi.synthetic.generate import generate
from fhirapi.synthetic.person import FIRST_ID
from fhirapi.synthetic.population import panels

GROUP_ID = "demo-group"
_SEED = 1
REBECCA_MRN, JOHN_MRN = "9999094", "9999097"


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


def may_generate(count: int) -> bool:
    """Only an empty database is filled, or one that an earlier start has begun to fill."""
    ours = {str(FIRST_ID + index) for index in range(count)}
    stored = Content.objects.filter(resource_type="Patient")
    return not stored.exclude(resource_id__in=ours).exists()


def generate_missing(count: int, tell: Callable[[str], None]) -> None:
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
    stored = Content.objects.filter(resource_type="Patient").values_list("resource_id", flat=True)
    known = set(stored)
    gaps: list[tuple[int, int]] = []
    for index in range(count):
        if str(FIRST_ID + index) in known:
            continue
        if gaps and sum(gaps[-1]) == index:
            gaps[-1] = (gaps[-1][0], gaps[-1][1] + 1)
        else:
            gaps.append((index, 1))
    return gaps


def patients() -> list[Person]:
    stored = Content.objects.filter(resource_type="Patient", is_deleted=False).order_by("id")
    return [_person(orjson.loads(text)) for text in stored.values_list("content", flat=True)]


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
    load([*panels(_SEED, len(members)), group])


def _person(resource: dict[str, Any]) -> Person:
    name = resource["name"][0]
    return Person(
        id=resource["id"],
        given=name["given"][0],
        family=name["family"],
        mrn=patient_line(resource).mrn,
        birth_date=resource.get("birthDate", ""),
        email=_telecom(resource, "email"),
        phone=_telecom(resource, "phone"),
    )


def _telecom(resource: dict[str, Any], system: str) -> str:
    found = (each["value"] for each in resource.get("telecom", []) if each["system"] == system)
    return next(found, "")
