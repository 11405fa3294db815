"""From changes to rows, within the caller's transaction.

https://hl7.org/fhir/R4/http.html#trules - deletes come first. What was written is looked at again
before anything is committed: whatever the caller might not write undoes it all.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from django.conf import settings

from fhirapi.audit.trail import Entry, trail
from fhirapi.outcomes import not_a_writer, not_yours_to_write
from fhirapi.search.opened import opened_content
from fhirapi.sql import array
from fhirapi.store import locks, rows, write
from fhirapi.store.caller import Caller
from fhirapi.store.constraint import OPEN
from fhirapi.store.rows import NotSeen
from fhirapi.store.write import Asked
from fhirapi.store.writer import NotAWriter, admit
from fhirapi.validation.check import check
from fhirapi.write_outcomes import invalid_resource, still_in_use, twice_in_transaction, wrong_type
from fhirapi.writing import conditions, references
from fhirapi.writing.care import require_colleagues, strangers_let_in
from fhirapi.writing.change import Change, Patch, Writer, Written
from fhirapi.writing.deeds import Deed, at, begun, settle
from fhirapi.writing.placing import Placed, place, require_same_patient

_MANY = 100  # new resources, from which COPY is quicker
_ACTIONS = {"created": "create", "updated": "update", "deleted": "delete", "found": "read"}
_METHODS = {"create": "POST", "update": "PUT", "patch": "PATCH"}
_MOMENT = timedelta(microseconds=1)


def admitted(caller: Caller) -> int:
    """The account for which the caller writes. Raises TokenRefused, or the 403 outcome."""
    try:
        return admit(caller)
    except NotAWriter:
        raise not_a_writer() from None


def store(writer: Writer, account_id: int, changes: Sequence[Change]) -> list[Written]:
    """What became of each. Raises an Outcome, or what the database says of others.

    The writer has been admitted in the same transaction.
    """
    deeds = [begun(change) for change in changes]
    for deed in deeds:
        with at(deed):
            writer.access.decide(deed.name, deed.change.interaction)
    conditions.resolve(writer, deeds)
    _lock(writer, deeds)
    conditions.require_still_meant(writer, deeds)
    for deed in deeds:
        with at(deed):
            settle(deed)
    _require_once(deeds)
    references.resolve(writer, deeds)
    for deed in deeds:
        with at(deed):
            _require_valid(deed)
    with _hidden_is_refused(deeds):
        _delete([deed for deed in deeds if deed.result == "deleted"])
    strange = strangers_let_in(writer, deeds)
    placed = place(writer, deeds)
    with _hidden_is_refused(deeds):
        row_ids = _store(placed)
    referring = references.local(deeds)
    patients = {("Patient", patient_id) for patient_id in _patient_ids(placed)}
    locks.hold({each.target for each in referring} | patients)
    _require_open(writer, placed, row_ids)
    require_same_patient(placed)
    require_colleagues(deeds, strange)
    if settings.REFERENTIAL_INTEGRITY:
        references.require_targets(writer, deeds, referring)
    _require_unused(deeds)
    written = [_written(writer, deed) for deed in deeds]
    _record(writer, account_id, deeds, placed)
    return written


@contextmanager
def _hidden_is_refused(deeds: Sequence[Deed]) -> Iterator[None]:
    """What we let pass, and the policies of the tables do not."""
    try:
        yield
    except (psycopg.errors.InsufficientPrivilege, NotSeen):
        raise not_yours_to_write(deeds[0].name) from None


def _opened(writer: Writer, deed: Deed) -> Asked:
    change = deed.change
    constraint = writer.access.decide(deed.name, change.interaction)
    opened = opened_content(change.resource_type, constraint, writer.access)
    return Asked(change.resource_type, deed.resource_id or "", opened)


def _lock(writer: Writer, deeds: Sequence[Deed]) -> None:
    asked = [_opened(writer, deed) for deed in deeds if deed.resource_id is not None]
    standing = write.lock(writer.caller, asked) if asked else {}
    for deed in deeds:
        deed.standing = standing.get(deed.identity)


def _require_once(deeds: Sequence[Deed]) -> None:
    """https://hl7.org/fhir/R4/http.html#trules: no resource more than once in a request."""
    seen = set()
    for deed in deeds:
        if deed.result in ("found", "nothing"):
            continue
        if deed.identity in seen:
            with at(deed):
                raise twice_in_transaction(*deed.identity)
        seen.add(deed.identity)


def _require_valid(deed: Deed) -> None:
    if deed.resource is None:
        return
    if deed.resource["resourceType"] != deed.name:
        raise wrong_type(deed.name)
    problems = check(deed.resource)
    if any(each.severity == "error" for each in problems):
        raise invalid_resource(tuple(problems))


