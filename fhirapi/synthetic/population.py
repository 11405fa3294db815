"""The way in: the practices, and every patient's record by seed and number."""

from random import Random

from fhirapi.synthetic import (
    allergies,
    appointments,
    care,
    claims,
    conditions,
    course,
    coverage,
    documents,
    encounters,
    family,
    function,
    immunizations,
    laboratory,
    medications,
    paperwork,
    patient,
    person,
    procedures,
    provenance,
    screening,
    sdoh,
    social,
    vitals,
    wishes,
)
from fhirapi.synthetic import practice as practices
from fhirapi.synthetic.chart import Chart
from fhirapi.synthetic.concepts import Resource
from fhirapi.synthetic.moments import AS_OF

__all__ = ["AS_OF", "practice", "practitioner_of", "record"]

_TOPICS = (
    patient.write,
    family.write,
    coverage.write,
    encounters.write,
    conditions.write,
    vitals.write,
    laboratory.write,
    allergies.write,
    medications.write,
    social.write,
    screening.write,
    sdoh.write,
    wishes.write,
    function.write,
    immunizations.write,
    procedures.write,
    care.write,
    documents.write,
    appointments.write,
    claims.write,
    paperwork.write,
    provenance.write,
)


def practice(seed: int) -> list[Resource]:
    """What all records share: organisations, places, practitioners and their roles."""
    return [*practices.resources(seed), *medications.products()]


def record(seed: int, index: int) -> list[Resource]:
    """Everything about patient number ``index`` (from 0), the Patient first."""
    dice = _dice(seed, index)
    chart = Chart(seed, dice, course.draw(dice, person.draw(dice, index)))
    for write in _TOPICS:
        write(chart)
    return chart.resources


def practitioner_of(seed: int, index: int) -> str:
    """Id of the Practitioner who is that patient's general practitioner."""
    number = person.generalist_number(_dice(seed, index), index)
    return practices.GENERALISTS[number].id


def _dice(seed: int, index: int) -> Random:
    return Random((seed << 40) + index)
