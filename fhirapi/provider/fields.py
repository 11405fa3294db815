"""Builders of fields, so that a kind reads like a table: name, place in FHIR, shape, words.

``at`` is a way of ``places`` or its text; left out, it is the name as FHIR writes it. Every builder
takes the keywords of ``Options``, which ``schema.Field`` explains.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NotRequired, TypedDict, TypeVar, Unpack

from fhirapi.provider.places import Way, one, path
from fhirapi.provider.schema import Always, Does, Field, Filter, Json, Kind, Shape
from fhirapi.provider.shapes.coded import CODE, CodedEnum, Coding, Concept
from fhirapi.provider.shapes.compound import Many, Part
from fhirapi.provider.shapes.links import ID, ReferenceId, ReferenceTo
from fhirapi.provider.shapes.measures import Quantity
from fhirapi.provider.shapes.plain import (
    URI,
    Boolean,
    Date,
    DateTime,
    Enum,
    Instant,
    Integer,
    Number,
    Text,
)


class Options(TypedDict):
    required: NotRequired[bool]
    read_only: NotRequired[bool]
    fixed: NotRequired[bool]
    default: NotRequired[Any]
    removable: NotRequired[bool]


At = str | Way


def field(name: str, at: At, shape: Shape, words: str, **options: Unpack[Options]) -> Field:
    way = path(at or _camel_case(name)) if isinstance(at, str) else at
    return Field(
        name,
        words,
        way,
        shape,
        is_required=options.get("required", False),
        is_read_only=options.get("read_only", False),
        is_fixed=options.get("fixed", False),
        default=options.get("default"),
        is_removable=options.get("removable", False),
    )


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def text(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    return field(name, at, Text(), words, **options)


def uri(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    return field(name, at, URI, words, **options)


def code(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    return field(name, at, CODE, words, **options)


def number(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    return field(name, at, Number(), words, **options)


def count(name: str, words: str, at: At = "", least: int = 0, **options: Unpack[Options]) -> Field:
    return field(name, at, Integer(least), words, **options)


def boolean(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    return field(name, at, Boolean(), words, **options)


def date(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    """A day, or its month or year: FHIR's date, or a dateTime whose time does not matter."""
    return field(name, at, Date(), words, **options)


def date_time(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    """FHIR's dateTime: a moment, or a day, month or year."""
    return field(name, at, DateTime(), words, **options)


def instant(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    return field(name, at, Instant(), words, **options)


def enum(name: str, codes: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    """``codes``: separated by blanks."""
    return field(name, at, Enum(tuple(codes.split())), words, **options)


def coded_enum(
    name: str, system: str, codes: dict[str, str], words: str, at: At = "",
    **options: Unpack[Options],
) -> Field:  # fmt: skip
    """A CodeableConcept of few codes, flat as the code. ``codes``: with what is displayed."""
    return field(name, at, CodedEnum(system, codes), words, **options)


def concept(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    return field(name, at, Concept(), words, **options)


def coding(name: str, words: str, at: At = "", **options: Unpack[Options]) -> Field:
    return field(name, at, Coding(), words, **options)


def quantity(
    name: str, words: str, at: At = "", needs: str = "value", **options: Unpack[Options]
) -> Field:
    return field(name, at, Quantity(tuple(needs.split())), words, **options)


def reference_id(
    name: str, target: str, words: str, at: At = "", **options: Unpack[Options]
) -> Field:
    """``encounter_id``, which is at ``encounter``."""
    return field(name, at or _camel_case(name.removesuffix("_id")), ReferenceId(target), words,
                 **options)  # fmt: skip


def reference(
    name: str, targets: str, words: str, at: At = "", **options: Unpack[Options]
) -> Field:
    return field(name, at, ReferenceTo(tuple(targets.split())), words, **options)


def part(
    name: str, words: str, *fields: Field, at: At = "", blank: Json | None = None,
    needs: tuple[str, ...] = (), **options: Unpack[Options],
) -> Field:  # fmt: skip
    """An object. ``blank``: what FHIR's element has beyond the fields when it is new; ``needs``:
    as in ``kind``."""
    groups = tuple(tuple(each.split()) for each in needs)
    return field(name, at, Part(fields, blank or {}, groups), words, **options)


def many(of: Field) -> Field:
    """A list of what the field says of one."""
    return replace(of, shape=Many(of.shape))


def period(begin: str, end: str, words: str, at: str = "period") -> tuple[Field, Field]:
    """Begin and end of FHIR's Period as two fields; ``words`` continue "When ... begins"."""
    return (
        date_time(begin, f"When {words} begins.", f"{at}.start"),
        date_time(end, f"When {words} ends; left out while it lasts.", f"{at}.end"),
    )


def extension(url: str, value: str) -> Way:
    """The way to the value of an extension: ``valueDateTime``."""
    return (*one("extension", {"url": url}), *path(value))


TOLD = (
    field("id", "id", ID, "Names the record, in both APIs.", read_only=True),
    text("version", "Changes with every change of the record; the ETag.", "meta.versionId",
         read_only=True),
    instant("updated_at", "When the record changed last.", "meta.lastUpdated", read_only=True),
)  # fmt: skip
"""What the server tells of every record."""


def patient(at: str = "subject") -> Field:
    return reference_id("patient_id", "Patient", "The patient whose data it is.", at,
                        required=True, fixed=True)  # fmt: skip


def encounter(at: str = "encounter") -> Field:
    return reference_id("encounter_id", "Encounter", "The visit that it belongs to.", at)


def kind(
    name: str, singular: str, resource_type: str, words: str, *fields: Field | tuple[Field, ...],
    filters: tuple[Filter | tuple[Filter, ...], ...] = (), always: tuple[Always, ...] = (),
    needs: tuple[str, ...] = (), does: str = "", area: str = "clinical",
) -> Kind:  # fmt: skip
    """A row. ``needs``: groups of names, separated by blanks; ``does``: left out, everything."""
    return Kind(
        name,
        singular,
        resource_type,
        words,
        fields=(*TOLD, *_flattened(fields)),
        filters=_flattened(filters),
        always=always,
        needs=tuple(tuple(each.split()) for each in needs),
        does=frozenset(Does(each) for each in does.split()) or frozenset(Does),
        area=area,
    )


_Row = TypeVar("_Row", Field, Filter)


def _flattened(rows: Iterable[_Row | tuple[_Row, ...]]) -> tuple[_Row, ...]:
    """Some builders give two rows: begin and end."""
    return tuple(one for each in rows for one in (each if isinstance(each, tuple) else (each,)))
