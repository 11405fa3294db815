"""One record, flat and as FHIR: ``to_flat`` and ``to_fhir`` are each other's inverse.

``to_fhir(kind, to_flat(kind, r), onto=r) == r``, and ``to_flat(kind, to_fhir(kind, x))`` is x with
the defaults of a new record. Resources come from ``store.exact.parse`` and go to its ``write``;
they are never changed in place.
"""

from copy import deepcopy
from typing import Any

from fhirapi.provider.places import get, path
from fhirapi.provider.same import same
from fhirapi.provider.schema import Always, Flat, Kind, Resource
from fhirapi.provider.shapes.compound import show_fields, store_fields


def to_flat(kind: Kind, resource: Resource) -> Flat:
    """What the resource does not have, or has in a form that cannot be shown, is left out."""
    return show_fields(kind.fields, resource)


def to_fhir(kind: Kind, flat: Flat, onto: Resource | None = None) -> Resource:
    """Flat input that ``check`` found right, as a resource.

    A member that is left out stays as it is in ``onto``; null takes the value away. Whatever
    ``onto`` has that the flat form does not show stays; but a narrative that was generated from
    the data goes with a change of them. A new resource has no id and no meta.
    """
    if onto is not None:
        resource = deepcopy(onto)
        store_fields(kind.fields, flat, resource)
        return resource if same(resource, onto) else _without_old_narrative(kind, resource)
    resource = {"resourceType": kind.resource_type}
    for each in kind.always:
        resource[each.member] = _first_code(each)
    store_fields(kind.fields, with_defaults(kind, flat), resource)
    return resource


def _without_old_narrative(kind: Kind, resource: Resource) -> Resource:
    """https://hl7.org/fhir/R4/narrative.html: it shall not contradict the data."""
    is_shown = any(each.at[0].member == "text" for each in kind.fields)
    if not is_shown and get(resource, path("text.status")) == "generated":
        del resource["text"]
    return resource


def with_defaults(kind: Kind, flat: Flat) -> Flat:
    """A new record as it will be: what the input does not say and FHIR asks for is filled in."""
    defaults = {
        each.name: deepcopy(each.default)
        for each in kind.fields
        if each.default is not None and not (each.is_removable and each.name in flat)
    }
    return defaults | {name: value for name, value in flat.items() if value is not None}


def whole(kind: Kind, flat: Flat, onto: Resource) -> Flat:
    """Input that stands for the whole record (PUT): what it leaves out becomes null.

    What the server tells, what never changes and what has a default stays as it is stored.
    """
    shown = to_flat(kind, onto)
    gone = (
        each.name
        for each in kind.fields
        if each.name in shown and not (each.is_read_only or each.is_fixed) and each.default is None
    )
    return dict.fromkeys(gone) | flat


def belongs(kind: Kind, resource: Resource) -> bool:
    """Whether a resource is one of the kind."""
    return resource.get("resourceType") == kind.resource_type and all(
        not _codes(resource.get(each.member), each.system).isdisjoint(each.codes)
        for each in kind.always
    )


def _codes(element: Any, system: str) -> set[str]:
    if isinstance(element, list):
        return {code for each in element for code in _codes(each, system)}
    if isinstance(element, dict):
        codings = element.get("coding") or ()
        return {each["code"] for each in codings if each.get("system") == system and "code" in each}
    return {element} if isinstance(element, str) and not system else set()


def _first_code(always: Always) -> Any:
    if not always.system:
        return always.codes[0]
    coding = {"system": always.system, "code": always.codes[0], "display": always.display}
    concept = {"coding": [coding], "text": always.display}
    return [concept] if always.is_list else concept
