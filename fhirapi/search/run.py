"""Runs a search and writes its Bundle around the bytes that PostgreSQL put together.

https://hl7.org/fhir/R4/bundle.html#searchset
"""

from urllib.parse import urlencode

import orjson
from django.conf import settings

from fhirapi.outcomes import Outcome, operation_outcome
from fhirapi.search.page import Position, from_text, to_text
from fhirapi.search.plan import plan
from fhirapi.search.query import SearchQuery
from fhirapi.store.caller import Caller
from fhirapi.store.read import TokenRefused
from fhirapi.store.sql import fetch_one


def run(caller: Caller, query: SearchQuery, cursor: str | None) -> bytes:
    """The searchset Bundle. Raises TokenRefused, or an Outcome for a cursor that is not ours."""
    after = from_text(cursor, query.applied) if cursor else None
    statement = plan(caller, query, after)
    row = fetch_one(statement.sql, statement.parameters)
    if row is None:
        raise TokenRefused
    total, entries, has_more, last = row
    links = [_link(query, "self", cursor)]
    if has_more and last:
        position = Position(last[0], int(last[1]))
        links.append(_link(query, "next", to_text(position, query.applied)))
    return _bundle(total, links, entries or "", query.ignored)


def _link(query: SearchQuery, relation: str, cursor: str | None) -> dict[str, str]:
    pairs = [*query.applied, *([("_page", cursor)] if cursor else [])]
    address = f"{settings.FHIR_BASE_URL}/{query.resource_type.name}"
    return {"relation": relation, "url": f"{address}?{urlencode(pairs)}" if pairs else address}


def _bundle(total: int, links: list[dict[str, str]], entries: str, ignored: list[str]) -> bytes:
    parts = [entries.encode()] if entries else []
    if ignored:
        parts.append(_ignored_entry(ignored))
    head = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links}
    opening = orjson.dumps(head)[:-1]
    if not parts:  # FHIR has no empty arrays
        return opening + b"}"
    return b"".join((opening, b',"entry":[', b",".join(parts), b"]}"))


def _ignored_entry(ignored: list[str]) -> bytes:
    issues = [
        Outcome(200, "not-supported", f"Search parameter '{name[:64]}' was ignored.").issue(
            "warning"
        )
        for name in ignored
    ]
    return b'{"resource":' + operation_outcome(*issues) + b',"search":{"mode":"outcome"}}'
