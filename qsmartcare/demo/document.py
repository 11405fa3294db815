"""Makes the demo and the document ``demo.json`` that tells a script everything about it."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from qsmartcare.demo.access_keys import ensure_access_keys
from qsmartcare.demo.apps import ensure_apps, remove_apps
from qsmartcare.demo.partners import ensure_partners
from qsmartcare.demo.people import DemoAccount, ensure_account, lock_accounts, roles
from qsmartcare.demo.population import GROUP_ID, REBECCA_ID, Person, patients
from qsmartcare.kept import Kept, write_private


class NotADemoDatabase(Exception):
    """The patients of this database are not the synthetic ones, so nobody opens them here."""


def install(data_dir: Path, target: Path) -> None:
    """Makes whatever of the demo is missing and writes its document to ``target``."""
    people = patients()
    if not any(each.id == REBECCA_ID for each in people):
        raise NotADemoDatabase
    kept = _kept(data_dir)
    with transaction.atomic():
        accounts = {role.name: ensure_account(role, kept) for role in roles(people)}
        document = {
            "base_url": settings.BASE_URL,
            "fhir_base_url": settings.FHIR_BASE_URL,
            "token_url": f"{settings.FHIR_BASE_URL}/oauth2/token.php",
            "outbox_url": f"{settings.BASE_URL}/demo/outbox/",
            "accounts": {name: _account(each) for name, each in accounts.items()},
            "access_keys": ensure_access_keys(accounts, kept),
            "clients": ensure_apps(kept, accounts["provider"].account),
            "patients": [_patient(each) for each in people],
            "group_id": GROUP_ID,
        }
        ensure_partners(*(accounts[name].account for name in ("provider", "patient2", "admin")))
    write_private(target, json.dumps(document, indent=2) + "\n")


def close(data_dir: Path) -> None:
    """Takes back what an earlier start with the demo opened."""
    if "patient.password" in _kept(data_dir):
        lock_accounts()
        remove_apps()


def _kept(data_dir: Path) -> Kept:
    return Kept(data_dir / "demo-secrets.json")


def _account(made: DemoAccount) -> dict[str, Any]:
    record = made.role.record
    is_provider = made.role.role == "provider"
    patients = (*made.role.wards, *([record] if record and not is_provider else []))
    return {
        "role": made.role.role,
        "username": made.account.username,
        "password": made.password,
        "pin": made.pin,
        "name": made.account.display_name,
        "email": made.account.email,
        "patient_id": record.id if record and not is_provider else None,
        "patient_ids": [each.id for each in patients] or None,
        "practitioner_id": record.id if record and is_provider else None,
    }


def _patient(person: Person) -> dict[str, str]:
    return {
        "id": person.id,
        "name": person.name,
        "mrn": person.mrn,
        "birth_date": person.birth_date,
        "email": person.email,
        "phone": person.phone,
    }
