"""Runs a search and writes its Bundle around the bytes that PostgreSQL put together.

https://hl7.org/fhir/R4/bundle.html#searchset
"""

from collections.abc import Callable
from urllib.parse import urlencode

import orjson
from django.conf import settings

from fhirapi.audit.trail import Entry, trail
from fhirapi.definitions import registry
from fhirapi.outcomes import Outcome, operation_outcome
from fhirapi.search import subset
from fhirapi.search.page import Position, from_text, to_text
from fhirapi.search.plan import plan, shape
from fhirapi.search.query import SearchQuery
from fhirapi.sql import statement
from fhirapi.store.caller import Caller
from fhirapi.store.read import TokenRefused


def run(
    caller: Caller, query: SearchQuery, cursor: str | None, *, may_include: Callable[[str], bool]
) -> bytes:
    """The searchset Bundle.

    ``may_include`` says whether the caller's scopes let a type be included. Raises TokenRefused,
    or an Outcome for a cursor that is not ours.
    """
    position = from_text(cursor, _identity(query)) if cursor else None
    readable = [each.name for each in registry.every() if may_include(each.name)]
    shared = [each.name for each in registry.every() if each.is_shared]
    planned = plan(caller, query, position, readable=readable, shared=shared)
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
    links = [_link(query, "self", cursor)]
    if has_more == b"t" and last:
        *keys, row_id = orjson.loads(last)
        links.append(_link(query, "next", to_text(Position(keys, int(row_id)), _identity(query))))
    parts = [part for part in (matches, included) if part]
    if subset.is_asked(query):
        parts = [subset.of_entries(part, query) for part in parts]
    return _bundle(int(total) if total else None, links, parts, query.ignored)


def _identity(query: SearchQuery) -> tuple[str, list[tuple[str, str]]]:
    return query.resource_type.name, query.applied


def _link(query: SearchQuery, relation: str, cursor: str | None) -> dict[str, str]:
    pairs = [*query.applied, *([("_page", cursor)] if cursor else [])]
    address = f"{settings.FHIR_BASE_URL}/{query.resource_type.name}"
    return {"relation": relation, "url": f"{address}?{urlencode(pairs)}" if pairs else address}


def _bundle(
    total: int | None, links: list[dict[str, str]], parts: list[bytes], ignored: list[str]
) -> bytes:
    head: dict[str, object] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if total is not None:
        head["total"] = total
    if ignored:
        parts = [*parts, _ignored_entry(ignored)]
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
