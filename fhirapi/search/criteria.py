"""What a resource must fulfil, and how that reads in SQL over a search row.

A criterion may look through a reference (chain, _has) at other rows; those must be the caller's
to see as well, or a search would tell about records it may not open.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from django.conf import settings

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.outcomes import bad_value
from fhirapi.searchparams import date, reference, string, token, uri
from fhirapi.searchparams.keys import key, parameter_key


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


def visible(resource_type: ResourceType, row: str) -> str:
    """The condition that the row is the caller's to see (``allowed``: store/caller.py)."""
    if resource_type.is_shared:
        return f"{row}.patient_id IS NULL"
    return f"{row}.patient_id IN (SELECT allowed.patient_id FROM allowed)"


def is_compartment(resource_type: ResourceType, parameter: SearchParameter) -> bool:
    """Whether the reference is the one that ``patient_id`` holds: then no link is stored."""
    return resource_type.patient in parameter.paths and "Patient" in parameter.targets


@dataclass(frozen=True)
class Value:
    """One parameter of the query; its values are alternatives."""

    resource_type: ResourceType
    parameter: SearchParameter
    modifier: str
    values: tuple[str, ...]

    def sql(self, row: str, binder: Binder) -> str:
        try:
            return self._sql(row, binder)
        except ValueError as error:
            raise bad_value(self.parameter.code, str(error)) from None

    def _sql(self, row: str, binder: Binder) -> str:
        if self.modifier == "missing":
            return self._missing(row, binder)
        if self.parameter.code == "_id":
            negation = "NOT " if self.modifier == "not" else ""
            return f"{negation}{row}.resource_id = ANY({binder.bind(list(self.values))})"
        match self.parameter.type:
            case ParameterType.DATE:
                return self._date(row, binder)
            case ParameterType.STRING:
                return self._string(row, binder)
            case _:
                return self._keys(row, binder)

    def _keys(self, row: str, binder: Binder) -> str:
        parameter = self.parameter
        is_ref = parameter.type is ParameterType.REFERENCE or parameter.is_nearly_unique
        keys = [
            key(self.resource_type.name, parameter.code, form)
            for value in self.values
            for form in self._forms(value)
        ]
        negation = "NOT " if self.modifier == "not" else ""
        # An or-list is one overlap: a condition for each would be an index scan for each.
        column = "refs" if is_ref else "tokens"
        return f"{negation}{row}.{column} && {binder.bind(keys)}::bigint[]"

    def _forms(self, value: str) -> list[str]:
        if self.parameter.type is ParameterType.REFERENCE:
            return reference.query_forms(value, self.parameter.targets, settings.FHIR_BASE_URL)
        if self.parameter.type is ParameterType.URI:
            return [uri.query_form(value)]
        return [token.query_form(value)]

    def _string(self, row: str, binder: Binder) -> str:
        named = binder.bind(parameter_key(self.resource_type.name, self.parameter.code))
        patterns = [binder.bind(string.like(value, self.modifier)) for value in self.values]
        # LIKE with one pattern can use the B-tree; LIKE ANY cannot.
        likes = " OR ".join(f"v.value LIKE {pattern}" for pattern in patterns)
        return (
            "EXISTS (SELECT FROM fhirapi_searchstring v "
            f"WHERE v.row_id = {row}.id AND v.key = {named} AND ({likes}))"
        )

    def _date(self, row: str, binder: Binder) -> str:
        if self.parameter.code == "_lastUpdated":
            instant = f"{row}.last_updated"
            return self._compare(instant, f"({instant} + interval '1 microsecond')", binder.bind)
        named = binder.bind(parameter_key(self.resource_type.name, self.parameter.code))
        compared = self._compare("d.start", 'd."end"', binder.bind)
        return (
            "EXISTS (SELECT FROM fhirapi_searchdate d "
            f"WHERE d.row_id = {row}.id AND d.key = {named} AND {compared})"
        )

    def _compare(self, start: str, end: str, bind: Callable[[datetime], str]) -> str:
        now = datetime.now(UTC)
        compared = [
            date.condition(date.query(value, now), start, end, bind) for value in self.values
        ]
        return f"({' OR '.join(compared)})"

    def _missing(self, row: str, binder: Binder) -> str:
        """Asks the content itself: rare, so no index entry is spent on it."""
        paths = [binder.bind(_json_path(path)) for path in self.parameter.paths]
        present = " OR ".join(
            f"jsonb_path_exists(m.content::jsonb, {path}::jsonpath)" for path in paths
        )
        negation = "NOT " if self.values == ("true",) else ""
        return (
            f"{negation}EXISTS (SELECT FROM fhirapi_content m "
            f"WHERE m.id = {row}.id AND ({present or 'true'}))"
        )


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
        linked = refers(self.resource_type, self.parameter, row, target_type, target, binder)
        return (
            f"EXISTS (SELECT FROM fhirapi_searchrow {target} "
            f"WHERE {target}.resource_type = {binder.bind(target_type.name)} AND {linked} "
            f"AND {visible(target_type, target)} AND {inner.sql(target, binder)})"
        )


@dataclass(frozen=True)
class Has:
    """Some row of the type ``source`` refers to this one and fulfils ``inner``."""

    source: ResourceType
    parameter: SearchParameter
    inner: Criterion

    @property
    def resource_type(self) -> ResourceType:
        return self.source

    def sql(self, row: str, binder: Binder) -> str:
        other = binder.alias()
        linked = refers(self.source, self.parameter, other, None, row, binder)
        return (
            f"EXISTS (SELECT FROM fhirapi_searchrow {other} "
            f"WHERE {other}.resource_type = {binder.bind(self.source.name)} AND {linked} "
            f"AND {visible(self.source, other)} AND {self.inner.sql(other, binder)})"
        )


def refers(
    source_type: ResourceType,
    parameter: SearchParameter,
    source: str,
    target_type: ResourceType | None,
    target: str,
    binder: Binder,
) -> str:
    """The condition that row ``source`` refers by the parameter to row ``target``."""
    linked = (
        f"EXISTS (SELECT FROM fhirapi_searchlink l WHERE l.row_id = {source}.id "
        f"AND l.key = {binder.bind(parameter_key(source_type.name, parameter.code))} "
        f"AND l.target_type = {target}.resource_type AND l.target_id = {target}.resource_id)"
    )
    if not is_compartment(source_type, parameter):
        return linked
    own = f"({target}.resource_type = 'Patient' AND {target}.resource_id = {source}.patient_id)"
    if target_type is not None and target_type.name == "Patient":
        return own
    return f"({own} OR {linked})"


def _json_path(path: str) -> str:
    """``a.b[x]`` as PostgreSQL's jsonpath; lists are unwrapped by its lax mode."""
    steps = ["$"]
    for part in path.split("."):
        name, _, system = part.partition(":")
        if name.endswith("[x]"):
            steps.append(f'.keyvalue() ? (@.key starts with "{name[:-3]}").value')
        else:
            steps.append(f'."{name}"')
        if system:
            steps.append(f' ? (@.system == "{system}")')
    return "".join(steps)
