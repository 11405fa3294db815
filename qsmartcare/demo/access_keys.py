"""The demo's access keys: Rebecca's own, and three of her provider, of which one may write."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from fhirapi.smart.models import AccessKey
from fhirapi.smart.people import keys
from qsmartcare.demo.people import DemoAccount
from qsmartcare.kept import Kept

_VALIDITY = timedelta(days=365)


def ensure_access_keys(accounts: dict[str, DemoAccount], kept: Kept) -> list[dict[str, Any]]:
    rebecca, john = (_record_id(accounts[name]) for name in ("patient", "patient2"))
    wanted = (
        ("patient", "Demo", [rebecca]),
        ("provider", "Demo: Rebecca and John", [rebecca, john]),
        ("provider", "Demo: Rebecca", [rebecca]),
    )
    made = [_ensure(accounts[owner], label, ids, kept) for owner, label, ids in wanted]
    return [*made, _ensure_writing(accounts["provider"], [rebecca, john], kept)]


def _ensure_writing(owner: DemoAccount, patient_ids: list[str], kept: Kept) -> dict[str, Any]:
    told = _ensure(owner, "Demo: reads and writes", patient_ids, kept)
    key = keys.keys_of(owner.account).get(access_key_id=told["access_key_id"])
    if not key.may_write:
        keys.set_may_write(key, True)
    return {**told, "may_write": True, "scope": key.data_access_grant.scope}


def _ensure(owner: DemoAccount, label: str, patient_ids: list[str], kept: Kept) -> dict[str, Any]:
    key = _made_before(owner, label, kept)
    today = timezone.localdate()
    if key is None:
        key = keys.create(
            owner.account,
            patient_ids=patient_ids,
            valid_from=today,
            valid_to=today + _VALIDITY,
            label=label,
        )
    elif keys.status(key) is keys.KeyStatus.EXPIRED:
        keys.set_validity(key, key.valid_from, today + _VALIDITY)
    kept.set(_id_name(owner, label), key.access_key_id)
    return {
        "access_key_id": key.access_key_id,
        "secret_access_key": _secret(key, kept),
        "account": owner.role.name,
        "username": owner.account.username,
        "label": key.label,
        "patients": key.data_access_grant.patient_ids,
        "valid_from": key.valid_from.isoformat(),
        "valid_to": key.valid_to.isoformat(),
        "status": str(keys.status(key)),
    }


def _made_before(owner: DemoAccount, label: str, kept: Kept) -> AccessKey | None:
    """By its id, as its owner may have given it another name."""
    own, name = keys.keys_of(owner.account), _id_name(owner, label)
    known = own.filter(access_key_id=kept.get(name, str)) if name in kept else None
    return (known.first() if known else None) or own.filter(label=label).first()


def _id_name(owner: DemoAccount, label: str) -> str:
    return f"access-key-id.{owner.role.name}.{label}"


def _secret(key: AccessKey, kept: Kept) -> str:
    """From the file; shown again, which its trail records, only when it is new there."""
    name = f"access-key.{key.access_key_id}"
    if name not in kept or not keys.has_secret(key, kept.get(name, str)):
        kept.set(name, keys.reveal_secret(key))
    return str(kept.get(name, str))


def _record_id(account: DemoAccount) -> str:
    if account.role.record is None:
        raise LookupError(f"the demo account {account.role.name} stands for no record")
    return account.role.record.id
