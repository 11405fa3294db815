"""In which order files are stored: what says whose data others are comes first.

A phase begins when the one before it is done. Within one, only speed depends on the order: what
is referred to before it is stored has to be looked for at the end (``ImportDebt``).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fhirapi.bulk.importing.models import ImportInput, ImportJob, ImportPart
from fhirapi.definitions import registry

if TYPE_CHECKING:
    from django.db.models import QuerySet

_SHARED, _PATIENTS, _RECORDS, _ABOUT_RECORDS = range(4)
_FIRST = (
    "Organization", "Location", "Practitioner", "PractitionerRole",
    "RelatedPerson", "Encounter", "EpisodeOfCare", "Condition", "ServiceRequest", "Specimen",
)  # fmt: skip
# Whose data these are, other records say: https://hl7.org/fhir/R4/compartmentdefinition-patient.html
_BY_TARGET = ("Provenance", "Binary")


def in_order(inputs: Iterable[ImportInput]) -> list[ImportInput]:
    return sorted(inputs, key=lambda each: (phase_of(each), _place(each), each.number))


def phase_of(of_input: ImportInput) -> int:
    declared = registry.find(of_input.resource_type)
    if declared is None or declared.is_shared:
        return _SHARED
    if declared.name == "Patient":
        return _PATIENTS
    return _ABOUT_RECORDS if declared.name in _BY_TARGET else _RECORDS


def unfinished(job: ImportJob, phase: int | None = None) -> "QuerySet[ImportPart]":
    """Parts of the phase that are not stored yet; without one, of all of them."""
    of_job = ImportPart.objects.filter(input__job=job, finished_at=None)
    if phase is None:
        return of_job
    return of_job.filter(input__in=[each for each in job.inputs.all() if phase_of(each) == phase])


def _place(of_input: ImportInput) -> int:
    name = of_input.resource_type
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)