def _delete(deeds: Sequence[Deed]) -> None:
    gone = [
        (each.standing.row_id, each.standing.version_id + 1, _after(each.standing.last_updated))
        for each in deeds
        if each.standing
    ]
    if gone:
        rows.delete(gone)
    for deed, (_, version_id, moment) in zip(deeds, gone, strict=True):
        deed.version_id, deed.last_updated = version_id, moment


def _after(last_updated: datetime | None) -> datetime:
    """Now, yet later than the version before, whatever the clock of another machine said."""
    now = datetime.now(UTC)
    return max(now, last_updated + _MOMENT) if last_updated else now


def _store(placed: Sequence[Placed]) -> list[int]:
    """The row ids, in their order."""
    fresh = [each for each in placed if each.deed.standing is None]
    new_ids = dict(zip(map(id, fresh), rows.take_ids(len(fresh)) if fresh else [], strict=True))
    made = [_row(each, new_ids.get(id(each))) for each in placed]
    new = [row for row, each in zip(made, placed, strict=True) if each.deed.standing is None]
    replaced = [row for row, each in zip(made, placed, strict=True) if each.deed.standing]
    if replaced:
        rows.replace(replaced)
    if new:
        (rows.insert_many if len(new) >= _MANY else rows.insert)(new)
    return [row.id for row in made]


def _row(placed: Placed, new_id: int | None) -> rows.Row:
    deed, standing = placed.deed, placed.deed.standing
    deed.version_id = standing.version_id + 1 if standing else 1
    deed.last_updated = _after(standing.last_updated if standing else None)
    row_id = standing.row_id if standing else new_id
    assert row_id is not None and deed.resource is not None, "one of them is there"  # noqa: S101, PT018
    row = rows.Row(
        row_id, deed.resource, placed.entry, deed.version_id, deed.last_updated,
        method=_METHODS[deed.change.interaction],
    )  # fmt: skip
    deed.content = rows.content_of(row)
    return row._replace(content=deed.content)


def _patient_ids(placed: Sequence[Placed]) -> set[str]:
    return {each.entry.patient_id for each in placed if each.entry.patient_id}


def _require_open(writer: Writer, placed: Sequence[Placed], row_ids: Sequence[int]) -> None:
    """What was written has to be the caller's to write, as what stood there before."""
    if not placed:
        return
    patients = [each.deed.identity[1] for each in placed if _is_new_patient(each.deed)]
    if patients:
        write.open_new_patients(writer.caller, patients)
    asked = [_opened(writer, each.deed) for each in placed]
    refused = write.closed(writer.caller, list(zip(row_ids, asked, strict=True)))
    for deed, _ in placed:
        with at(deed):
            if deed.identity in refused:
                raise not_yours_to_write(deed.name)


def _is_new_patient(deed: Deed) -> bool:
    return deed.name == "Patient" and deed.standing is None


def _require_unused(deeds: Sequence[Deed]) -> None:
    gone = [deed for deed in deeds if deed.result == "deleted"]
    if not gone:
        return
    ask = write.still_referred if settings.REFERENTIAL_INTEGRITY else write.patients_with_records
    locks.hold_alone([deed.identity for deed in gone])
    used = ask([deed.identity for deed in gone])
    for deed in gone:
        with at(deed):
            if deed.identity in used:
                raise still_in_use(*deed.identity)


def _written(writer: Writer, deed: Deed) -> Written:
    standing = deed.standing
    if deed.result == "found" and standing:
        version_id, last_updated = standing.version_id, standing.last_updated
        return Written(deed.result, *deed.identity, version_id, last_updated, standing.content)
    return Written(
        deed.result, *deed.identity, deed.version_id, deed.last_updated, deed.content,
        may_be_told=not isinstance(deed.change, Patch) or _may_read(writer, deed),
    )  # fmt: skip


def _may_read(writer: Writer, deed: Deed) -> bool:
    """Whoever may change a part, and not read, must not be told the whole."""
    reading = writer.access.constraint(deed.name, "read")
    return reading in (OPEN, writer.access.constraint(deed.name, "patch"))


def _record(
    writer: Writer, account_id: int, deeds: Sequence[Deed], placed: Sequence[Placed]
) -> None:
    """Before and after: a record may have been one patient's and be another's now."""
    told = [deed for deed in deeds if deed.result in _ACTIONS]
    if not told:
        return
    now = {id(each.deed): each.entry.patient_id for each in placed}
    trail.write_within(
        [
            Entry(
                _ACTIONS[deed.result],
                "success",
                account_id=account_id,
                client_id=writer.caller.client_id,
                resource_type=deed.name,
                resource_id=deed.resource_id,
                patient_ids=_patients(deed, now.get(id(deed))),
                address=writer.caller.address,
            )
            for deed in told
        ]
    )


def _patients(deed: Deed, now: str | None) -> str | None:
    before = deed.standing.patient_id if deed.standing else None
    either = list(dict.fromkeys(filter(None, (before, now))))
    return array(either) if either else None
