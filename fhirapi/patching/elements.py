"""Which elements a type has, as R4 defines them. https://hl7.org/fhir/R4/datatypes.html"""

from functools import lru_cache
from typing import Any, NamedTuple, get_args, get_origin

from fhir.resources.R4B import get_fhir_model_class


class Element(NamedTuple):
    name: str
    """As in JSON: of a choice with its type, ``valueQuantity``."""
    is_list: bool
    type: str
    """``HumanName``, ``PatientContact``; empty if it is a primitive."""
    choice: str = ""
    """``value``, if it is one of the types of value[x]."""


@lru_cache(maxsize=500)
def elements(type_name: str) -> dict[str, Element]:
    """By name; none for a type that FHIR does not have."""
    try:
        fields = get_fhir_model_class(type_name).model_fields
    except (LookupError, ValueError):  # the library's two ways to say so
        return {}
    found = {}
    for python_name, field in fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get("element_property"):
            name = field.alias or python_name
            choice = str(extra.get("one_of_many") or "")
            found[name] = Element(name, *_form(field.annotation), choice)
    return found


def _form(annotation: Any) -> tuple[bool, str]:
    inner = next((each for each in get_args(annotation) if each is not type(None)), annotation)
    if get_origin(inner) is list:
        return True, _form(get_args(inner)[0])[1]
    name = getattr(inner, "__name__", "")
    return False, name.removesuffix("Type") if name.endswith("Type") else ""


def choices(type_name: str, name: str) -> list[Element]:
    """All types of a choice: those of ``value``, which may be written ``value[x]``."""
    name = name.removesuffix("[x]")
    return [each for each in elements(type_name).values() if each.choice == name]
