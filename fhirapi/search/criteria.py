"""What a resource must fulfil, and how that reads in SQL over a search row.

A criterion may look through a reference (chain, _has) at other rows; those must be the caller's
to see as well, or a search would tell about records it may not open.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from fhirapi.definitions.schema import ResourceType, SearchParameter
from fhirapi.searchparams.keys import parameter_key


@dataclass
class Binder:
    """Collects the values of a statement; SQL text only ever holds their placeholders."""

    parameters: dict[str, Any] = field(default_factory=dict)
    _aliases: int = 0

    def bind(self, value: Any) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"

    def alias(self) -> str:
        self._aliases += 1
        return f"r{self._aliases}"


class Criterion(Protocol):
    @property
    def resource_type(self) -> ResourceType: ...

    def sql(self, row: str, binder: Binder) -> str:
        """A condition on the search row that is named ``row`` in the statement."""


def visible(resource_type: ResourceType, row: str, patients: str = "allowed") -> str:
    """The condition that the row is the caller's to see (``patients``: store/caller.py)."""
    if resource_type.is_shared:
        return f"{row}.patient_id IS NULL"
    return f"{row}.patient_id IN (SELECT {patients}.patient_id FROM {patients})"


@dataclass(frozen=True)
class Chain:
    """The row refers to one that fulfils any of ``inner`` (one for each possible type)."""

    resource_type: ResourceType
    parameter: SearchParameter
    inner: tuple[Criterion, ...]

    def sql(self, row: str, binder: Binder) -> str:
        return f"({' OR '.join(self._through(each, row, binder) for each in self.inner)})"

    def _through(self, inner: Criterion, row: str, binder: Binder) -> str:
        target, target_type = binder.alias(), inner.resource_type
        link = _link(self.resource_type, self.parameter, row, target_type, target, binder)
        return (
            f"EXISTS (SELECT FROM fhirapi_searchrow {target}{link.table} "
            f"WHERE {target}.resource_type = {binder.bind(target_type.name)} AND {link.condition} "
            f"AND {visible(target_type, target)} AND {inner.sql(target, binder)})"
        )


@dataclass(frozen=True)
class Has:
    """Some row of the type ``source`` refers to this one and fulfils ``inner``."""

    resource_type: ResourceType
    source: ResourceType
    parameter: SearchParameter
    inner: Criterion

    def sql(self, row: str, binder: Binder) -> str:
        other = binder.alias()
        link = _link(self.source, self.parameter, other, self.resource_type, row, binder)
        return (
            f"EXISTS (SELECT FROM fhirapi_searchrow {other}{link.table} "
            f"WHERE {other}.resource_type = {binder.bind(self.source.name)} AND {link.condition} "
            f"AND {visible(self.source, other)} AND {self.inner.sql(other, binder)})"
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
