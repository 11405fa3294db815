"""Reads whole records: the compartments of patients, and the practice data that they refer to.

https://hl7.org/fhir/R4/patient-operation-everything.html
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from fhirapi.audit.trail import Entry, trail
from fhirapi.sql import statement
from fhirapi.store.caller import ALLOWED, AS_CALLER, CALLER, EVERY_ALLOWED, Caller, allowed_of
from fhirapi.store.read import TokenRefused

# A page is filled patient by patient, each beginning with the Patient itself. What it refers to is
# looked for in the JSON, because not every reference is a search parameter.
_EVERYTHING = """
WITH RECURSIVE {caller}, {allowed}, {mine}, next AS MATERIALIZED (
    -- A page needs no more patients than it has entries: the other records need not be sorted.
    SELECT DISTINCT mine.patient_id FROM mine
    WHERE mine.patient_id >= %(last_patient)s AND EXISTS (
        SELECT FROM fhirapi_searchrow s
        WHERE s.patient_id = mine.patient_id AND {opened} {conditions})
    ORDER BY mine.patient_id LIMIT %(limit)s + 2
), hit AS (
    SELECT s.patient_id, s.resource_type <> 'Patient' AS is_other, s.id
    FROM next JOIN fhirapi_searchrow s ON s.patient_id = next.patient_id
    WHERE {opened} {conditions}
), page AS (
    SELECT * FROM hit WHERE {after} ORDER BY patient_id, is_other, id LIMIT %(limit)s + 1
), shown AS MATERIALIZED (
    SELECT page.*, c.resource_type, c.resource_id, c.content
    FROM (SELECT * FROM page ORDER BY patient_id, is_other, id LIMIT %(limit)s) page
    JOIN fhirapi_content c ON c.id = page.id
), target AS (
    SELECT DISTINCT found.target_type, found.target_id
    FROM shown CROSS JOIN LATERAL {targets_of_shown}
), near(id) AS (
    SELECT c.id FROM target JOIN fhirapi_content c
        ON c.resource_type = target.target_type AND c.resource_id = target.target_id
    WHERE c.patient_id IS NULL AND NOT c.is_deleted {opened_shared}
    UNION
    SELECT c.id
    FROM near JOIN fhirapi_content n ON n.id = near.id
    CROSS JOIN LATERAL {targets_of_near}
    JOIN fhirapi_content c
        ON c.resource_type = found.target_type AND c.resource_id = found.target_id
    WHERE c.patient_id IS NULL AND NOT c.is_deleted {opened_shared}
)
SELECT {is_found},
       {total},
       (SELECT count(*) FROM page) > %(limit)s,
       (SELECT string_agg({entry_match}, ',' ORDER BY patient_id, is_other, id)
        FROM shown r),
       (SELECT string_agg({entry_include}, ',' ORDER BY resource_type, resource_id)
        FROM near JOIN fhirapi_content r ON r.id = near.id),
       (SELECT to_json(ARRAY[patient_id, is_other::text, id::text]) FROM shown
        ORDER BY patient_id DESC, is_other DESC, id DESC LIMIT 1),
       caller.account_id,
       (SELECT array_agg(DISTINCT seen.patient_id) FROM {seen} seen)
FROM caller
"""
# Stored JSON is compact, so that a reference is found without reading it as JSON.
_TARGETS = """(
    SELECT split_part(reference, '/', 1) AS target_type, split_part(reference, '/', 2) AS target_id
    FROM (SELECT split_part(piece, '"', 1) AS reference
          FROM string_to_table(replace({content}, %(absolute)s, %(relative)s), %(relative)s)
               WITH ORDINALITY AS pieces(piece, number)
          WHERE number > 1) pieces
    WHERE split_part(reference, '/', 1) = ANY(%(shared)s)
) found"""
_ENTRY = """'{{"fullUrl":"' || %(base)s || '/' || r.resource_type || '/' || r.resource_id
    || '","resource":' || r.content || ',"search":{{"mode":"{mode}"}}}}'"""
# A period that began before and reaches into the asked time belongs to it; so does what has no
# date, for nothing says that it does not.
_STARTS = "AND (s.clinical_date IS NULL OR s.clinical_end > %(start)s)"
_ENDS = "AND (s.clinical_date IS NULL OR s.clinical_date < %(end)s)"
_PATIENT_STAYS = "(s.resource_type = 'Patient' OR (true {conditions}))"
_AFTER = "(patient_id, is_other, id) > (%(last_patient)s, %(last_other)s::boolean, %(last_id)s)"


@dataclass(frozen=True)
class Opened:
    """What the token opens of a record, as conditions."""

    patient: str
    """On the search row ``s`` of the Patient itself; empty: none."""
    own: str
    """On a search row ``s`` of the compartment."""
    shared: list[str]
    """Types of the practice's own data that may be added."""
    beside: str
    """On a row ``c`` of their contents; empty: none."""
    values: dict[str, Any]
    """Of all placeholders."""


