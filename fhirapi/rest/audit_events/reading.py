"""Finds events in the trail, with who did what: one statement, which asks for the caller first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhirapi.audit.trail import Entry, trail
from fhirapi.definitions.derived import AUDIT_EVENT
from fhirapi.rest.audit_events.query import EventQuery, condition, opened
from fhirapi.search.binder import Binder
from fhirapi.sql import array, fetch
from fhirapi.store.caller import AS_CALLER, CALLER, Caller, sees
from fhirapi.store.constraint import Constraint, Everything
from fhirapi.store.read import TokenRefused

# Who is told of is what the portal's Activity page tells the same person: of their own doings
# everything; of their own record, or a child's, everybody. Of the records of those whom they treat
# the practice's people; that an app of the patient's opened it is no business of theirs which.
# "+ 0": the events of a patient are found by the patient, not by going through the whole trail.
_EVENTS = """
WITH {caller},
asked AS MATERIALIZED (
    SELECT one AS patient_id FROM caller CROSS JOIN {whose} one WHERE {sees}
), watched AS MATERIALIZED (
    SELECT link.resource_id AS patient_id
    FROM caller JOIN fhirapi_recordlink link ON link.account_id = caller.account_id
    WHERE link.resource_type = 'Patient' AND link.revoked_at IS NULL
    UNION
    SELECT related.patient_id
    FROM caller JOIN fhirapi_recordlink link ON link.account_id = caller.account_id
    JOIN fhirapi_searchrow related ON related.resource_type = 'RelatedPerson'
        AND related.resource_id = link.resource_id
    WHERE link.resource_type = 'RelatedPerson' AND link.revoked_at IS NULL
), found AS MATERIALIZED (
    SELECT * FROM (
        SELECT record.*, caller.account_id IS NOT DISTINCT FROM record.account_id AS is_own,
               record.patient_ids && ARRAY(SELECT patient_id FROM watched) AS is_watched,
               record.patient_ids <@ ARRAY(SELECT patient_id FROM asked) AS is_of_these_only
        FROM caller CROSS JOIN fhirapi_auditrecord record
        WHERE record.patient_ids && ARRAY(SELECT patient_id FROM asked)
    ) event
    WHERE {conditions}
    ORDER BY event.id + 0 DESC LIMIT {limit}
)
SELECT caller.account_id, ARRAY(SELECT patient_id FROM asked), found.id, found.recorded,
       found.action, found.outcome, found.client_id, found.resource_type, found.resource_id,
       ARRAY(SELECT unnest(found.patient_ids) INTERSECT SELECT patient_id FROM asked ORDER BY 1),
       found.is_of_these_only, found.detail,
       host(found.address), found.account_id IS NOT NULL, found.is_own,
       found.is_own OR found.is_watched OR coalesce(person.part, '') <> '',
       person.name, person.part, person.practitioner, app.name,
       EXISTS (SELECT FROM fhirapi_accesskey WHERE access_key_id = found.client_id)
FROM caller LEFT JOIN found ON true
LEFT JOIN LATERAL ({person}) person ON true
LEFT JOIN fhirapi_client app ON app.client_id = found.client_id
ORDER BY found.id DESC
"""
_PERSON = """
    SELECT trim(account.first_name || ' ' || account.last_name) AS name,
           CASE WHEN account.provider_approved_at IS NOT NULL THEN 'provider'
                WHEN EXISTS (SELECT FROM fhirapi_teammember member
                             WHERE member.account_id = account.id) THEN 'staff' ELSE '' END AS part,
           (SELECT link.resource_id FROM fhirapi_recordlink link
            WHERE link.account_id = account.id AND link.resource_type = 'Practitioner'
            ORDER BY link.id DESC LIMIT 1) AS practitioner
    FROM portal_account account WHERE account.id = found.account_id
"""
_NAMED = "unnest({patients}::text[])"
_OF_ONE = "unnest((SELECT patient_ids FROM fhirapi_auditrecord WHERE id = {id}))"
_FIRST_OF_EVENT = 2


@dataclass(frozen=True)
class Event:
    id: int
    recorded: datetime
    action: str
    outcome: str
    client_id: str | None
    resource_type: str | None
    resource_id: str | None
    patient_ids: list[str]
    """Those of them that were asked for and that the caller may see."""
    is_of_these_only: bool
    detail: str | None
    address: str | None
    has_person: bool
    is_own: bool
    """Done by whoever asks, or for them."""
    is_told: bool
    """Whether who did it is told in full."""
    person: str | None
    part: str | None
    """At the practice: ``provider``, ``staff``, or nothing of the two."""
    practitioner: str | None
    """The id of the record of the practitioner who did it."""
    app: str | None
    is_key: bool
    """Whether ``client_id`` is an AccessKeyID."""


def search(
    caller: Caller, query: EventQuery, patients: list[str], constraint: Constraint,
    before: int | None,
) -> list[Event]:  # fmt: skip
    """One more than asked for, where there are more. Audited. Raises TokenRefused."""
    binder = Binder(Everything())
    conditions = [condition(each, binder) for each in query.asked]
    if before is not None:
        conditions.append(f"event.id < {binder.bind(before)}")
    whose = _NAMED.format(patients=binder.bind(patients))
    account_id, seen, found = _events(
        caller, whose, [*conditions, opened(constraint, caller.patient_id, binder)],
        query.count + 1, binder,
    )  # fmt: skip
    _record(caller, "search", account_id, seen, detail=query.shape())
    return found


def read(caller: Caller, event_id: int, constraint: Constraint) -> Event | None:
    """Audited. Raises TokenRefused."""
    binder = Binder(Everything())
    one = binder.bind(event_id)
    conditions = [f"event.id = {one}", opened(constraint, caller.patient_id, binder)]
    account_id, seen, found = _events(caller, _OF_ONE.format(id=one), conditions, 1, binder)
    _record(caller, "read", account_id, seen, resource_id=str(event_id), is_denied=not found)
    return found[0] if found else None


def _events(
    caller: Caller, whose: str, conditions: list[str], limit: int, binder: Binder
) -> tuple[int, list[str], list[Event]]:
    sql = _EVENTS.format(
        caller=CALLER,
        whose=whose,
        sees=sees("one"),
        person=_PERSON,
        conditions=" AND ".join(conditions),
        limit=limit,
    )
    asked = {**caller.parameters(), **binder.parameters}
    rows: list[tuple[Any, ...]] = fetch(sql, asked, before=AS_CALLER)
    if not rows:
        raise TokenRefused
    account_id, seen = rows[0][:_FIRST_OF_EVENT]
    found = [Event(*row[_FIRST_OF_EVENT:]) for row in rows if row[_FIRST_OF_EVENT] is not None]
    return account_id, seen, found


def _record(
    caller: Caller, action: str, account_id: int, seen: list[str], *, is_denied: bool = False,
    resource_id: str | None = None, detail: str | None = None,
) -> None:  # fmt: skip
    trail.write(
        Entry(
            action,
            "denied" if is_denied else "success",
            account_id=account_id,
            client_id=caller.client_id,
            resource_type=AUDIT_EVENT.name,
            resource_id=resource_id,
            patient_ids=array(seen) if seen else None,
            detail=detail,
            address=caller.address,
        )
    )
