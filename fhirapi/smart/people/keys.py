"""Access keys: what an account makes, shows, rotates and switches off under Manage API."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.encryption import decrypt, encrypt
from fhirapi.smart import secrets
from fhirapi.smart.models import (
    AccessKey,
    AccessToken,
    Client,
    DataAccessGrant,
    RecordLink,
    RefreshToken,
    TeamMember,
)
from fhirapi.smart.people import patients
from fhirapi.smart.team_roles import MANAGES
from fhirapi.sql import fetch

PATIENT_SCOPE = "patient/*.rs offline_access"
PROVIDER_SCOPE = "user/*.rs offline_access"
WRITING_SCOPE = "user/*.cruds offline_access"

OVERLAPS: dict[str, timedelta | None] = {
    "now": None,
    "1 hour": timedelta(hours=1),
    "24 hours": timedelta(hours=24),
    "7 days": timedelta(days=7),
}
"""How long the old secret may go on working after a rotation."""

Action = AuditRecord.Action

_MAY_HAVE_KEYS = """
SELECT patient_id FROM fhirapi_keypatient WHERE account_id = %s AND patient_id = ANY(%s)
"""
_UNDER_CARE = """
SELECT patient_id FROM fhirapi_carerelationship WHERE practitioner_id = %s AND patient_id = ANY(%s)
"""


class KeyStatus(StrEnum):
    ACTIVE = gettext_noop("Active")
    INACTIVE = gettext_noop("Inactive")
    EXPIRED = gettext_noop("Expired")
    NOT_YET_VALID = gettext_noop("Not yet valid")

    @property
    def is_usable(self) -> bool:
        return self is KeyStatus.ACTIVE


class PatientsNotYours(ValueError):
    """A patient was named whom the account may not see, or none at all."""


class TreatsNobody(ValueError):
    """A key that may write is for those who treat patients, or manage the team of one who does."""


class NoRecordLink(ValueError):
    """The account is not linked to a record, so there is nothing a key could open."""


class EarlierStillWorks(Exception):
    """The secret before the current one is within its overlap, which this rotation would end."""


class ValidityReversed(ValueError):
    """Valid To lies before Valid From."""


def keys_of(account: AbstractUser) -> QuerySet[AccessKey]:
    return (
        AccessKey.objects.filter(data_access_grant__account_id=account.pk)
        .select_related("data_access_grant")
        .order_by("-id")
    )


def find(access_key_id: str) -> AccessKey | None:
    """By AccessKeyID, in any letter case; with everything a token request needs."""
    return (
        AccessKey.objects.select_related("data_access_grant__account", "data_access_grant__client")
        .filter(access_key_id=access_key_id.upper(), data_access_grant__account__is_active=True)
        .first()
    )


def status(key: AccessKey, today: date | None = None) -> KeyStatus:
    today = today or timezone.localdate()
    if not key.is_active:
        return KeyStatus.INACTIVE
    if key.valid_from > today:
        return KeyStatus.NOT_YET_VALID
    if key.valid_to < today:
        return KeyStatus.EXPIRED
    return KeyStatus.ACTIVE


def why_unusable(key: AccessKey) -> str | None:
    """A sentence for the app's developer with the way out; None while the key works."""
    match status(key):
        case KeyStatus.INACTIVE:
            return "The access key is inactive. Activate it in the portal."
        case KeyStatus.EXPIRED:
            return f"The access key expired on {key.valid_to:%m/%d/%Y}. Extend it in the portal."
        case KeyStatus.NOT_YET_VALID:
            return f"The access key is not valid before {key.valid_from:%m/%d/%Y}."
        case _:
            return None


def earlier_works_until(key: AccessKey) -> datetime | None:
    """Until when the secret before the last rotation goes on working; None: it does not."""
    until = key.previous_secret_until
    return until if until and until > timezone.now() else None


def has_secret(key: AccessKey | None, secret: str, now: datetime | None = None) -> bool:
    """Whether this is the key's secret, or the one before it during the chosen overlap.

    The same work for a key that does not exist: time tells nothing.
    """
    stored = (key.secret_digest, key.previous_secret_digest) if key else ("", "")
    is_current, is_previous = (secrets.matches(secret, each) for each in stored)
    until = key.previous_secret_until if key else None
    return is_current or (is_previous and until is not None and until > (now or timezone.now()))


