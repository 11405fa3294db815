"""The guide's data addresses: ``single/Patient.php?id=...`` and ``multiple/api/patient.php``."""

import re

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.legacy.spelling import resource_type
from fhirapi.outcomes import bad_value, missing_parameter
from fhirapi.rest.read import read_one
from fhirapi.rest.search import pairs, search_type
from fhirapi.rest.view import authenticated, fhir_view
from fhirapi.smart.access.granted import only_patient

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


@fhir_view("GET", "HEAD")
def single(request: HttpRequest, name: str) -> HttpResponse:
    """``?id=`` reads that resource; other parameters search, as ``?patient=142859``."""
    kind = resource_type(name)
    asked = _asked(request, kind)
    if (resource_id := _id(asked)) is not None:
        return read_one(request, kind, resource_id)
    authenticated(request)
    if not asked:
        raise missing_parameter(
            f"Say which: {kind.name}.php?id=... or a search such as {kind.name}.php?patient=..."
        )
    return search_type(request, kind, asked)


@fhir_view("GET", "HEAD")
def multiple(request: HttpRequest, name: str) -> HttpResponse:
    """Everything of the key's patients; a Patient itself where there is only one."""
    kind = resource_type(name)
    asked = _asked(request, kind)
    if (resource_id := _id(asked)) is not None:
        return read_one(request, kind, resource_id)
    if kind.name == "Patient" and not asked:
        caller, _ = authenticated(request)
        if (patient_id := only_patient(caller)) is not None:
            return read_one(request, kind, patient_id)
    return search_type(request, kind, asked)


def _asked(request: HttpRequest, kind: ResourceType) -> list[tuple[str, str]]:
    """The query as FHIR spells it: names in lower case; a Patient's patient is its own id."""
    lowered = [(name.lower(), value.strip()) for name, value in pairs(request.GET)]
    return [
        (_id_or(name, kind), value.removeprefix("Patient/") if name == "patient" else value)
        for name, value in lowered
        if name != "_format"
    ]


def _id_or(name: str, kind: ResourceType) -> str:
    if name == "patient" and kind.name == "Patient":
        return "_id"
    return "_lastUpdated" if name.partition(":")[0] == "_lastupdated" else name


def _id(asked: list[tuple[str, str]]) -> str | None:
    found = next((value for name, value in asked if name == "id"), None)
    if found is not None and not _ID.fullmatch(found):
        raise bad_value("id", "letters, digits, '-' and '.' are expected, at most 64.")
    return found
