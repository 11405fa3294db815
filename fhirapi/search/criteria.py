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


def _may_look_at(resource_type: ResourceType, row: str, binder: Binder) -> str:
    """The condition that a row which a reference leads to is the caller's to see and to search."""
    opened = opened_row(resource_type, "search-type", row, binder)
    is_seen = visible(resource_type, row, is_allowed)
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
        link = _link(self.resource_type, self.parameter, row, target_type, target, binder)
        return (
            f"EXISTS (SELECT FROM fhirapi_searchrow {target}{link.table} "
            f"WHERE {target}.resource_type = {binder.bind(target_type.name)} AND {link.condition} "
            f"AND {_may_look_at(target_type, target, binder)} AND {inner.sql(target, binder)})"
        )


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
        link = _link(self.source, self.parameter, other, self.resource_type, row, binder)
        return (
            f"EXISTS (SELECT FROM fhirapi_searchrow {other}{link.table} "
            f"WHERE {other}.resource_type = {binder.bind(self.source.name)} AND {link.condition} "
            f"AND {_may_look_at(self.source, other, binder)} AND {self.inner.sql(other, binder)})"
        )


class _Link(NamedTuple):
    table: str
    condition: str


def _link(
    source_type: ResourceType,
    parameter: SearchParameter,
    source: str,
    target_type: ResourceType,
    target: str,
    binder: Binder,
) -> _Link:
    """How row ``source`` refers by the parameter to row ``target``: what to join, and on what."""
    if target_type.name == "Patient" and source_type.names_patient(parameter):
        return _Link("", f"{target}.resource_id = {source}.patient_id")
    link = binder.alias()
    return _Link(
        f", fhirapi_searchlink {link}",
        f"{link}.row_id = {source}.id "
        f"AND {link}.key = {binder.bind(parameter_key(source_type.name, parameter.code))} "
        f"AND {link}.target_type = {binder.bind(target_type.name)} "
        f"AND {link}.target_id = {target}.resource_id",
    )
