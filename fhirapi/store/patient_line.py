"""How a Patient is written in one line: name, MRN, date of birth, and the words that find it."""

from typing import Any, NamedTuple

from fhirapi.searchparams.paths import values
from fhirapi.searchparams.string import fold


class Line(NamedTuple):
    patient_id: str
    name: str
    order: str
    mrn: str
    birth_date: str
    gender: str
    words: list[str]


def patient_line(patient: dict[str, Any]) -> Line:
    name: dict[str, Any] = next(iter(patient.get("name", [])), {})
    given, family = next(iter(values(name, "given")), ""), name.get("family", "")
    birth_date = patient.get("birthDate", "")
    found_by = [
        word
        for path in ("name.given", "name.family", "identifier.value")
        for text in values(patient, path)
        for word in fold(text).split()
    ]
    return Line(
        patient_id=patient["id"],
        name=f"{given} {family}".strip() or name.get("text") or f"Patient {patient['id']}",
        order=f"{fold(family)} {fold(given)}",
        mrn=_mrn(patient),
        birth_date=birth_date,
        gender=patient.get("gender", ""),
        words=[*dict.fromkeys(found_by), birth_date],
    )


def _mrn(patient: dict[str, Any]) -> str:
    """The identifier of type MR (medical record number), else the first one."""
    identifiers = patient.get("identifier", [])
    for identifier in identifiers:
        if "MR" in values(identifier, "type.coding.code"):
            return str(identifier.get("value", ""))
    return str(identifiers[0].get("value", "")) if identifiers else ""
