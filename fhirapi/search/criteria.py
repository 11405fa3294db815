"""What a resource must fulfil, and how that reads in SQL over a search row.

A criterion may look through a reference (chain, _has) at other rows; those must be the caller's
to see as well, or a search would tell about records it may not open.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from fhirapi.definitions.schema import ResourceType, SearchParameter
from fhirapi.outcomes import outside_scope
from fhirapi.search.binder import Binder
from fhirapi.search.opened import opened_row
from fhirapi.searchparams.keys import parameter_key
from fhirapi.store.caller import is_allowed
from fhirapi.store.visibility import visible


class Criterion(Protocol):
    @property
    def resource_type(self) -> ResourceType: ...

    @property
    def looks(self) -> int:
        """What it costs of ``cost.MAX_LOOKS`` for each row; 0: an index answers."""

    def sql(self, row: str, binder: Binder) -> str:
        """A condition on the search row that is named ``row`` in the statement."""


def hashed(condition: str) -> str:
    """The condition that something is in a list, which is not made a join.

    How many patients a caller sees the planner guesses far too low. Where a chain finds the rows,
    it compared each of them with each of the patients: 139 million comparisons for 1,500 patients.
    """
    return f"({condition}) IS TRUE"


def _may_look_at(inner: "Criterion", row: str, binder: Binder) -> str:
    """The condition that a row which a reference leads to is the caller's to see and to search."""
    resource_type = inner.resource_type
    opened = opened_row(resource_type, "search-type", row, binder)
    is_found = binder.is_about_everybody and isinstance(inner, Chain)
    is_seen = visible(
        resource_type, row, lambda who: hashed(is_allowed(who)) if is_found else is_allowed(who)
    )
    return f"{is_seen} AND {opened}" if opened else is_seen


def searchable(criteria: tuple["Criterion", ...], binder: Binder) -> list["Criterion"]:
    """Those about types that the token may search. Raises the 403 outcome if there are none."""
    found = [
        each for each in criteria if binder.opens.constraint(each.resource_type.name, "search-type")
    ]
    if not found:
        raise outside_scope(criteria[0].resource_type.name, "search-type")
    return found


@dataclass(frozen=True)
class Chain:
    """The row refers to one that fulfils any of ``inner`` (one for each possible type)."""

    resource_type: ResourceType
    parameter: SearchParameter
    inner: tuple[Criterion, ...]

    @property
    def looks(self) -> int:
        return sum(each.looks for each in self.inner)

    def sql(self, row: str, binder: Binder) -> str:
        """Raises the 403 outcome if the token may search none of the possible types."""
        may_be = searchable(self.inner, binder)
        return f"({' OR '.join(self._through(each, row, binder) for each in may_be)})"

    def _through(self, inner: Criterion, row: str, binder: Binder) -> str:
        target, target_type = binder.alias(), inner.resource_type
        if _is_column(self.resource_type, self.parameter, target_type):
            way = _Way(f"{row}.patient_id", f"{target}.resource_id")
        else:
            link = _Link.of(self.resource_type, self.parameter, target_type, binder)
            way = _Way(
                f"{row}.id", f"{link.name}.row_id", link.table,
                f"{link.condition} AND {link.name}.target_id = {target}.resource_id",
            )  # fmt: skip
        return _related(way, target, inner, binder, is_found_first=binder.is_about_everybody)


@dataclass(frozen=True)
class Has:
    """Some row of the type ``source`` refers to this one and fulfils ``inner``."""

    resource_type: ResourceType
    source: ResourceType
    parameter: SearchParameter
    inner: Criterion

    @property
    def looks(self) -> int:
        return self.inner.looks

    def sql(self, row: str, binder: Binder) -> str:
        """Raises the 403 outcome if the token may not search the type."""
        searchable((self.inner,), binder)
        other = binder.alias()
        if _is_column(self.source, self.parameter, self.resource_type):
            way = _Way(f"{row}.resource_id", f"{other}.patient_id")
        else:
            link = _Link.of(self.source, self.parameter, self.resource_type, binder)
            way = _Way(
                f"{row}.resource_id", f"{link.name}.target_id", link.table,
                f"{link.condition} AND {link.name}.row_id = {other}.id",
            )  # fmt: skip
        return _related(way, other, self.inner, binder)


def _is_column(source: ResourceType, parameter: SearchParameter, target: ResourceType) -> bool:
    """Whether the reference is the row's patient: then no link is needed."""
    return target.name == "Patient" and source.names_patient(parameter)


class _Link(NamedTuple):
    """A row of ``fhirapi_searchlink``: from a source by a parameter to a type."""

    name: str
    table: str
    condition: str

    @classmethod
    def of(
        cls, source: ResourceType, parameter: SearchParameter, target: ResourceType, binder: Binder
    ) -> "_Link":
        name, key = binder.alias(), parameter_key(source.name, parameter.code)
        return cls(
            name,
            f", fhirapi_searchlink {name}",
            f"{name}.key = {binder.bind(key)} AND {name}.target_type = {binder.bind(target.name)}",
        )


class _Way(NamedTuple):
    """How a row and another belong together: ``here`` of the row is ``there`` of the other."""

    here: str
    there: str
    table: str = ""
    """What is joined to the other."""
    condition: str = "true"


def _related(
    way: _Way, other: str, inner: Criterion, binder: Binder, *, is_found_first: bool = False
) -> str:
    """The condition that a row belongs to one which the caller may look at and that is ``inner``.

    ``is_found_first``: all the others are found, once, before any row is compared with them. For
    chains from the rows of everybody: left to the planner, one of four links read 36 million blocks
    with 1,500 patients, so 61,000. Of _has the planner makes a better plan itself.
    """
    resource_type = inner.resource_type
    found = (
        f"FROM fhirapi_searchrow {other}{way.table} "
        f"WHERE {other}.resource_type = {binder.bind(resource_type.name)} AND {way.condition} "
        f"AND {_may_look_at(inner, other, binder)} AND {inner.sql(other, binder)}"
    )
    if is_found_first:  # OFFSET 0: the planner must not make it a question to each row
        return f"{way.here} IN (SELECT {way.there} {found} OFFSET 0)"
    return f"EXISTS (SELECT {found} AND {way.there} = {way.here})"
