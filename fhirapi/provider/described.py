"""Words and fields of a kind as data, for pages of documentation."""

from dataclasses import dataclass

from fhirapi.provider.filters import UPDATED
from fhirapi.provider.schema import Field, Filter, Json, Kind


@dataclass(frozen=True)
class DescribedField:
    name: str
    """With the names above it: ``reactions[].severity``."""
    type: str
    """Of JSON: ``string``, ``date``, ``array of object``."""
    words: str
    codes: tuple[str, ...]
    fhir: str
    """The element: ``reaction.severity``."""
    is_required: bool
    is_read_only: bool
    is_fixed: bool
    default: object


@dataclass(frozen=True)
class Described:
    name: str
    area: str
    resource_type: str
    search: str
    """As a FHIR search: ``category=...|problem-list-item``."""
    words: str
    does: tuple[str, ...]
    fields: tuple[DescribedField, ...]
    filters: tuple[Filter, ...]


def described(kind: Kind) -> Described:
    return Described(
        name=kind.name,
        area=kind.area,
        resource_type=kind.resource_type,
        search="&".join(f"{parameter}={value}" for parameter, value in kind.search),
        words=kind.words,
        does=tuple(sorted(kind.does)),
        fields=tuple(_fields(kind.fields, "", "")),
        filters=(*kind.filters, *UPDATED),
    )


def _fields(fields: tuple[Field, ...], above: str, element: str) -> list[DescribedField]:
    found = []
    for each in fields:
        schema = each.shape.json_schema()
        fhir = element + ".".join(step.key for step in each.at)
        found.append(_described(each, above + each.name, fhir, schema))
        if each.shape.below():
            mark = "[]." if schema.get("type") == "array" else "."
            found += _fields(each.shape.below(), f"{above}{each.name}{mark}", f"{fhir}.")
    return found


def _described(field: Field, name: str, fhir: str, schema: Json) -> DescribedField:
    return DescribedField(
        name=name,
        type=_type(schema),
        words=field.words,
        codes=tuple((schema.get("items") or schema).get("enum", ())),
        fhir=fhir,
        is_required=field.is_required,
        is_read_only=field.is_read_only,
        is_fixed=field.is_fixed,
        default=field.default,
    )


def _type(schema: Json) -> str:
    if schema.get("type") == "array":
        return f"array of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type", "string"))
