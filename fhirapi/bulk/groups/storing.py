"""Writes a Group: a new version each time, with its audit record, and approvals that follow it.

Within the caller's transaction, as ``writing/transaction.py`` does for requests of the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fhirapi.audit.trail import Entry, trail
from fhirapi.definitions import registry
from fhirapi.smart.tokens import followed
from fhirapi.sql import array, fetch
from fhirapi.store import exact, locks, rows
from fhirapi.store.entry import entry_of

Group = dict[str, Any]

_LOCK = """
SELECT id, version_id, last_updated, is_deleted, content FROM fhirapi_content
WHERE resource_type = 'Group' AND resource_id = %s FOR UPDATE
"""
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class By:
    """Who changes a list; without an account it is the product itself."""

    account_id: int | None = None
    address: str | None = None


@dataclass(frozen=True)
class Standing:
    """A list as it is; nobody else changes it before the transaction ends."""

    row_id: int
    version_id: int
    last_updated: datetime
    is_deleted: bool
    content: str

    @property
    def group(self) -> Group:
        found: Group = exact.parse(self.content)
        return found


def lock(group_id: str) -> Standing | None:
    """A deleted one too."""
    found = fetch(_LOCK, [group_id])
    return Standing(*found[0]) if found else None


def put(group: Group, standing: Standing | None, by: By, patient_ids: Sequence[str] = ()) -> None:
    """``patient_ids``: who comes or goes by it, for the trail."""
    locks.hold(("Patient", each) for each in patient_ids)
    resource_type = registry.find("Group")
    assert resource_type is not None, "it is declared"  # noqa: S101
    is_new = standing is None or standing.is_deleted
    meta = {name: each for name, each in group.get("meta", {}).items() if name not in _SERVERS}
    resource = {"resourceType": "Group", "id": group["id"], "meta": meta, **_rest(group)}
    row = rows.Row(
        standing.row_id if standing else rows.take_ids(1)[0],
        resource,
        entry_of(resource_type, resource),
        standing.version_id + 1 if standing else 1,
        _after(standing),
        method="POST" if is_new else "PUT",
    )
    if standing:
        rows.replace([row])
    else:
        rows.insert([row])
    _told("create" if is_new else "update", group["id"], by, patient_ids)
    followed.follow(group["id"])


def delete(group_id: str, standing: Standing, by: By) -> None:
    rows.delete([(standing.row_id, standing.version_id + 1, _after(standing))])
    _told("delete", group_id, by)
    followed.follow(group_id)


_SERVERS = frozenset({"versionId", "lastUpdated"})
_HEAD = frozenset({"resourceType", "id", "meta"})


def _rest(group: Group) -> Group:
    return {name: each for name, each in group.items() if name not in _HEAD}


def _after(standing: Standing | None) -> datetime:
    """Now, yet later than the version before, whatever the clock of another machine said."""
    now = datetime.now(UTC)
    return max(now, standing.last_updated + _MOMENT) if standing else now


def _told(action: str, group_id: str, by: By, patient_ids: Sequence[str] = ()) -> None:
    trail.write_within(
        [
            Entry(
                action,
                "success",
                account_id=by.account_id,
                client_id=None,
                resource_type="Group",
                resource_id=group_id,
                patient_ids=array(patient_ids) if patient_ids else None,
                detail="portal" if by.account_id else "kept by the product",
                address=by.address,
            )
        ]
    )
