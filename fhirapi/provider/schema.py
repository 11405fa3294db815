"""The shape of a declaration: a kind of flat record, its fields and its filters."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")

Json = dict[str, Any]
Resource = dict[str, Any]
Flat = dict[str, Any]


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong with flat input. ``detail`` repeats no value of the record."""

    field: str
    """As the client wrote it: ``onset_date``, ``reactions[0].severity``."""
    code: str
    """required, unknown, type, enum, format, fixed or choice."""
    detail: str


def error_name(above: str, name: str) -> str:
    """Where an error is. What cannot be the name of a field may be data, and is not repeated."""
    return f"{above}{name}" if _NAME.fullmatch(name) else f"{above}(a name)"


class Shape(ABC):
    """How one value looks flat and how FHIR stores it.

    Two laws: ``store(show(stored), stored) == stored`` and ``show(store(value, None)) == value``.
    """

    @abstractmethod
    def show(self, stored: Any) -> Any:
        """The flat value, as far as it goes; None for what the flat form cannot show."""

    @abstractmethod
    def store(self, value: Any, onto: Any) -> Any:
        """The FHIR value. What ``onto`` (the stored value or None) has beyond it survives."""

    @abstractmethod
    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        """What keeps a flat value from being stored. ``name``: where it stands."""

    @abstractmethod
    def json_schema(self) -> Json:
        """JSON Schema 2020-12 of the flat value."""

    def left(self, stored: Any) -> Any:
        """What stays when the flat value is taken away: what it did not stand for."""
        return None

    def below(self) -> "tuple[Field, ...]":
        """The fields of a flat value that is an object of its own."""
        return ()


class Take(StrEnum):
    """What a step leads to."""

    MEMBER = "member"
    ONE = "one"
    """Of a list: the first item that has one of the patterns."""
    EACH = "each"
    """Of a list: all items that have the pattern."""
    REST = "rest"
    """Of a list: all items but those that certain ONEs lead to."""


@dataclass(frozen=True)
class Step:
    """One step of the way from an element to a value."""

    member: str
    take: Take = Take.MEMBER
    choice: str = ""
    """For a choice of types: the type, ``DateTime`` of ``onset[x]``."""
    patterns: tuple[Json, ...] = ()
    """Of items: members that they have (None: have not; ``Patient/*``: any that begins so)."""
    others: "tuple[Step, ...]" = ()
    """For REST: the steps whose items are left out."""
    blank: Json = field(default_factory=dict, hash=False)
    """What a new item has before anything is written to it."""

    @property
    def key(self) -> str:
        return self.member + self.choice


@dataclass(frozen=True)
class Field:
    name: str
    words: str
    at: tuple[Step, ...]
    shape: Shape
    is_required: bool = False
    is_read_only: bool = False
    """Told by the server; in input it is passed over, so that a record may be sent back whole."""
    is_fixed: bool = False
    """Given when the record is made, and never changed."""
    default: Any = None
    """The flat value of a new record that does not say: an element that must be there."""
    is_removable: bool = False
    """Of a field with a default: null takes it away all the same."""

    @property
    def may_be_removed(self) -> bool:
        return self.is_removable or not (self.is_required or self.default is not None)


@dataclass(frozen=True)
class Always:
    """What makes a record one of its kind: one of some codes in a member of the resource."""

    parameter: str
    """The FHIR search parameter that finds them."""
    member: str
    codes: tuple[str, ...]
    """The first is what new records get."""
    system: str = ""
    """Of CodeableConcepts; without a system, the member is a plain code."""
    display: str = ""
    is_list: bool = True

    @property
    def search(self) -> str:
        """The value of the search parameter."""
        prefix = f"{self.system}|" if self.system else ""
        return ",".join(prefix + code for code in self.codes)

    @property
    def pattern(self) -> Json:
        """Of the concept that new records get."""
        return {"coding": [{"system": self.system, "code": self.codes[0]}]}


class FilterType(StrEnum):
    ID = "id"
    """Of a resource, for reference parameters."""
    CODE = "code"
    """``4548-4`` or ``loinc|4548-4``."""
    STATUS = "status"
    DATE = "date"
    TEXT = "text"
    FLAG = "flag"


@dataclass(frozen=True)
class Filter:
    """A filter of a list, as a FHIR search parameter."""

    name: str
    parameter: str
    words: str
    type: FilterType
    prefix: str = ""
    """Of dates: ``ge`` or ``le``."""
    target: str = ""
    """Of ids: the resource type."""
    system: str = ""
    """Of statuses and identifiers: the one system that is meant."""
    codes: tuple[str, ...] = ()
    """Of statuses: the codes there are."""


class Does(StrEnum):
    """What may be done with a kind."""

    LIST = "list"
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Kind:
    """One collection of the API, and the records in it."""

    name: str
    """As the path has it: ``problems``."""
    singular: str
    resource_type: str
    words: str
    fields: tuple[Field, ...]
    always: tuple[Always, ...] = ()
    filters: tuple[Filter, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    """Of each of these groups, a new record has at least one field."""
    does: frozenset[Does] = frozenset(Does)
    area: str = "clinical"
    """clinical, administrative or other: how documentation groups them."""

    @property
    def search(self) -> tuple[tuple[str, str], ...]:
        """The FHIR search that finds all records of the kind."""
        return tuple((each.parameter, each.search) for each in self.always)

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)

    @property
    def has_patient(self) -> bool:
        return self.field("patient_id") is not None
