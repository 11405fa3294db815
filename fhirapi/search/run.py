"""Runs a search and writes its Bundle around the bytes that PostgreSQL put together.

https://hl7.org/fhir/R4/bundle.html#searchset
"""

from dataclasses import dataclass

import orjson

from fhirapi.audit.trail import Entry, trail
from fhirapi.search import subset
from fhirapi.search.bundle import bundle, ignored_entry, link
from fhirapi.search.cost import too_many_rows
from fhirapi.search.page import Position, from_text, to_text
from fhirapi.search.plan import plan, shape
from fhirapi.search.query import SearchQuery
from fhirapi.sql import statement
from fhirapi.store.caller import AS_CALLER, Caller
from fhirapi.store.constraint import Opens
from fhirapi.store.read import TokenRefused


@dataclass(frozen=True, slots=True)
class Page:
    """What a search has found, as entries of a Bundle with commas between."""

    total: int | None
    matches: bytes | None
    included: bytes | None
    cursor: str | None
    """Where the next page begins."""


def page(caller: Caller, query: SearchQuery, cursor: str | None, opens: Opens) -> Page:
    """Audited. Raises TokenRefused, or an Outcome for a cursor that is not ours."""
    of_query = query.resource_type.name, query.applied
    position = from_text(cursor, of_query) if cursor else None
    planned = plan(caller, query, position, opens)
    asked = statement(planned.sql, keeps_plan=planned.is_good_for_all, before=AS_CALLER)
    row = asked.fetch_one(planned.parameters)
    if row is None:
        raise TokenRefused
    total, has_more, matches, included, last, account_id, is_too_much, patient_ids = row
    if is_too_much == b"t":
        raise too_many_rows(query.resource_type.name, planned.most or 0)
    trail.write(
        Entry(
            "search",
            "success",
            account_id=int(account_id or 0),
            client_id=caller.client_id,
            resource_type=query.resource_type.name,
            patient_ids=patient_ids.decode() if patient_ids else None,
            detail=shape(query),
            address=caller.address,
        )
    )
    following = None
    if has_more == b"t" and last:
        *keys, row_id = orjson.loads(last)
        following = to_text(Position(keys, int(row_id)), of_query)
    return Page(int(total) if total else None, matches, included, following)


def run(caller: Caller, query: SearchQuery, cursor: str | None, opens: Opens) -> bytes:
    """The searchset Bundle. Raises as ``page`` does."""
    found = page(caller, query, cursor, opens)
    name, asked = query.resource_type.name, query.applied
    links = [link("self", name, asked, cursor)]
    if found.cursor:
        links.append(link("next", name, asked, found.cursor))
    parts = [part for part in (found.matches, found.included) if part]
    if subset.is_asked(query):
        parts = [subset.of_entries(part, query) for part in parts]
    return bundle("searchset", links, [*parts, ignored_entry(query.ignored)], total=found.total)
