"""In which order files are stored: what says whose data others are comes first.

A phase begins when the one before it is done. Within one, only speed depends on the order: what
is referred to before it is stored has to be looked for at the end (``ImportDebt``).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Case, Value, When

from fhirapi.bulk.importing.models import ImportInput, ImportJob, ImportPart
from fhirapi.definitions import registry

if TYPE_CHECKING:
    from django.db.models import QuerySet

_SHARED, _PATIENTS, _RECORDS, _ABOUT_RECORDS, END = range(5)
_FIRST = (
    "Organization", "Location", "Practitioner", "PractitionerRole",
    "RelatedPerson", "Encounter", "EpisodeOfCare", "Condition", "ServiceRequest", "Specimen",
)  # fmt: skip
# Whose data these are, other records say: https://hl7.org/fhir/R4/compartmentdefinition-patient.html
_BY_TARGET = ("Provenance", "Binary")
_PLACE = Case(
    *(When(input__resource_type=name, then=number) for number, name in enumerate(_FIRST)),
    default=Value(len(_FIRST)),
)


def in_order(inputs: Iterable[ImportInput]) -> list[ImportInput]:
    return sorted(inputs, key=lambda each: (_phase(each.resource_type), _place(each), each.number))


def _phase(resource_type: str) -> int:
    declared = registry.find(resource_type)
    if declared is None or declared.is_shared:
        return _SHARED
    if declared.name == "Patient":
        return _PATIENTS
    return _ABOUT_RECORDS if declared.name in _BY_TARGET else _RECORDS


def _place(of_input: ImportInput) -> int:
    name = of_input.resource_type
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def unfinished(job: ImportJob) -> "QuerySet[ImportPart]":
    """Parts of the phase that is on which are not stored yet, in order: of those whose order does
    not matter the longest first, so that the last workers wait least for each other.
    """
    types = [each.name for each in registry.every() if _phase(each.name) == job.phase]
    left = _unfinished(job).filter(input__resource_type__in=types)
    return left.order_by(_PLACE, "-lines", "input__number", "number")


def next_phase(job: ImportJob) -> int:
    """That of what is stored first of what is left."""
    left = _unfinished(job).values_list("input__resource_type", flat=True).distinct()
    return min(map(_phase, left), default=END)


def _unfinished(job: ImportJob) -> "QuerySet[ImportPart]":
    return ImportPart.objects.filter(input__job=job, finished_at=None)
