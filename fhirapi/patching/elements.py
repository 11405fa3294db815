"""Which elements a type has, as R4 defines them. https://hl7.org/fhir/R4/datatypes.html"""

from functools import lru_cache
from typing import NamedTuple

from fhirapi.validation.tables import structure


class Element(NamedTuple):
    name: str
    """As in JSON: of a choice with its type, ``valueQuantity``."""
    is_list: bool
    type: str
    """``HumanName``, ``Patient.contact``; empty if it is a primitive."""
    choice: str = ""
    """``value``, if it is one of the types of value[x]."""


@lru_cache(maxsize=500)
def elements(type_name: str) -> dict[str, Element]:
    """By name; none for a type that FHIR does not have."""
    try:
        found = structure(type_name).elements
    except KeyError:
        return {}
    return {
        name: Element(name, each.is_list, "" if each.check else each.type, each.choice)
        for name, each in found.items()
        if not each.is_partner
    }


def choices(type_name: str, name: str) -> list[Element]:
    """All types of a choice: those of ``value``, which may be written ``value[x]``."""
    name = name.removesuffix("[x]")
    return [each for each in elements(type_name).values() if each.choice == name]
