"""In which order files are stored: what others refer to comes first.

Only speed depends on it: what comes too early waits (``ImportWaiting``).
"""

from collections.abc import Iterable

from fhirapi.bulk.importing.models import ImportInput
from fhirapi.definitions import registry

_FIRST = ("Organization", "Location", "Practitioner", "PractitionerRole")
_THEN = (
    "Patient", "RelatedPerson", "Coverage", "Encounter", "EpisodeOfCare", "Condition", "CareTeam",
    "Goal", "Specimen", "ServiceRequest", "MedicationRequest", "Observation",
)  # fmt: skip
_LAST = ("Provenance",)


def in_order(inputs: Iterable[ImportInput]) -> list[ImportInput]:
    return sorted(inputs, key=lambda each: (_rank(each.resource_type), each.number))


def _rank(name: str) -> int:
    if name in _FIRST:
        return _FIRST.index(name)
    declared = registry.find(name)
    if declared is not None and declared.is_shared:
        return len(_FIRST)
    if name in _THEN:
        return len(_FIRST) + 1 + _THEN.index(name)
    return 200 if name in _LAST else 100
