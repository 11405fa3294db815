"""Who is on a Group, from its ``member`` elements: the one reading of them.

https://hl7.org/fhir/R4/group.html
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from fhirapi.searchparams.keys import key

KEPT = "urn:uuid:3f0f6a52-0f0b-4c38-9d6b-5a4f8e0c7d11"
"""The identifier system of the lists that the product keeps; the value is the id."""
KEPT_KEY = key("Group", "identifier", f"{KEPT}|")
"""Under which they are found."""


def members(group: dict[str, Any], on: date | None = None) -> list[str]:
    """Ids of the patients on it at a day, which is today where none is given.

    Each once. Not those who have left or are still to come, nor those of other servers.
    """
    day = (on or timezone.localdate()).isoformat()
    here = _here()
    found = (_patient(each, here) for each in _elements(group) if _is_current(each, day))
    return list(dict.fromkeys(id_ for id_ in found if id_))


def patient_of(member: dict[str, Any]) -> str:
    """The id of the patient whom the element names; empty: nobody of ours."""
    return _patient(member, _here())


def _here() -> tuple[str, str]:
    """What stands before the id of a patient of this server."""
    return "Patient", f"{settings.FHIR_BASE_URL}/Patient"


def _patient(member: dict[str, Any], here: tuple[str, str]) -> str:
    kind, _, id_ = str(member.get("entity", {}).get("reference", "")).rpartition("/")
    return id_ if kind in here else ""


def without(group: dict[str, Any], patient_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Its elements, but those of these patients."""
    gone = set(patient_ids)
    return [each for each in _elements(group) if patient_of(each) not in gone]


def _elements(group: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = group.get("member", [])
    return found


def _is_current(member: dict[str, Any], day: str) -> bool:
    """The day, month or year in which it begins or ends still counts.

    https://hl7.org/fhir/R4/datatypes.html#Period
    """
    period = member.get("period")
    if not period:
        return member.get("inactive") is not True
    start, end = str(period.get("start", ""))[:10], str(period.get("end", ""))[:10]
    return (
        member.get("inactive") is not True
        and start <= day[: len(start)]
        and (not end or end >= day[: len(end)])
    )
