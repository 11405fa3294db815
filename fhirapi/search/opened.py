"""A token's constraints as conditions on rows, compiled by what compiles a search.

So ``patient/Observation.rs?category=laboratory`` opens exactly what ``category=laboratory`` finds.
"""

from collections.abc import Iterable

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import Outcome
from fhirapi.search.binder import Binder
from fhirapi.search.value import Value, alternatives
from fhirapi.store.constraint import OPEN, Condition, Constraint, Opens, Way

NOTHING = "false"
_UNCONDITIONAL = Condition()


def opened_row(resource_type: ResourceType, interaction: str, row: str, binder: Binder) -> str:
    """The condition that the token opens this search row; empty if it opens all of the type."""
    return _any(
        resource_type, binder.opens.constraint(resource_type.name, interaction), row, binder
    )


def opened_content(
    resource_type: ResourceType, constraint: Constraint, opens: Opens, row: str = "c"
) -> Condition:
    """The same on a row of the contents."""
    if constraint == OPEN:
        return _UNCONDITIONAL
    binder = Binder(opens)
    sql = _any(resource_type, constraint, row, binder, is_content=True)
    return Condition(sql, binder.parameters)


def of_types(
    opened: Iterable[tuple[ResourceType, Constraint]],
    row: str,
    binder: Binder,
    *,
    is_content: bool = False,
) -> str:
    """The condition that a row is of one of these types, and opened."""
    opened = list(opened)
    whole = [each.name for each, constraint in opened if constraint == OPEN]
    ways = [f"{row}.resource_type = ANY({binder.bind(whole)})"] if whole else []
    for resource_type, constraint in opened:
        if constraint and constraint != OPEN:
            condition = _any(resource_type, constraint, row, binder, is_content=is_content)
            name = binder.bind(resource_type.name)
            ways.append(f"({row}.resource_type = {name} AND {condition})")
    return f"({' OR '.join(ways)})" if ways else NOTHING


def of_any_type(interaction: str, row: str, binder: Binder) -> str:
    """The condition that a row is opened, whatever it is; empty if everything is."""
    every = [(each, binder.opens.constraint(each.name, interaction)) for each in registry.every()]
    if all(constraint == OPEN for _, constraint in every):
        return ""
    return of_types(every, row, binder)


def _any(
    resource_type: ResourceType,
    constraint: Constraint,
    row: str,
    binder: Binder,
    *,
    is_content: bool = False,
) -> str:
    if constraint == OPEN:
        return ""
    ways = [_way(resource_type, way, row, binder, is_content) for way in constraint]
    return f"({' OR '.join(ways)})" if ways else NOTHING


def _way(resource_type: ResourceType, way: Way, row: str, binder: Binder, is_content: bool) -> str:
    conditions = []
    if way.only_context:
        conditions.append(f"{row}.patient_id = %(context)s")
    if way.criteria:
        conditions.append(_criteria(resource_type, way, row, binder, is_content))
    return f"({' AND '.join(conditions)})"


def _criteria(
    resource_type: ResourceType, way: Way, row: str, binder: Binder, is_content: bool
) -> str:
    indexed = binder.alias() if is_content else row
    try:
        found = [
            Value(resource_type, parameter, "", alternatives(name, text)).sql(indexed, binder)
            for name, text in way.criteria
            if (parameter := resource_type.parameter(name))
        ]
    except Outcome:  # a value that cannot be read: it opens nothing
        return NOTHING
    if len(found) < len(way.criteria):
        return NOTHING
    condition = " AND ".join(found)
    if not is_content:
        return condition
    return (
        f"EXISTS (SELECT FROM fhirapi_searchrow {indexed} "
        f"WHERE {indexed}.id = {row}.id AND {condition})"
    )
