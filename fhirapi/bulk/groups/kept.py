"""The lists that the product keeps: practitioners' panels and organizations' rosters.

Who is on them follows from the records: ``Patient.generalPractitioner`` and
``Patient.managingOrganization``. ``manage.py refresh_groups`` brings them up to date, and writes a
version only where something differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils import timezone

from fhirapi.bulk.groups import storing
from fhirapi.bulk.groups.kinds import Kind, kept_id, kept_identifier, kind_of
from fhirapi.bulk.groups.storing import By, Group
from fhirapi.searchparams.keys import parameter_key
from fhirapi.smart.tokens import followed
from fhirapi.sql import fetch
from fhirapi.store import isolation, locks
from fhirapi.store.membership import members, patient_of
from fhirapi.store.models import Content

# The lines are of patients that are not deleted.
_UNDER_CARE = """
SELECT care.practitioner_id, array_agg(care.patient_id ORDER BY care.patient_id)
FROM fhirapi_carerelationship care
JOIN fhirapi_patientline line ON line.patient_id = care.patient_id
GROUP BY care.practitioner_id ORDER BY care.practitioner_id
"""
_MANAGED = """
SELECT link.target_id, array_agg(DISTINCT line.patient_id)
FROM fhirapi_patientline line
JOIN fhirapi_searchlink link
  ON link.row_id = line.row_id AND link.key = %s AND link.target_type = 'Organization'
GROUP BY link.target_id ORDER BY link.target_id
"""


@dataclass(frozen=True)
class _Source:
    """Whose patients a kind of list names."""

    kind: Kind
    resource_type: str
    sql: str
    parameters: Sequence[object]
    title: str


_SOURCES = (
    _Source(Kind.PANEL, "Practitioner", _UNDER_CARE, (), "Panel of {}"),
    _Source(
        Kind.ROSTER,
        "Organization",
        _MANAGED,
        (parameter_key("Patient", "organization"),),
        "Patients of {}",
    ),
)


@dataclass(frozen=True)
class _Wanted:
    head: Group
    """All of it but who is on it."""
    patient_ids: list[str]


def refresh(group_id: str | None = None) -> int:
    """How many lists changed. ``group_id``: only that one, if the product keeps it.

    Each in a transaction of its own. Approvals that follow a list are brought up to date too.
    """
    wanted = {each.head["id"]: each for each in _wanted(group_id)}
    changed = sum(_keep(each) for each in wanted.values())
    for gone in _kept_ids(group_id):
        if gone not in wanted:
            changed += _end(gone)
    if group_id is None:
        followed.follow_all()
    return changed


def _wanted(group_id: str | None) -> Iterator[_Wanted]:
    for source in _SOURCES:
        if group_id is not None and not group_id.startswith(f"{source.kind}-"):
            continue
        found = fetch(source.sql, source.parameters)
        ids = {kept_id(source.kind, of): of for of, _ in found}
        names = _names(source.resource_type, list(ids.values()))
        for (of, patient_ids), made in zip(found, ids, strict=True):
            if group_id in (None, made):
                yield _Wanted(_head(source, made, of, names.get(of)), patient_ids)


def _head(source: _Source, group_id: str, of: str, name: str | None) -> Group:
    """``name``: None where the resource itself is not stored."""
    called = name or f"{source.resource_type}/{of}"
    head: Group = {
        "resourceType": "Group",
        "id": group_id,
        "identifier": [kept_identifier(group_id)],
        "active": True,
        "type": "person",
        "actual": True,
        "name": source.title.format(called),
    }
    if name is not None:
        reference = f"{source.resource_type}/{of}"
        head["managingEntity"] = {"reference": reference, "display": called}
    return head


def _names(resource_type: str, ids: Sequence[str]) -> dict[str, str]:
    stored = Content.objects.filter(
        resource_type=resource_type, resource_id__in=ids, is_deleted=False
    )
    with isolation.everybody():
        found = [orjson.loads(each) for each in stored.values_list("content", flat=True)]
    return {each["id"]: _called(each) or f"{resource_type}/{each['id']}" for each in found}


def _called(resource: dict[str, Any]) -> str:
    """A name is a text for an organization, and has parts for a person."""
    name = resource.get("name", "")
    if isinstance(name, str):
        return name
    first: dict[str, Any] = next(iter(name), {})
    parts = [*first.get("prefix", []), *first.get("given", []), first.get("family", "")]
    return first.get("text") or " ".join(part for part in parts if part)


@isolation.everybody()
def _keep(wanted: _Wanted) -> bool:
    group_id = wanted.head["id"]
    locks.one_after_the_other([("Group", group_id)])  # who makes it, where two are at it
    standing = storing.lock(group_id)
    before = standing.group if standing and not standing.is_deleted else {}
    now, on_it = set(wanted.patient_ids), set(members(before))
    if before and now == on_it and _head_of(before) == wanted.head:
        return False
    staying = {
        patient_id: each
        for each in before.get("member", [])
        if (patient_id := patient_of(each)) in on_it
    }
    since = timezone.localdate().isoformat() if standing else None
    elements = [staying.get(each) or _joined(each, since) for each in wanted.patient_ids]
    group = {**wanted.head, "quantity": len(elements), "member": elements}
    storing.put(group, standing, By())
    return True


@isolation.everybody()
def _end(group_id: str) -> bool:
    """Nobody is under that care any more: a list without patients would be nobody's."""
    standing = storing.lock(group_id)
    if standing is None or standing.is_deleted:
        return False
    storing.delete(group_id, standing, By())
    return True


def _kept_ids(group_id: str | None) -> list[str]:
    stored = Content.objects.filter(resource_type="Group", is_deleted=False)
    if group_id is not None:
        stored = stored.filter(resource_id=group_id)
    with isolation.everybody():
        found = [orjson.loads(content) for content in stored.values_list("content", flat=True)]
    return [str(each["id"]) for each in found if kind_of(each) != Kind.AD_HOC]


def _head_of(group: Group) -> Group:
    others = ("meta", "quantity", "member")
    return {name: each for name, each in group.items() if name not in others}


def _joined(patient_id: str, since: str | None) -> dict[str, Any]:
    """``since``: None on the first version, as nobody knows when care began."""
    member: dict[str, Any] = {"entity": {"reference": f"Patient/{patient_id}"}}
    return {**member, "period": {"start": since}} if since else member
