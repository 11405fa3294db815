"""What a backend service may see: an administrator approves it, once, for all its tokens.

https://hl7.org/fhir/smart-app-launch/backend-services.html - nobody signs in, so the approval is
made beforehand: an account that stands for the practice, and a standing grant to the service.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.access.overlap import is_within
from fhirapi.smart.access.scopes import parse_one
from fhirapi.smart.access.writes import grantable, reading
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RecordLink
from fhirapi.smart.people.links import link, unlink
from fhirapi.smart.published.practices import practices
from fhirapi.store import isolation
from fhirapi.store.membership import members
from fhirapi.store.models import Content

if TYPE_CHECKING:
    from django.db.models import Manager, QuerySet

_ORGANIZATION = RecordLink.Kind.ORGANIZATION.value


class NotABackendService(ValueError):
    """Only clients of that kind work without a person."""


class NoPractice(ValueError):
    """The store holds no Organization that runs a Location: load the practice's first."""


class NoSuchList(ValueError):
    """The store holds no such Group of patients, or it has no members."""


@dataclass(frozen=True)
class PatientList:
    """A Group of actual patients."""

    id: str
    name: str
    members: int


def standing_grant(client: Client) -> DataAccessGrant | None:
    """The approval in force."""
    live = DataAccessGrant.objects.filter(client=client, revoked_at=None)
    return live.order_by("-pk").first()


@transaction.atomic
def approve(
    client: Client,
    *,
    by: AbstractUser | None,
    patient_ids: list[str] | None = None,
    group_id: str | None = None,
    method: RecordLink.Method = RecordLink.Method.ADMINISTRATOR,
    address: str | None = None,
) -> DataAccessGrant:
    """For the ``system/`` scopes it is registered for. ``patient_ids``: None opens every record.
    ``group_id``: the list that these follow.

    Those that write only where its partner was approved for Provider Access. An earlier approval
    ends, its tokens too.
    """
    if client.kind != Client.Kind.BACKEND:
        raise NotABackendService(f"{client.client_id} is no backend service.")
    # Two who approve at once: the second finds, and ends, what the first has made.
    Client.objects.select_for_update().get(pk=client.pk)
    _end(client)
    account = _account_of(client, by, method)
    words = (word for word in client.allowed_scopes.split() if _is_of_system(word))
    scope = " ".join(grantable(words, may_write=client.may_write))
    grant = DataAccessGrant.objects.create(
        account_id=account.pk,
        client=client,
        scope=scope,
        patient_ids=patient_ids,
        group_id=group_id,
    )
    whom = "" if patient_ids is None else f" for {len(patient_ids)} patients"
    whom += " and whoever is on their list later" if group_id else ""
    _record(client, by, f"backend service approved{whom}", address)
    return grant


def let_write(client: Client) -> None:
    """Its partner has Provider Access now: what it may read, it may write, as registered."""
    grant = standing_grant(client) if client.kind == Client.Kind.BACKEND else None
    if grant is None:
        return
    before = grant.scope.split()
    words = filter(_is_of_system, client.allowed_scopes.split())
    grant.scope = " ".join(
        word for word in words if not reading(word) or is_within(reading(word), before)
    )
    grant.save(update_fields=["scope"])


@isolation.everybody()
def approve_list(
    client: Client,
    group_id: str,
    *,
    by: AbstractUser | None,
    as_it_changes: bool = False,
    address: str | None = None,
) -> DataAccessGrant:
    """For the patients who are members of the Group now; later ones need another approval.

    ``as_it_changes``: for those who are on it at the time (``followed.py``), whoever puts them
    there. Raises NoSuchList.
    """
    # Nobody changes the list before the grant is there to follow it.
    stored = _groups().select_for_update().filter(resource_id=group_id).first()
    patient_ids = members(orjson.loads(stored.content)) if stored else []
    if not patient_ids:
        raise NoSuchList("There is no such list of patients, or nobody is on it.")
    followed = group_id if as_it_changes else None
    return approve(client, by=by, patient_ids=patient_ids, group_id=followed, address=address)


def lists() -> list[PatientList]:
    """Those that somebody is on, by name."""
    with isolation.everybody():
        found = [orjson.loads(content) for content in _groups().values_list("content", flat=True)]
    named = [
        PatientList(str(group["id"]), str(group.get("name") or group["id"]), len(members(group)))
        for group in found
    ]
    return sorted((each for each in named if each.members), key=lambda each: each.name)


def _groups() -> "QuerySet[Content]":
    return Content.objects.filter(resource_type="Group", is_deleted=False)


@transaction.atomic
def withdraw(client: Client, *, by: AbstractUser | None, address: str | None = None) -> None:
    """Its tokens end now."""
    if not _end(client):
        return
    account = _accounts().filter(username=_username(client)).first()
    if account is not None:
        unlink(account, _ORGANIZATION, by=by)
        _accounts().filter(pk=account.pk).update(is_active=False)
    _record(client, by, "backend service withdrawn", address)


def _end(client: Client) -> bool:
    live = DataAccessGrant.objects.filter(client=client, revoked_at=None)
    AccessToken.objects.filter(application=client).delete()
    return bool(live.update(revoked_at=timezone.now()))


def _account_of(client: Client, by: AbstractUser | None, method: RecordLink.Method) -> AbstractUser:
    """Nobody signs in as it: it has neither password nor PIN, and no person may take its name."""
    account: AbstractUser
    account, is_new = _accounts().get_or_create(
        username=_username(client), defaults={"first_name": "Service", "last_name": client.name}
    )
    if is_new:
        account.set_unusable_password()
    account.is_active = True
    account.save()
    linked = RecordLink.objects.filter(
        account_id=account.pk, resource_type=_ORGANIZATION, revoked_at=None
    )
    if not linked.exists():
        found = practices()
        if not found:
            raise NoPractice("Load the practice's Organization and Location first.")
        link(account, _ORGANIZATION, found[0].id, method=method, by=by)
    return account


def _accounts() -> "Manager[Any]":
    return get_user_model()._default_manager


def _username(client: Client) -> str:
    return f"~service-{client.client_id}"


def _is_of_system(word: str) -> bool:
    scope = parse_one(word)
    return scope is not None and scope.context == "system"


def _record(client: Client, by: AbstractUser | None, what: str, address: str | None) -> None:
    record(
        AuditRecord.Action.APPROVE,
        account_id=by.pk if by else None,
        client_id=client.client_id,
        detail=what,
        address=address,
    )
