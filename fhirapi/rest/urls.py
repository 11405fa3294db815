"""The FHIR base's routes; the types come from the registry."""

import re

from django.http import HttpRequest, HttpResponse
from django.urls import path

from fhirapi.definitions import registry
from fhirapi.outcomes import (
    malformed_id,
    no_system_level,
    unknown_address,
    unknown_operation,
    unknown_type,
    whole_compartment,
)
from fhirapi.rest.audit_events import views as audit_events
from fhirapi.rest.bundles import bundle
from fhirapi.rest.capabilities import metadata
from fhirapi.rest.compartment import search_compartment
from fhirapi.rest.converters import ResourceIdConverter
from fhirapi.rest.create import create
from fhirapi.rest.delete import conditional_delete, delete
from fhirapi.rest.described import openapi
from fhirapi.rest.docref import docref
from fhirapi.rest.everything import everything, everything_of_all
from fhirapi.rest.history import history_instance, history_type
from fhirapi.rest.patch import conditional_patch, patch
from fhirapi.rest.read import read
from fhirapi.rest.search import search, search_by_post
from fhirapi.rest.update import conditional_update, update
from fhirapi.rest.validate import validate, validate_instance
from fhirapi.rest.view import by_method, fhir_view
from fhirapi.rest.vread import vread

_ID = ResourceIdConverter.regex
_SYSTEM_LEVEL = {"_history": "A history", "_search": "A search"}


@fhir_view("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", is_json=False)
def _nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    """Says what is wrong with an address that no route knows."""
    first, *others = rest.split("/")
    last = others[-1] if others else first
    if last.startswith("$"):
        raise unknown_operation(last)
    if first in _SYSTEM_LEVEL:
        raise no_system_level(_SYSTEM_LEVEL[first])
    if registry.find_readable(first) is None:
        raise unknown_type(first)
    if others and not others[0].startswith(("_", "$")) and not re.fullmatch(_ID, others[0]):
        raise malformed_id()
    if first == "Patient" and others[1:] == ["*"]:
        raise whole_compartment()
    raise unknown_address()


_of_one = by_method(GET=read, HEAD=read, PUT=update, PATCH=patch, DELETE=delete)
_of_type = by_method(
    GET=search,
    HEAD=search,
    POST=create,
    PUT=conditional_update,
    PATCH=conditional_patch,
    DELETE=conditional_delete,
)

asked_most = [
    path("<fhirtype:resource_type>/<fhirid:resource_id>", _of_one),
    path("<fhirtype:resource_type>", _of_type),
]
urlpatterns = [
    path("AuditEvent", audit_events.search),
    path("AuditEvent/", audit_events.search),
    path("AuditEvent/_search", audit_events.search_by_post),
    path("AuditEvent/<fhirid:resource_id>", audit_events.read),
    path("Patient/<fhirid:patient_id>/AuditEvent", audit_events.search_compartment),
    path("<fhirtype:resource_type>/", _of_type),
    path("<fhirtype:resource_type>/_search", search_by_post),
    path("metadata", metadata),
    path("openapi.json", openapi),
    path("Patient/<fhirid:resource_id>/$everything", everything),
    path("Patient/$everything", everything_of_all),
    path("DocumentReference/$docref", docref),
    path("<fhirtype:resource_type>/$validate", validate),
    path("<fhirtype:resource_type>/<fhirid:resource_id>/$validate", validate_instance),
    path("<fhirtype:resource_type>/<fhirid:resource_id>/_history/<fhirid:version_id>", vread),
    path("<fhirtype:resource_type>/<fhirid:resource_id>/_history", history_instance),
    path("<fhirtype:resource_type>/_history", history_type),
    path("Patient/<fhirid:patient_id>/<fhirtype:resource_type>", search_compartment),
]
_base = by_method(GET=metadata, HEAD=metadata, POST=bundle)
nothing_else = [path("", _base), path("<anything:rest>", _nothing_here, name="nothing-here")]
"""The last route below the FHIR base: an OperationOutcome instead of a page."""
