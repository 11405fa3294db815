"""``$validate``: what would be wrong with a resource, told without storing it.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import (
    Outcome,
    Problem,
    bad_operation_parameter,
    bad_request,
    missing_parameter,
    operation_outcome,
)
from fhirapi.rest.body import resource_of
from fhirapi.rest.operation import Pairs, Parameters, of_query
from fhirapi.rest.read import find
from fhirapi.rest.view import answer, authenticated, fhir_view, record_if_forbidden, refused
from fhirapi.store import exact, write
from fhirapi.store.writer import NotAWriter, account_of, admit
from fhirapi.validation.check import review
from fhirapi.write_outcomes import nothing_wrong
from fhirapi.writing.change import Resource, Writer

_PARAMETERS = frozenset({"mode", "profile"})
_MODES = ("create", "update", "delete", "profile")
_MOST_PROFILES = 20
_ANY_OF = ("read", "create", "update")
"""Who may do one of these with a type may ask what its resources have to look like."""


@dataclass(frozen=True)
class _Asked:
    resource: Resource | None
    mode: str | None
    profiles: tuple[str, ...]


@fhir_view("POST")
def validate(request: HttpRequest, resource_type: ResourceType) -> HttpResponse:
    _authorized(request, resource_type)
    asked = _asked(request)
    if asked.resource is None:
        raise missing_parameter("$validate needs a resource, or the address of a stored one.")
    return _answer(request, _problems(asked.resource, resource_type, asked, None))


@fhir_view("GET", "HEAD", "POST")
def validate_instance(
    request: HttpRequest, resource_type: ResourceType, resource_id: str
) -> HttpResponse:
    """Of what is sent, as the new content of this resource; or of what is stored."""
    writer = _authorized(request, resource_type)
    asked = _asked(request)
    if asked.mode == "delete":
        find(request, resource_type, resource_id)
        return _answer(request, _against_deletion(writer, resource_type.name, resource_id))
    resource = asked.resource
    if resource is None:
        resource = exact.parse(find(request, resource_type, resource_id).content.decode())
    return _answer(request, _problems(resource, resource_type, asked, resource_id))


def _authorized(request: HttpRequest, resource_type: ResourceType) -> Writer:
    caller, claims = authenticated(request)
    try:
        claims.access.require_any(resource_type.name, _ANY_OF, "$validate")
    except Outcome as outcome:
        record_if_forbidden(caller, outcome, resource_type.name)
        raise
    if account_of(caller) is None:
        raise refused(caller)
    return Writer(caller, claims.access)


def _asked(request: HttpRequest) -> _Asked:
    """From the query, and from the body: the resource, or Parameters with it."""
    given = of_query(request, "$validate", _PARAMETERS)
    resource = None
    if request.method == "POST" and request.body.strip():
        resource = resource_of(request)
        if resource["resourceType"] == "Parameters":
            pairs, resource = _of_parameters(resource)
            given = Parameters([*given.pairs, *pairs])
    mode = given.one("mode")
    if mode is not None and mode not in _MODES:
        raise bad_operation_parameter("mode", f"one of {', '.join(_MODES)} is expected.")
    named = (value.strip() for name, value in given.pairs if name == "profile")
    profiles = tuple(dict.fromkeys(named))
    if len(profiles) > _MOST_PROFILES:
        raise bad_operation_parameter("profile", f"at most {_MOST_PROFILES} are possible.")
    if mode == "profile" and not profiles:
        raise missing_parameter("The mode 'profile' needs the parameter 'profile'.")
    return _Asked(resource, mode, profiles)


def _of_parameters(parameters: Resource) -> tuple[Pairs, Resource | None]:
    listed = parameters.get("parameter", [])
    if type(listed) is not list or not all(type(each) is dict for each in listed):
        raise bad_request("A Parameters resource has a list of parameters.")
    pairs: Pairs = []
    resource = None
    for each in listed:
        name = each.get("name")
        if name == "resource":
            resource = each.get("resource")
            if type(resource) is not dict:
                raise bad_operation_parameter("resource", "a resource is expected.")
        elif name in ("mode", "profile"):
            pairs.append((name, _text(name, each)))
    return pairs, resource


def _text(name: str, parameter: dict[str, Any]) -> str:
    values = [value for element, value in parameter.items() if element.startswith("value")]
    if len(values) != 1 or type(values[0]) is not str or not values[0].strip():
        raise bad_operation_parameter(name, "one value is expected.")
    return str(values[0])


def _problems(
    resource: Resource, resource_type: ResourceType, asked: _Asked, resource_id: str | None
) -> list[Problem]:
    found = _about_identity(resource, resource_type.name, asked.mode, resource_id)
    return [*found, *review(resource, asked.profiles)]


def _about_identity(
    resource: Resource, name: str, mode: str | None, resource_id: str | None
) -> list[Problem]:
    """https://hl7.org/fhir/R4/http.html#update: the id is the one of the address."""
    if resource.get("resourceType") != name:
        text = f"A resource of the type {name} is expected."
        return [Problem("invalid", text, "Resource.resourceType")]
    if mode == "update" and "id" not in resource:
        return [Problem("required", "An update needs the id.", f"{name}.id")]
    if resource_id is not None and resource.get("id", resource_id) != resource_id:
        return [Problem("value", "The id is not the one of the address.", f"{name}.id")]
    return []


def _against_deletion(writer: Writer, name: str, resource_id: str) -> list[Problem]:
    if not writer.access.allows(name, "delete") or not _is_writer(writer):
        return [Problem("forbidden", "The token does not allow to delete it.")]
    identity = [(name, resource_id)]
    is_strict = settings.REFERENTIAL_INTEGRITY
    is_used = write.still_referred(identity) if is_strict else write.patients_with_records(identity)
    return [Problem("conflict", "It is still referred to.")] if is_used else []


def _is_writer(writer: Writer) -> bool:
    try:
        admit(writer.caller)
    except NotAWriter:
        return False
    return True


def _answer(request: HttpRequest, found: list[Problem]) -> HttpResponse:
    issues = [each.issue() for each in found] or [nothing_wrong().issue("information")]
    return answer(operation_outcome(*issues), request)
