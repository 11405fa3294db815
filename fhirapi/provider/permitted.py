"""What FHIR permits where a field leads: which types a reference may lead to, and whether a
quantity may have a comparator. Kinds say what they show; R4's tables say what may be stored.

https://hl7.org/fhir/R4/references.html, https://hl7.org/fhir/R4/datatypes.html#SimpleQuantity
"""

from dataclasses import replace
from functools import singledispatch

from fhirapi.provider.places import Way
from fhirapi.provider.schema import Field, Kind, Shape
from fhirapi.provider.shapes.compound import Inside, Many, Part
from fhirapi.provider.shapes.links import ReferenceTo
from fhirapi.provider.shapes.measures import Quantity
from fhirapi.validation.tables import Element, structure


def permitted(kind: Kind) -> Kind:
    """The kind without what FHIR would refuse. Raises LookupError for a way that leads nowhere."""
    return replace(kind, fields=_fields(kind.fields, kind.resource_type))


def _fields(fields: tuple[Field, ...], type_name: str) -> tuple[Field, ...]:
    return tuple(
        replace(each, shape=_shape(each.shape, _element(type_name, each.at))) for each in fields
    )


def _element(type_name: str, way: Way) -> Element:
    for step in way:
        element = structure(type_name).elements[step.key]
        type_name = element.type
    return element


@singledispatch
def _shape(shape: Shape, element: Element) -> Shape:
    return shape


@_shape.register
def _(shape: ReferenceTo, element: Element) -> Shape:
    if element.targets is None:
        return shape
    return replace(shape, targets=tuple(each for each in shape.targets if each in element.targets))


@_shape.register
def _(shape: Quantity, element: Element) -> Shape:
    return replace(shape, is_simple=element.type == "SimpleQuantity")


@_shape.register
def _(shape: Many, element: Element) -> Shape:
    return replace(shape, of=_shape(shape.of, element))


@_shape.register
def _(shape: Inside, element: Element) -> Shape:
    return replace(shape, of=_shape(shape.of, _element(element.type, shape.way)))


@_shape.register
def _(shape: Part, element: Element) -> Shape:
    return replace(shape, fields=_fields(shape.fields, element.type))
