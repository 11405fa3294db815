"""Which resources a condition means: ``If-None-Exist``, conditional update and delete, references.

https://hl7.org/fhir/R4/http.html#ccreate - searched as by the token itself: what it does not see
does not meet the condition.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from fhirapi.definitions.schema import ResourceType
from fhirapi.search.binder import Binder
from fhirapi.search.opened import opened_row
from fhirapi.search.query import SearchQuery, parse
from fhirapi.search.start import start_of
from fhirapi.sql import statement
from fhirapi.store.caller import ALLOWED, AS_CALLER, CALLER, Caller
from fhirapi.store.constraint import Opens
from fhirapi.write_outcomes import unselective_condition

_ADDRESS = re.compile(r"^[A-Za-z]*\?")
_MATCHING = """
WITH RECURSIVE {caller}, {allowed}, {mine}
SELECT s.resource_id FROM {rows} s
WHERE s.resource_type = %(type)s AND {is_mine} {conditions}
LIMIT %(limit)s
"""


def selection(resource_type: ResourceType, pairs: Iterable[tuple[str, str]]) -> SearchQuery:
    """Raises an Outcome for what is no search, or selects nothing: that would mean everything."""
    query = parse(resource_type, pairs, strict=True)
    if not query.criteria or len(query.criteria) < len(query.applied):
        raise unselective_condition(resource_type.name)
    return query


def pairs_of(query: str) -> list[tuple[str, str]]:
    """``a=1&b=2`` as pairs; some write it as they would in an address, with a question mark."""
    return parse_qsl(_ADDRESS.sub("", query), keep_blank_values=True)


def matching(caller: Caller, query: SearchQuery, opens: Opens, *, limit: int = 2) -> list[str]:
    """Ids, at most so many."""
    binder = Binder(opens)
    start = start_of(query.resource_type, query.criteria, binder)
    binder.is_about_everybody = not start.is_certain
    conditions = [criterion.sql("s", binder) for criterion in start.criteria]
    if opened := opened_row(query.resource_type, "search-type", "s", binder):
        conditions.append(opened)
    sql = _MATCHING.format(
        caller=CALLER,
        allowed=ALLOWED,
        mine=start.mine,
        rows=start.rows,
        is_mine=start.is_mine,
        conditions="".join(f" AND {condition}" for condition in conditions),
    )
    parameters = {
        **caller.parameters(),
        **binder.parameters,
        "type": query.resource_type.name,
        "limit": limit,
    }
    asked = statement(sql, keeps_plan=start.is_certain, before=AS_CALLER)
    return [resource_id for (resource_id,) in asked.fetch(parameters)]
