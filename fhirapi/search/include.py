"""_include and _revinclude. https://hl7.org/fhir/R4/search.html#revinclude"""

from dataclasses import dataclass

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.outcomes import bad_value
from fhirapi.search.binder import Binder
from fhirapi.search.cost import MAX_INCLUDED
from fhirapi.search.opened import NOTHING, of_any_type, opened_row
from fhirapi.searchparams.keys import parameter_key
from fhirapi.store.caller import is_allowed
from fhirapi.store.visibility import visible


@dataclass(frozen=True)
class Include:
    source: ResourceType
    parameter: SearchParameter
    target: str | None
    is_reverse: bool
    is_iterated: bool


def parse_include(name: str, text: str) -> Include:
    """``_include[:iterate]=Type:parameter[:Target]``. Raises an Outcome."""
    base, _, modifier = name.partition(":")
    if modifier not in ("", "iterate", "recurse"):
        raise bad_value(base, f"the modifier ':{modifier[:32]}' is not supported here.")
    type_name, _, rest = text.partition(":")
    code, _, target = rest.partition(":")
    source = registry.find(type_name)
    parameter = source.parameter(code) if source else None
    if source is None or parameter is None or parameter.type is not ParameterType.REFERENCE:
        raise bad_value(base, f"'{text[:80]}' names no reference; Type:parameter is expected.")
    if target and target not in parameter.targets:
        raise bad_value(base, f"{type_name}.{code} does not refer to {target[:64]}.")
    return Include(
        source, parameter, target or None, base == "_revinclude", modifier in ("iterate", "recurse")
    )


def include_sql(includes: list[Include], binder: Binder) -> str:
    """The CTE ``beside``: ids of what is included, step by step from ``page``."""
    first = _step(includes, "page", binder)
    iterated = [each for each in includes if each.is_iterated]
    if not iterated:
        return f"beside(id) AS (({first}) LIMIT {MAX_INCLUDED})"
    more = _step(iterated, "near", binder)
    found = f"beside(id) AS (SELECT id FROM near LIMIT {MAX_INCLUDED})"
    return f"near(id) AS ({first} UNION {more}), {found}"


def _step(includes: list[Include], start: str, binder: Binder) -> str:
    branches = " UNION ALL ".join(
        branch for include in includes for branch in _branches(include, binder)
    )
    branches = branches or "SELECT NULL::bigint AS id WHERE false"
    return (
        f"SELECT led.id FROM {start} JOIN fhirapi_searchrow o ON o.id = {start}.id "
        f"CROSS JOIN LATERAL ({branches}) led"
    )


def may_stand_beside(row: str, includes: list[Include]) -> str:
    """The condition that an include may lead to the row: it is the caller's to see.

    First asked of the patients that the search is about: those allowed may be thousands.
    """
    lists = [each for each in registry.every() if each.members and _may_lead_to(each, includes)]
    of_lists = "".join(
        f"WHEN {row}.resource_type = '{each.name}' THEN {visible(each, row, is_allowed)} "
        for each in lists
    )
    return (
        f"CASE {of_lists}WHEN {row}.patient_id IS NULL THEN {row}.resource_type = ANY(%(shared)s) "
        f"ELSE {row}.patient_id IN (SELECT mine.patient_id FROM mine) "
        f"OR {is_allowed(f'{row}.patient_id')} END"
    )


def _may_lead_to(resource_type: ResourceType, includes: list[Include]) -> bool:
    return any(
        include.source.name == resource_type.name
        if include.is_reverse
        else resource_type.name in (include.target or include.parameter.targets)
        for include in includes
    )


def _is_opened(include: Include, binder: Binder) -> str:
    """The condition that row ``n`` may be read with the token; empty if all that it may be is."""
    if include.is_reverse:
        return opened_row(include.source, "read", "n", binder)
    if include.target and (target := registry.find(include.target)):
        return opened_row(target, "read", "n", binder)
    return of_any_type("read", "n", binder)


def _branches(include: Include, binder: Binder) -> list[str]:
    """Ids of the rows that row ``o`` leads to by this include, at any step of the way."""
    opened = _is_opened(include, binder)
    if opened == NOTHING:
        return []
    conditions = may_stand_beside("n", [include]) + (f" AND {opened}" if opened else "")
    source = binder.bind(include.source.name)
    named = binder.bind(parameter_key(include.source.name, include.parameter.code))
    link = f"l.key = {named}"
    if include.target:
        link += f" AND l.target_type = {binder.bind(include.target)}"
    if include.is_reverse:
        joined = (
            "fhirapi_searchlink l JOIN fhirapi_searchrow n ON n.id = l.row_id "
            f"WHERE l.target_type = o.resource_type AND l.target_id = o.resource_id AND {link}"
        )
        own = (
            f"fhirapi_searchrow n WHERE n.resource_type = {source} "
            "AND o.resource_type = 'Patient' AND n.patient_id = o.resource_id"
        )
    else:
        joined = (
            "fhirapi_searchlink l JOIN fhirapi_searchrow n "
            "ON n.resource_type = l.target_type AND n.resource_id = l.target_id "
            f"WHERE l.row_id = o.id AND o.resource_type = {source} AND {link}"
        )
        own = (
            "fhirapi_searchrow n WHERE n.resource_type = 'Patient' "
            f"AND n.resource_id = o.patient_id AND o.resource_type = {source}"
        )
    ways = [joined]
    if include.source.names_patient(include.parameter) and include.target in (None, "Patient"):
        ways.append(own)
    return [f"SELECT n.id FROM {way} AND {conditions}" for way in ways]