@transaction.atomic
def create(
    account: AbstractUser,
    *,
    patient_ids: list[str],
    valid_from: date,
    valid_to: date,
    label: str = "",
    may_write: bool = False,
    address: str | None = None,
) -> AccessKey:
    """Raises ValidityReversed, NoRecordLink, PatientsNotYours, TreatsNobody."""
    if valid_to < valid_from:
        raise ValidityReversed("Valid To must not lie before Valid From.")
    own = patients.own_patient_id(account)
    if own is None and not _has_link(account):
        raise NoRecordLink("This account is not linked to a record yet.")
    _require_own(account, patient_ids)
    if may_write:
        _require_treating(account)
    access_key_id, secret = secrets.new_access_key_id(), secrets.new_secret()
    client = Client.objects.create(
        client_id=access_key_id,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_AUTHORIZATION_CODE,
        # Unusable: an access key's secret is checked by has_secret and nothing else.
        client_secret=secrets.new_secret(),
        name=_client_name(access_key_id, label),
    )
    grant = DataAccessGrant.objects.create(
        account_id=account.pk,
        client=client,
        patient_ids=patient_ids,
        scope=_scope(own, patient_ids, may_write),
    )
    key = AccessKey.objects.create(
        data_access_grant=grant,
        access_key_id=access_key_id,
        label=label,
        secret_encrypted=encrypt(secret),
        secret_digest=secrets.digest(secret),
        valid_from=valid_from,
        valid_to=valid_to,
        may_write=may_write,
    )
    _record(key, Action.KEY_CREATE, address, "may write" if may_write else None)
    return key


def reveal_secret(key: AccessKey, *, address: str | None = None) -> str:
    """The SecretAccessKey in clear. The caller has asked for the PIN; the trail says so."""
    _record(key, Action.KEY_REVEAL, address)
    return decrypt(key.secret_encrypted)


@transaction.atomic
def rotate(
    key: AccessKey,
    *,
    overlap: timedelta | None,
    may_end_earlier: bool = True,
    address: str | None = None,
) -> None:
    """A new secret under the same AccessKeyID.

    With an overlap the old secret works until it ends, and tokens live out their time. Without
    one the old secret and every token die now. One old secret works at a time: that of an earlier
    rotation ends now, and ``may_end_earlier`` says whether that is wanted; else EarlierStillWorks.
    """
    _lock(key)
    if earlier_works_until(key) and not may_end_earlier:
        raise EarlierStillWorks
    secret = secrets.new_secret()
    key.previous_secret_digest = key.secret_digest if overlap else ""
    key.previous_secret_until = timezone.now() + overlap if overlap else None
    key.secret_encrypted = encrypt(secret)
    key.secret_digest = secrets.digest(secret)
    key.rotated_at = timezone.now()
    key.save(
        update_fields=[
            "previous_secret_digest", "previous_secret_until", "secret_encrypted",
            "secret_digest", "rotated_at",
        ]
    )  # fmt: skip
    if overlap is None:
        _end_tokens(key)
    _record(key, Action.KEY_ROTATE, address, f"overlap: {overlap or 'none'}")


@transaction.atomic
def set_active(key: AccessKey, active: bool, *, address: str | None = None) -> None:
    """Switching off ends the key's tokens at once; switching on again asks for new ones."""
    _lock(key)
    key.is_active = active
    key.save(update_fields=["is_active"])
    if not active:
        _end_tokens(key)
    _record(key, Action.KEY_CHANGE, address, "activated" if active else "deactivated")


@transaction.atomic
def set_validity(
    key: AccessKey, valid_from: date, valid_to: date, *, address: str | None = None
) -> None:
    if valid_to < valid_from:
        raise ValidityReversed("Valid To must not lie before Valid From.")
    _lock(key)
    key.valid_from, key.valid_to = valid_from, valid_to
    key.save(update_fields=["valid_from", "valid_to"])
    _record(key, Action.KEY_CHANGE, address, f"valid {valid_from} to {valid_to}")


@transaction.atomic
def set_label(key: AccessKey, label: str, *, address: str | None = None) -> None:
    """The trail says that it changed, not to what: people write names of others into it."""
    _lock(key)
    key.label = label
    key.save(update_fields=["label"])
    client = key.data_access_grant.client
    client.name = _client_name(key.access_key_id, label)
    client.save(update_fields=["name"])
    _record(key, Action.KEY_CHANGE, address, "label changed")


def may_let_write(account: AbstractUser) -> bool:
    """Who treats patients, or manages the team of one who does: as for keys at all."""
    own = RecordLink.objects.filter(
        account_id=account.pk, resource_type=RecordLink.Kind.PRACTITIONER, revoked_at=None
    )
    managed = TeamMember.objects.live().filter(account_id=account.pk, role__in=MANAGES)
    return own.exists() or managed.exists()


