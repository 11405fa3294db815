"""Many records at once: created or changed, each by itself.

An item is stored or refused whatever becomes of the others: a nightly
import must not stop at one record. All of them are one transaction where an ``Idempotency-Key``
keeps the answer.
"""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse

from fhirapi.outcomes import Outcome
from fhirapi.provider import problems
from fhirapi.provider.body import json_object
from fhirapi.provider.create import new_resource
from fhirapi.provider.idempotency import once
from fhirapi.provider.preconditions import Versions
from fhirapi.provider.problems import ProblemDetails, of_outcome
from fhirapi.provider.schema import Does, FieldError, Flat, Kind, Resource
from fhirapi.provider.shapes.links import ID
from fhirapi.provider.shapes.plain import URI
from fhirapi.provider.update import change, merge, require_same_id
from fhirapi.provider.view import ApiWriter, answer, type_of, unexpected
from fhirapi.store.read import TokenRefused
from fhirapi.writing.change import Condition, Create, Written
from fhirapi.writing.conditions import be_alone
from fhirapi.writing.perform import perform

MOST = 200
"""Records of one request."""
_MEMBERS = frozenset({"id", "external_id", "version", "record"})
_SINGLE = frozenset({"Composition", "Bundle", "QuestionnaireResponse"})
"""Types that have one identifier, not a list. https://hl7.org/fhir/R4/questionnaireresponse.html"""
_ESCAPED = str.maketrans({each: f"\\{each}" for each in "\\,|$"})


def bulk(request: HttpRequest, writer: ApiWriter, kind: Kind) -> HttpResponse:
    items = _items(json_object(request))

    is_one_transaction = "HTTP_IDEMPOTENCY_KEY" in request.META

    def store() -> HttpResponse:
        if is_one_transaction:
            be_alone(_named(kind, items))
        result = _result if is_one_transaction else _result_in_any_case
        results = [result(writer, kind, number, item) for number, item in enumerate(items)]
        failed = sum("problem" in each for each in results)
        return answer({"results": results, "failed": failed})

    return once(request, writer, [request.body], store)


def has_external_ids(kind: Kind) -> bool:
    """Whether records can be named by a number of somebody else's."""
    return (
        type_of(kind).parameter("identifier") is not None
        and kind.resource_type not in _SINGLE
        and Does.CREATE in kind.does
    )


def _items(told: Flat) -> list[Any]:
    items = told.get("records")
    if set(told) != {"records"} or not isinstance(items, list) or not items:
        raise problems.malformed('Expected is {"records": [...]} with at least one record.')
    if len(items) > MOST:
        raise ProblemDetails("too-large", f"At most {MOST} records are possible.")
    return items


def _named(kind: Kind, items: list[Any]) -> Iterator[tuple[str, Condition]]:
    """What the items ask for a record by."""
    for item in items:
        try:
            _checked(kind, item)
        except ProblemDetails:  # its result tells
            continue
        if "external_id" in item:
            yield kind.resource_type, _condition(kind, item["external_id"])
        elif "id" in item:
            yield kind.resource_type, [("_id", item["id"])]


def _result_in_any_case(writer: ApiWriter, kind: Kind, number: int, item: Any) -> dict[str, Any]:
    """What nobody foresaw of one is its result: the others are stored, and are to be told."""
    try:
        return _result(writer, kind, number, item)
    except TokenRefused:
        raise
    except Exception:
        return {"index": number, **_refused(unexpected())}


def _result(writer: ApiWriter, kind: Kind, number: int, item: Any) -> dict[str, Any]:
    try:
        written = _store(writer, kind, item)
    except Outcome as outcome:
        return {"index": number, **_refused(of_outcome(outcome, kind))}
    except ProblemDetails as problem:
        return {"index": number, **_refused(problem)}
    return {
        "index": number,
        "status": 201 if written.result == "created" else 200,
        "id": written.resource_id,
        "version": str(written.version_id),
    }


def _refused(problem: ProblemDetails) -> dict[str, Any]:
    return {"status": problem.status, "problem": problem.members()}


def _store(writer: ApiWriter, kind: Kind, item: Any) -> Written:
    flat, versions = _checked(kind, item)
    if "id" in item:
        require_same_id(flat, item["id"])
        return _changed(writer, kind, item["id"], versions, flat)
    resource = new_resource(kind, flat)
    if "external_id" not in item:
        return _created(writer, kind, resource, None)
    external = item["external_id"]
    made = _created(writer, kind, _numbered(resource, external), _condition(kind, external))
    if made.result == "created":
        return made
    return _changed(writer, kind, made.resource_id, versions, flat)


def _created(
    writer: ApiWriter, kind: Kind, resource: Resource, condition: Condition | None
) -> Written:
    new = Create(resource_type=type_of(kind), resource=resource, if_none_exist=condition)
    [written] = perform(writer, [new])
    return written


def _changed(
    writer: ApiWriter, kind: Kind, record_id: str, versions: Versions | None, flat: Flat
) -> Written:
    """What the item leaves out stays as it is."""
    return change(writer, kind, record_id, versions, lambda onto: merge(kind, flat, onto))


def _checked(kind: Kind, item: Any) -> tuple[Flat, Versions | None]:
    """The record and the version it is based on. Raises the 422 problem."""
    if not isinstance(item, dict) or not isinstance(item.get("record"), dict):
        detail = "Expected is an object with the record."
        raise problems.invalid([FieldError("record", "type", detail)])
    errors = [
        FieldError(name[:64], "unknown", "There is no such member.")
        for name in item.keys() - _MEMBERS
    ]
    if "id" in item:
        errors += ID.errors(item["id"], "id")
    if "external_id" in item:
        errors += _external_errors(kind, item)
    version = item.get("version")
    if version is not None and not isinstance(version, str):
        errors.append(FieldError("version", "type", "A text is expected here."))
    if errors:
        raise problems.invalid(errors)
    return item["record"], None if version is None else Versions(frozenset({version}))


def _external_errors(kind: Kind, item: dict[str, Any]) -> list[FieldError]:
    external = item["external_id"]
    if "id" in item:
        return [FieldError("external_id", "choice", "Only one of id and external_id is possible.")]
    if not has_external_ids(kind):
        return [FieldError("external_id", "unknown", "Records of this kind have none: use id.")]
    is_whole = isinstance(external, dict) and set(external) == {"system", "value"}
    if not is_whole or not all(isinstance(each, str) and each for each in external.values()):
        detail = "Expected is an object with system, a URI, and value."
        return [FieldError("external_id", "type", detail)]
    if wrong := list(URI.errors(external["system"], "external_id.system")):
        return wrong
    return []


def _condition(kind: Kind, external: dict[str, str]) -> Condition:
    return [("identifier", _token(external)), *kind.search]


def _token(external: dict[str, str]) -> str:
    """https://hl7.org/fhir/R4/search.html#escaping"""
    return "|".join(external[part].translate(_ESCAPED) for part in ("system", "value"))


def _numbered(resource: Resource, external: dict[str, str]) -> Resource:
    identifiers = resource.get("identifier", [])
    has_it = any(
        each.get("system") == external["system"] and each.get("value") == external["value"]
        for each in identifiers
    )
    return resource if has_it else {**resource, "identifier": [*identifiers, dict(external)]}
