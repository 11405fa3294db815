"""Patients among all of the practice, for staff who link accounts to records.

Whoever looks is not asked which patients they may see: the portal asks for the right to decide
about accounts instead. What is shown stands in the trail of those it is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.contrib.auth.models import AbstractUser

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.people import finding
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.sql import fetch
from fhirapi.store import isolation
from fhirapi.store.models import Content

_LINES = """
SELECT line.patient_id, line.name, line.mrn, line.birth_date, line.gender
FROM fhirapi_patientline line WHERE {conditions}
ORDER BY line."order", line.patient_id LIMIT 20
"""
_WORD = "EXISTS (SELECT FROM unnest(line.words) word WHERE word LIKE ANY(%s))"


@dataclass(frozen=True)
class Relative:
    id: str
    name: str
    relationship: str
    born: str
    patient_id: str
    patient: str = ""
    """The patient's name, where it was asked for."""


def search(text: str, *, reader: AbstractUser, address: str | None) -> list[PatientSummary]:
    """At most 20 whose name, MRN or date of birth begins with each word."""
    words = finding.patterns(text)
    if not words:
        return []
    return _lines(" AND ".join([_WORD] * len(words)), [*words], reader, address)


def one(patient_id: str, *, reader: AbstractUser, address: str | None) -> PatientSummary | None:
    wanted = patient_id.replace("\x00", "")
    found = _lines("line.patient_id = %s", [wanted], reader, address)
    return found[0] if found else None


def relatives(patient_id: str) -> list[Relative]:
    """The RelatedPersons in the record of a patient."""
    stored = Content.objects.filter(
        resource_type="RelatedPerson", patient_id=patient_id.replace("\x00", ""), is_deleted=False
    ).order_by("resource_id")
    with isolation.everybody():
        return [_relative(content) for content in stored.values_list("content", flat=True)[:50]]


def relatives_of(
    related_ids: Iterable[str], *, reader: AbstractUser, address: str | None
) -> list[Relative]:
    """These RelatedPersons, with the names of their patients."""
    wanted = list(related_ids)
    if not wanted:
        return []
    stored = Content.objects.filter(resource_type="RelatedPerson", resource_id__in=wanted)
    with isolation.everybody():
        found = [_relative(content) for content in stored.values_list("content", flat=True)]
    ids = [each.patient_id for each in found]
    names = {
        each.id: each.chip for each in _lines("line.patient_id = ANY(%s)", [ids], reader, address)
    }
    return [Relative(**{**vars(each), "patient": names.get(each.patient_id, "")}) for each in found]


def _lines(
    conditions: str, parameters: list[Any], reader: AbstractUser, address: str | None
) -> list[PatientSummary]:
    rows = fetch(_LINES.format(conditions=conditions), parameters)
    found = [PatientSummary(*row) for row in rows]
    if found:
        record(
            AuditRecord.Action.PATIENT_SEARCH,
            account_id=reader.pk,
            patient_ids=[each.id for each in found],
            detail="administration: guardians",
            address=address,
        )
    return found


def _relative(content: str) -> Relative:
    resource = orjson.loads(content)
    name: dict[str, Any] = next(iter(resource.get("name", [])), {})
    parts = [*name.get("given", []), name.get("family", "")]
    kinds = [
        kind.get("text") or next((each.get("display", "") for each in kind.get("coding", [])), "")
        for kind in resource.get("relationship", [])
    ]
    return Relative(
        id=str(resource["id"]),
        name=name.get("text") or " ".join(part for part in parts if part),
        relationship=", ".join(kind for kind in kinds if kind),
        born=str(resource.get("birthDate", "")),
        patient_id=str(resource.get("patient", {}).get("reference", "")).rpartition("/")[2],
    )
