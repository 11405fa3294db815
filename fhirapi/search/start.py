"""Where a search begins: the planner cannot know how many patients a caller may see.

Left alone it walks through thousands of records to find one name, or plans each time anew.
"""

from dataclasses import dataclass

from fhirapi.definitions.schema import ResourceType
from fhirapi.search.criteria import Binder, Criterion, visible
from fhirapi.search.value import Value
from fhirapi.store.caller import MAY_SEE


@dataclass(frozen=True)
class Start:
    rows: str
    """The search rows, as the FROM clause has them."""
    is_mine: str
    """The condition that a row is the caller's to see."""
    criteria: list[Criterion]
    """What is asked of these rows."""
    asked: list[str] | None = None
    """The patients whom the query names, if it does."""
    is_certain: bool = True
    """Whether that is the right way whatever the values are."""


def start_of(resource_type: ResourceType, criteria: list[Criterion], binder: Binder) -> Start:
    """With the patients who are named, else with what an index finds few of, else with all."""
    asked, others = _apart(criteria)
    is_mine = visible(resource_type, "s", "mine")
    if asked is not None:
        return Start("fhirapi_searchrow", is_mine, others, asked)
    for criterion in others:
        found = criterion.found_rows(binder) if isinstance(criterion, Value) else None
        if found:
            if not resource_type.is_shared:
                is_mine = MAY_SEE.format(row="s")
            # OFFSET 0: the planner must not look for these rows in another way.
            return Start(f"({found} OFFSET 0)", is_mine, others)
    return Start("fhirapi_searchrow", is_mine, others, is_certain=False)


def _apart(criteria: list[Criterion]) -> tuple[list[str] | None, list[Criterion]]:
    """The patients whom the query names, and what else it asks for."""
    asked: list[str] | None = None
    others: list[Criterion] = []
    for criterion in criteria:
        named = criterion.asked_patients() if isinstance(criterion, Value) else None
        if named is None:
            others.append(criterion)
        else:
            asked = named if asked is None else [each for each in asked if each in named]
    return asked, others
