"""JSON Schema 2020-12 of resources and their elements, from the tables that validate them.

https://hl7.org/fhir/R4/json.html - rules that span elements are not told: docs/validation.md has
them. A resource within another may be of any type, so it is described as any resource.
"""

from collections.abc import Iterable

from fhirapi.rest.openapi.parts import Json, ref
from fhirapi.validation.tables import Element, Structure, structure

_TEXT = {"type": "string"}
_ANY_RESOURCE: Json = {
    "type": "object",
    "title": "Resource",
    "description": "A resource of any type.",
    "required": ["resourceType"],
    "properties": {"resourceType": _TEXT, "id": _TEXT},
}
_DAY = r"(?:[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)"
_PRIMITIVES: dict[str, Json] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "positiveInt": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "decimal": {"type": "number"},
    "id": {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"},
    "date": {"type": "string", "pattern": f"^{_DAY}$"},
    "dateTime": {"type": "string", "pattern": f"^{_DAY}(?:T.+)?$"},
    "instant": {"type": "string", "format": "date-time"},
}
"""Those that are more than a text."""
BASIC = ("Bundle", "OperationOutcome")
"""What answers are made of, beside the types that are declared."""


def schemas(names: Iterable[str]) -> Json:
    """Of the types with these names, and of every element that they have."""
    found: Json = {"Resource": _ANY_RESOURCE}
    wanted = [*names, *BASIC]
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        form = structure(name)
        found[name] = _object(form)
        wanted += [each.type for each in form.elements.values() if each.check is None]
    return dict(sorted(found.items()))


def _object(form: Structure) -> Json:
    own: Json = {"resourceType": {"const": form.name}} if form.is_resource else {}
    required = ["resourceType"] if form.is_resource else []
    # What a primitive has extensions for may have no value, so only objects are demanded.
    required += [
        step
        for step, names in form.mandatory
        if names == (step,) and form.elements[step].check is None
    ]
    told: Json = {
        "type": "object",
        "title": form.name,
        "properties": own | {name: _element(name, each) for name, each in form.elements.items()},
        "additionalProperties": False,
    }
    return {**told, "required": required} if required else told


def _element(name: str, element: Element) -> Json:
    one = _one(element)
    if not element.is_list:
        return one
    # Beside each other, ``given`` and ``_given`` have null where the one or the other has nothing.
    may_be_null = element.check is not None or element.is_partner
    return {"type": "array", "items": {"anyOf": [one, {"type": "null"}]} if may_be_null else one}


def _one(element: Element) -> Json:
    if element.check is None:
        told = ref(element.type)
        if element.targets:
            told["description"] = f"To {', '.join(sorted(element.targets))}."
        return told
    told = dict(_PRIMITIVES.get(element.type, _TEXT))
    if element.codes is not None:
        told["enum"] = sorted(element.codes)
    return told