@dataclass(frozen=True)
class EverythingQuery:
    patient_id: str | None
    """None: of every patient that the caller may see."""
    opened: Opened
    count: int
    shape: str
    """Names of the parameters, for the audit trail."""
    since: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    """The first instant that is no longer meant."""
    after: tuple[str, str, int] | None = None


@dataclass(frozen=True)
class EverythingPage:
    is_found: bool
    total: int | None
    has_more: bool
    matches: bytes | None
    included: bytes | None
    last: list[str] | None


def everything(caller: Caller, query: EverythingQuery) -> EverythingPage:
    """One page. Raises TokenRefused."""
    # One record is read by the same plan as any other; of a panel that depends on its size.
    is_certain = query.patient_id is not None
    asked = statement(_sql(query), keeps_plan=is_certain, before=AS_CALLER)
    row = asked.fetch_one({**caller.parameters(), **_parameters(query)})
    if row is None:
        raise TokenRefused
    is_found, total, has_more, matches, included, last, account_id, patient_ids = row
    page = EverythingPage(
        is_found == b"t",
        int(total) if total else None,
        has_more == b"t",
        matches,
        included,
        orjson.loads(last) if last else None,
    )
    trail.write(
        Entry(
            "search",
            "success" if page.is_found else "denied",
            account_id=int(account_id or 0),
            client_id=caller.client_id,
            resource_type="Patient",
            resource_id=query.patient_id,
            patient_ids=patient_ids.decode() if patient_ids else None,
            detail=query.shape,
            address=caller.address,
        )
    )
    return page


def _sql(query: EverythingQuery) -> str:
    care = f"{_STARTS if query.start else ''} {_ENDS if query.end else ''}"
    conditions = f"AND {_PATIENT_STAYS.format(conditions=care)}" if care.strip() else ""
    if query.since:
        conditions += " AND s.last_updated >= %(since)s"
    is_one = query.patient_id is not None
    return _EVERYTHING.format(
        caller=CALLER,
        allowed=ALLOWED,
        mine=allowed_of("visible.patient_id = %(id)s") if is_one else EVERY_ALLOWED,
        conditions=conditions,
        opened=query.opened.own,
        opened_shared=f"AND {query.opened.beside}" if query.opened.beside else "",
        after=_AFTER if query.after else "true",
        is_found=_is_found(query.opened.patient) if is_one else "true",
        # A count alone tells about the record too.
        seen="shown" if query.count else "hit",
        # Counted for one record only: for thousands it would cost more than the page.
        total="(SELECT count(*) FROM hit)" if is_one else "NULL::bigint",
        entry_match=_ENTRY.format(mode="match"),
        entry_include=_ENTRY.format(mode="include"),
        targets_of_shown=_TARGETS.format(content="shown.content"),
        targets_of_near=_TARGETS.format(content="n.content"),
    )


def _is_found(opened_patient: str) -> str:
    """The operation is one on a Patient: it needs that one to be opened."""
    if not opened_patient:
        return "EXISTS (SELECT FROM mine)"
    return (
        "EXISTS (SELECT FROM mine JOIN fhirapi_searchrow s ON s.patient_id = mine.patient_id "
        f"WHERE s.resource_type = 'Patient' AND {opened_patient})"
    )


def _parameters(query: EverythingQuery) -> dict[str, object]:
    after = query.after or ("", "false", 0)
    return {
        **query.opened.values,
        "id": query.patient_id,
        "shared": query.opened.shared,
        "limit": query.count,
        "since": query.since,
        "start": query.start,
        "end": query.end,
        "base": settings.FHIR_BASE_URL,
        "relative": '"reference":"',
        "absolute": f'"reference":"{settings.FHIR_BASE_URL}/',
        **dict(zip(("last_patient", "last_other", "last_id"), after, strict=True)),
    }
