"""Runs a search and writes its Bundle around the bytes that PostgreSQL put together.

https://hl7.org/fhir/R4/bundle.html#searchset
"""

import orjson

from fhirapi.audit.trail import Entry, trail
from fhirapi.search import subset
from fhirapi.search.bundle import bundle, ignored_entry, link
from fhirapi.search.page import Position, from_text, to_text
from fhirapi.search.plan import plan, shape
from fhirapi.search.query import SearchQuery
from fhirapi.sql import statement
from fhirapi.store.caller import Caller
from fhirapi.store.constraint import Opens
from fhirapi.store.read import TokenRefused


def run(caller: Caller, query: SearchQuery, cursor: str | None, opens: Opens) -> bytes:
    """The searchset Bundle. Raises TokenRefused, or an Outcome for a cursor that is not ours."""
    position = from_text(cursor, (query.resource_type.name, query.applied)) if cursor else None
    planned = plan(caller, query, position, opens)
    row = statement(planned.sql, keeps_plan=planned.is_good_for_all).fetch_one(planned.parameters)
    if row is None:
        raise TokenRefused
    total, has_more, matches, included, last, account_id, patient_ids = row
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
    name, asked = query.resource_type.name, query.applied
    links = [link("self", name, asked, cursor)]
    if has_more == b"t" and last:
        *keys, row_id = orjson.loads(last)
        links.append(link("next", name, asked, to_text(Position(keys, int(row_id)), (name, asked))))
    parts = [part for part in (matches, included) if part]
    if subset.is_asked(query):
        parts = [subset.of_entries(part, query) for part in parts]
    return bundle(
        "searchset",
        links,
        [*parts, ignored_entry(query.ignored)],
        total=int(total) if total else None,
    )
