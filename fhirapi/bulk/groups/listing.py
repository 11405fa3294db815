"""The lists that an account sees in the portal, and one of them with who is on it.

Those whose members the account all sees, as over the API, and those that are its own: of these it
may take off whom it does not see any more. Nobody is told of a member whom they do not see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.contrib.auth.models import AbstractUser

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.bulk.groups.change import is_managed_by, may_change, practitioners_of
from fhirapi.bulk.groups.kinds import Kind, kind_of
from fhirapi.definitions import registry
from fhirapi.searchparams.keys import parameter_key
from fhirapi.smart.people import patients
from fhirapi.sql import fetch
from fhirapi.store import isolation
from fhirapi.store.caller import ALLOWED, is_allowed
from fhirapi.store.membership import members
from fhirapi.store.visibility import visible

_LISTS = """
WITH caller AS (SELECT %(account)s::bigint AS account_id, NULL::text[] AS patient_ids), {allowed}
SELECT c.content, c.last_updated
FROM fhirapi_searchrow s JOIN fhirapi_content c ON c.id = s.id
WHERE s.resource_type = 'Group' {one} AND ({visible} OR EXISTS (
    SELECT FROM fhirapi_searchlink manager
    WHERE manager.row_id = s.id AND manager.key = %(managing)s
      AND manager.target_type = 'Practitioner' AND manager.target_id = ANY(%(managers)s)))
"""
_ORDER = (Kind.AD_HOC, Kind.PANEL, Kind.ROSTER)


@dataclass(frozen=True)
class PatientGroup:
    id: str
    name: str
    kind: Kind
    changed_at: datetime
    patient_ids: Sequence[str] = field(repr=False)
    """Who is on it now."""
    may_change: bool
    is_own: bool
    """Managed by a practitioner that the account is or works for."""

    @property
    def count(self) -> int:
        return len(self.patient_ids)


def groups(account: AbstractUser, *, address: str | None = None) -> list[PatientGroup]:
    """What people have made, panels, rosters; each by name."""
    found = _groups(account, None)
    _note(account, AuditRecord.Action.SEARCH, None, address)
    return sorted(found, key=lambda each: (_ORDER.index(each.kind), each.name.casefold(), each.id))


def group(
    account: AbstractUser, group_id: str, *, address: str | None = None
) -> PatientGroup | None:
    """None: there is none, or it is not the account's to see."""
    found = _groups(account, group_id.replace("\x00", ""))
    if not found:
        return None
    _note(account, AuditRecord.Action.READ, found[0].id, address)
    return found[0]


def unseen(account: AbstractUser, group: PatientGroup) -> int:
    """How many are on it whom the account does not see any more."""
    return group.count - len(patients.may_see(account, group.patient_ids))


def _groups(account: AbstractUser, group_id: str | None) -> list[PatientGroup]:
    managers = practitioners_of(account)
    resource_type = registry.find("Group")
    assert resource_type is not None, "it is declared"  # noqa: S101
    sql = _LISTS.format(
        allowed=ALLOWED,
        one="AND s.resource_id = %(group)s" if group_id is not None else "",
        visible=visible(resource_type, "s", is_allowed),
    )
    asked = {
        "account": account.pk,
        "group": group_id,
        "managing": parameter_key("Group", "managing-entity"),
        "managers": managers,
    }
    with isolation.everybody():
        found = fetch(sql, asked)
    return [
        _told(account, orjson.loads(content), changed_at, managers) for content, changed_at in found
    ]


def _told(
    account: AbstractUser, found: dict[str, Any], changed_at: datetime, managers: Sequence[str]
) -> PatientGroup:
    return PatientGroup(
        id=str(found["id"]),
        name=str(found.get("name") or found["id"]),
        kind=kind_of(found),
        changed_at=changed_at,
        patient_ids=members(found),
        may_change=may_change(account, found, managers),
        is_own=is_managed_by(found, managers),
    )


def _note(
    account: AbstractUser, action: AuditRecord.Action, group_id: str | None, address: str | None
) -> None:
    """Whose names are shown stands in a record of its own (``patients.some_of``)."""
    record(
        action,
        account_id=account.pk,
        resource_type="Group",
        resource_id=group_id,
        detail="portal",
        address=address,
    )
