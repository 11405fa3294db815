"""Visits and stays: what kinds there are, and one of them with its times."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from fhirapi.synthetic.concepts import SNOMED, V3, Element, coding, concept
from fhirapi.synthetic.moments import instant, offset
from fhirapi.synthetic.person import Person
from fhirapi.synthetic.practice import emergency_doctor_of

if TYPE_CHECKING:
    from fhirapi.synthetic.course import Problem


@dataclass(frozen=True, slots=True)
class Kind:
    """https://hl7.org/fhir/R4/valueset-v3-ActEncounterCode.html"""

    class_coding: Element
    type: Element
    minutes: tuple[int, int]
    is_planned: bool = True
    """In office hours, so never at a weekend."""
    is_in_person: bool = True
    is_review: bool = False
    """Goes through the long-standing problems."""
    is_at_hospital: bool = False
    is_checkup: bool = False
    is_final: bool = False
    """Ends with the death of the patient."""


def _class(code: str, words: str) -> Element:
    return coding(f"{V3}ActCode", code, words)


def _type(code: str, words: str) -> Element:
    return concept(SNOMED, code, words)


_AMBULATORY = _class("AMB", "ambulatory")
WELLNESS = Kind(
    _AMBULATORY,
    _type("185349003", "Encounter for check up"),
    (25, 45),
    is_review=True,
    is_checkup=True,
)
WELL_CHILD = Kind(
    _AMBULATORY, _type("410620009", "Well child visit"), (20, 35), is_review=True, is_checkup=True
)
FOLLOW_UP = Kind(_AMBULATORY, _type("390906007", "Follow-up encounter"), (15, 30), is_review=True)
PROBLEM = Kind(_AMBULATORY, _type("185345009", "Encounter for symptom"), (15, 30))
TELEHEALTH = Kind(
    _class("VR", "virtual"),
    _type("448337001", "Telemedicine consultation with patient"),
    (10, 20),
    is_in_person=False,
)
EMERGENCY = Kind(
    _class("EMER", "emergency"),
    _type("50849002", "Emergency room admission"),
    (90, 400),
    is_planned=False,
    is_at_hospital=True,
)
INPATIENT = Kind(
    _class("IMP", "inpatient encounter"),
    _type("32485007", "Hospital admission"),
    (2 * 1440, 6 * 1440),
    is_planned=False,
    is_at_hospital=True,
)
# Three days and a little: whatever the hour it begins, it ends on the third day after.
FINAL_STAY = replace(INPATIENT, minutes=(3 * 1440 + 10, 3 * 1440 + 110), is_final=True)


@dataclass(slots=True, eq=False)
class Visit:
    number: int
    kind: Kind
    day: date
    age: int
    """Completed years on that day."""
    zone: str
    begin: int
    """Minute of the day."""
    minutes: int
    practitioner: str
    id: str
    start: str
    end: str
    updated: str
    """When the last of it was written down."""
    reference: Element
    reasons: list[Problem] = field(default_factory=list)

    def at(self, minute: int) -> str:
        """An instant so many minutes after the beginning."""
        return instant(self.day, self.begin + minute, self.zone)


def make(dice: Random, person: Person, number: int, day: date, kind: Kind) -> Visit:
    zone = offset(day, person.site.standard_hours, has_summer_time=person.site.has_summer_time)
    first, last = (8 * 60, 16 * 60 + 45) if kind.is_planned else (60, 22 * 60)
    begin = dice.randrange(first, last, 5)
    minutes = dice.randint(*kind.minutes)
    id_ = f"{person.id}-enc-{number}"
    return Visit(
        number=number,
        kind=kind,
        day=day,
        age=person.age_on(day),
        zone=zone,
        begin=begin,
        minutes=minutes,
        practitioner=emergency_doctor_of(person.site)
        if kind.is_at_hospital
        else person.general_practitioner,
        id=id_,
        start=instant(day, begin, zone),
        end=instant(day, begin + minutes, zone),
        updated=instant(day, begin + minutes + 12, zone),
        reference={"reference": f"Encounter/{id_}"},
    )