@transaction.atomic
def set_may_write(key: AccessKey, may_write: bool, *, address: str | None = None) -> None:
    """Narrowed, its tokens write no more from the next request on; widened, they are renewed first.

    Raises TreatsNobody.
    """
    _lock(key)
    grant = key.data_access_grant
    if may_write:
        _require_treating(grant.account)
    key.may_write = may_write
    key.save(update_fields=["may_write"])
    _follow(key)
    _record(key, Action.KEY_CHANGE, address, "may write" if may_write else "may not write any more")


@transaction.atomic
def choose_patients(key: AccessKey, patient_ids: list[str], *, address: str | None = None) -> None:
    """Replaces the key's patients. Tokens follow at once: they ask the grant at every use."""
    _lock(key)
    _require_own(key.data_access_grant.account, patient_ids)
    _name_patients(key, patient_ids, address, "patients chosen")


def _name_patients(
    key: AccessKey, patient_ids: list[str], address: str | None, detail: str
) -> None:
    grant = key.data_access_grant
    grant.patient_ids = patient_ids
    grant.save(update_fields=["patient_ids"])
    _follow(key)
    _record(key, Action.KEY_CHANGE, address, detail)


def take_away(account: AbstractUser, practitioner_id: str, *, address: str | None) -> None:
    """The practitioner's patients from the keys of an account that makes none for them any more.

    Who else a key names stays, to be read unless the account treats others. A key that opens
    nobody then is switched off.
    """
    for key in keys_of(account).filter(is_active=True):
        _lock(key)
        mine = _may_have(account, key.patient_ids)
        under_care = {row[0] for row in fetch(_UNDER_CARE, [practitioner_id, key.patient_ids])}
        if not mine:
            set_active(key, False, address=address)
        elif lost := under_care - mine:
            kept = [each for each in key.patient_ids if each not in lost]
            _name_patients(key, kept, address, "patients of a team taken away")
        if mine and key.may_write and not may_let_write(account):
            set_may_write(key, False, address=address)


def _may_have(account: AbstractUser, patient_ids: Iterable[str]) -> set[str]:
    """Not those whom the account sees only as somebody's staff, unless it manages the team."""
    return {row[0] for row in fetch(_MAY_HAVE_KEYS, [account.pk, list(patient_ids)])}


def _follow(key: AccessKey) -> None:
    """A patient/ scope would be about nobody once there are several patients, and never writes."""
    grant = key.data_access_grant
    grant.refresh_from_db(fields=["patient_ids", "scope"])
    if grant.scope in (PATIENT_SCOPE, PROVIDER_SCOPE, WRITING_SCOPE):
        own = patients.own_patient_id(grant.account)
        grant.scope = _scope(own, key.patient_ids, key.may_write)
        grant.save(update_fields=["scope"])


def _scope(own: str | None, patient_ids: list[str], may_write: bool) -> str:
    if may_write:
        return WRITING_SCOPE
    return PATIENT_SCOPE if patient_ids == [own] else PROVIDER_SCOPE


def _client_name(access_key_id: str, label: str) -> str:
    return label or f"Access key {access_key_id}"


def _has_link(account: AbstractUser) -> bool:
    return RecordLink.objects.filter(account_id=account.pk, revoked_at=None).exists()


def _require_own(account: AbstractUser, patient_ids: Iterable[str]) -> None:
    wanted = set(patient_ids)
    if not wanted or wanted - _may_have(account, wanted):
        raise PatientsNotYours("Choose patients from your own record or under your care.")


def _require_treating(account: AbstractUser) -> None:
    if not may_let_write(account):
        raise TreatsNobody("Only who treats patients makes keys that may write.")


def _lock(key: AccessKey) -> None:
    """One change of a key after the other, each on its newest state; tokens wait as well."""
    grant = key.data_access_grant
    key.refresh_from_db(from_queryset=AccessKey.objects.select_for_update())
    key.data_access_grant = grant


def _end_tokens(key: AccessKey) -> None:
    AccessToken.objects.filter(data_access_grant=key.data_access_grant).delete()
    RefreshToken.objects.filter(data_access_grant=key.data_access_grant).delete()


def _record(
    key: AccessKey, action: AuditRecord.Action, address: str | None, detail: str | None = None
) -> None:
    record(
        action,
        account_id=key.data_access_grant.account_id,
        client_id=key.access_key_id,
        patient_ids=key.data_access_grant.patient_ids,
        detail=detail,
        address=address,
    )
