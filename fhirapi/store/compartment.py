"""Whose data a resource is, where only what it refers to can say: a Provenance is its target's.

https://hl7.org/fhir/R4/compartmentdefinition-patient.html
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from fhirapi.definitions.schema import ResourceType
from fhirapi.searchparams import reference
from fhirapi.searchparams.paths import values
from fhirapi.sql import Statement, fetch
from fhirapi.store.caller import AS_CALLER, CALLER, Caller
from fhirapi.store.writer import treats

_PATIENTS = """
SELECT c.resource_type || '/' || c.resource_id, c.patient_id
FROM unnest(%s::text[], %s::text[]) AS asked(resource_type, resource_id)
JOIN fhirapi_content c USING (resource_type, resource_id)
WHERE c.patient_id IS NOT NULL
"""
_TREATED = Statement(
    f"""
WITH {CALLER}
SELECT c.resource_type || '/' || c.resource_id, c.patient_id
FROM caller
CROSS JOIN unnest(%(types)s::text[], %(ids)s::text[]) AS asked(resource_type, resource_id)
JOIN fhirapi_content c USING (resource_type, resource_id)
WHERE {treats("c.patient_id")}
""",  # noqa: S608 - our own expressions
    before=AS_CALLER,
)


def targets(resource_type: ResourceType, resource: dict[str, Any]) -> list[str]:
    """``Type/id`` of all that says whose data it is."""
    if resource_type.patient is None or resource_type.patient == "id":
        return []
    return [
        form
        for value in values(resource, resource_type.patient)
        for form in reference.forms(value, settings.FHIR_BASE_URL)
        if reference.is_local(form)
    ]


def patients_of(forms: Iterable[str]) -> dict[str, str]:
    """Patient ids of those of these resources (``Type/id``) that are stored and have one."""
    pairs = [form.split("/") for form in sorted(set(forms))]
    if not pairs:
        return {}
    kinds, ids = zip(*pairs, strict=True)
    return dict(fetch(_PATIENTS, [list(kinds), list(ids)]))


def treated_patients_of(caller: Caller, forms: Iterable[str]) -> dict[str, str]:
    """The same, but for patients into whose records the caller does not write: of somebody else's
    resource nobody learns more than of none.
    """
    pairs = [form.split("/") for form in sorted(set(forms))]
    if not pairs:
        return {}
    kinds, ids = zip(*pairs, strict=True)
    parameters = {**caller.parameters(), "types": list(kinds), "ids": list(ids)}
    return dict(_TREATED.fetch(parameters))
