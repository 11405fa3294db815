"""What people do with lists: make, rename, delete, put patients on them and take them off.

Only for patients whom the account treats, as over the API: whoever treats every member of a list
may write it (``store/write.py``). The lists that the product keeps are changed by care alone.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from fhirapi.bulk.groups import storing
from fhirapi.bulk.groups.kinds import Kind, kind_of
from fhirapi.bulk.groups.storing import By, Group, Standing
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import patients
from fhirapi.store import isolation, locks, write
from fhirapi.store.membership import members, patient_of, without

LONGEST_NAME = 100
_TREATING = (RecordLink.Kind.PRACTITIONER, RecordLink.Kind.STAFF)


class NoSuchGroup(LookupError):
    """There is none, or it is not the account's to change."""


class KeptByProduct(ValueError):
    """A panel or roster: who is under care, or managed, is on it."""


class PatientsNotYours(ValueError):
    """One of the patients is not treated by the account."""


class NoName(ValueError):
    """A list needs a name, of at most LONGEST_NAME characters."""


class TreatsNobody(ValueError):
    """The account neither is a practitioner nor works for one."""


class StillInUse(ValueError):
    """Something stored refers to the list."""


def practitioners_of(account: AbstractUser) -> list[str]:
    """Ids of the Practitioners that it is or works for, its own first: their lists are its own."""
    live = RecordLink.objects.filter(
        account_id=account.pk, resource_type__in=_TREATING, revoked_at=None
    )
    return list(live.order_by("resource_type", "pk").values_list("resource_id", flat=True))


@isolation.everybody()
def make(
    account: AbstractUser, name: str, patient_ids: Sequence[str], *, address: str | None = None
) -> str:
    """The id of the new Group. Raises NoName, PatientsNotYours and TreatsNobody."""
    managers = practitioners_of(account)
    if not managers:
        raise TreatsNobody
    wanted = list(dict.fromkeys(patient_ids))
    _require_treated(account, wanted)
    group_id = str(uuid4())
    group: Group = {
        "resourceType": "Group",
        "id": group_id,
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{group_id}"}],
        "active": True,
        "type": "person",
        "actual": True,
        "name": _name(name),
        "managingEntity": {"reference": f"Practitioner/{managers[0]}"},
    }
    storing.put(
        _with(group, [_joined(each) for each in wanted]), None, By(account.pk, address), wanted
    )
    return group_id


@isolation.everybody()
def rename(account: AbstractUser, group_id: str, name: str, *, address: str | None = None) -> None:
    """Raises NoName, NoSuchGroup and KeptByProduct."""
    standing, group = _own(account, group_id)
    if group.get("name") != _name(name):
        storing.put({**group, "name": _name(name)}, standing, By(account.pk, address))


@isolation.everybody()
def delete(account: AbstractUser, group_id: str, *, address: str | None = None) -> None:
    """Its history stays. Raises NoSuchGroup, KeptByProduct and StillInUse."""
    standing, _group = _own(account, group_id)
    identity = ("Group", group_id)
    locks.hold_alone([identity])
    if write.still_referred([identity]):
        raise StillInUse
    storing.delete(group_id, standing, By(account.pk, address))


@isolation.everybody()
def add(
    account: AbstractUser, group_id: str, patient_ids: Sequence[str], *, address: str | None = None
) -> list[str]:
    """Those who were not on it before. Raises NoSuchGroup, KeptByProduct and PatientsNotYours."""
    standing, group = _own(account, group_id)
    on_it = members(group)
    new = [each for each in dict.fromkeys(patient_ids) if each not in on_it]
    _require_treated(account, new)
    if new:
        elements = [*group.get("member", []), *map(_joined, new)]
        storing.put(_with(group, elements), standing, By(account.pk, address), new)
    return new


@isolation.everybody()
def remove(
    account: AbstractUser, group_id: str, patient_ids: Sequence[str], *, address: str | None = None
) -> list[str]:
    """Those who were on it. Raises NoSuchGroup and KeptByProduct."""
    return _remove(account, group_id, lambda named: set(patient_ids).intersection(named), address)


@isolation.everybody()
def remove_unseen(account: AbstractUser, group_id: str, *, address: str | None = None) -> list[str]:
    """Those whom the account does not see any more: until then the list is shown to no app."""
    return _remove(
        account, group_id, lambda named: named.difference(patients.may_see(account, named)), address
    )


def may_change(account: AbstractUser, group: Group, managers: Sequence[str]) -> bool:
    """``managers``: ``practitioners_of`` the account.

    Its own stay its own though a patient has left its care; others', while it treats everybody.
    """
    if kind_of(group) != Kind.AD_HOC:
        return False
    named = _named(group)
    return is_managed_by(group, managers) or bool(
        named and patients.treated(account, named) == named
    )


def is_managed_by(group: Group, managers: Sequence[str]) -> bool:
    reference = str(group.get("managingEntity", {}).get("reference", ""))
    return reference.removeprefix("Practitioner/") in managers and "/" in reference


def _own(account: AbstractUser, group_id: str) -> tuple[Standing, Group]:
    standing = storing.lock(group_id.replace("\x00", ""))
    if standing is None or standing.is_deleted:
        raise NoSuchGroup
    group = standing.group
    if may_change(account, group, practitioners_of(account)):
        return standing, group
    if kind_of(group) != Kind.AD_HOC and patients.may_see(account, _named(group)):
        raise KeptByProduct
    raise NoSuchGroup


def _remove(
    account: AbstractUser,
    group_id: str,
    leaving: Callable[[set[str]], set[str]],
    address: str | None,
) -> list[str]:
    standing, group = _own(account, group_id)
    gone = sorted(leaving(_named(group)))
    if gone:
        storing.put(_with(group, without(group, gone)), standing, By(account.pk, address), gone)
    return gone


def _named(group: Group) -> set[str]:
    """Former members too: whoever is named in it."""
    return {each for each in map(patient_of, group.get("member", [])) if each}


def _require_treated(account: AbstractUser, patient_ids: Sequence[str]) -> None:
    wanted = set(patient_ids)
    if any("\x00" in each for each in wanted) or patients.treated(account, wanted) != wanted:
        raise PatientsNotYours


def _name(text: str) -> str:
    name = " ".join(text.replace("\x00", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise NoName
    return name


def _joined(patient_id: str) -> dict[str, Any]:
    """Without the patient's name: whoever may read the list may not read it in every record."""
    return {
        "entity": {"reference": f"Patient/{patient_id}"},
        "period": {"start": timezone.localdate().isoformat()},
    }


def _with(group: Group, elements: Sequence[dict[str, Any]]) -> Group:
    """https://hl7.org/fhir/R4/json.html: no element is an empty list."""
    made: Group = {**group, "quantity": 0, "member": list(elements)}
    made["quantity"] = len(members(made))
    if not elements:
        del made["member"]
    return made
