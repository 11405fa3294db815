"""The shape of a view's declaration. https://sql-on-fhir.org/, ViewDefinition"""

from dataclasses import dataclass
from enum import Enum


class Stored(Enum):
    """How a column's values are kept, named as ANSI SQL names it (stored.py makes them)."""

    TEXT = "CHARACTER VARYING"
    BOOLEAN = "BOOLEAN"
    INTEGER = "BIGINT"
    DOUBLE = "DOUBLE PRECISION"
    AMOUNT = "DECIMAL(38,6)"
    DATE = "DATE"
    TIMESTAMP = "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True)
class Column:
    name: str
    path: str
    """From the resource, or from what ``for_each`` leads to. Leads to one value at most."""
    type: str
    """FHIR's primitive type of that value."""
    words: str
    stored: Stored = Stored.TEXT
    is_distinct: bool = False
    """Nearly every row has another value: a dictionary of them would only take room."""


@dataclass(frozen=True, eq=False)
class View:
    """A table: a row for each resource, or for each element of it that ``for_each`` leads to."""

    name: str
    resource: str
    """The type whose resources it shows."""
    words: str
    columns: tuple[Column, ...]
    where: str = ""
    """Resources that do not fulfil this are left out."""
    for_each: str = ""
    each_columns: tuple[Column, ...] = ()
    """Beside those of the resource; their paths begin at the element."""
    keeps_empty: bool = False
    """Whether a resource without such an element has a row (``forEachOrNull``)."""

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return self.columns + self.each_columns
