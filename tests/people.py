"""The people of the tests: patients, their doctor, and a doctor who does not know them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone

from fhirapi.smart.models import AccessKey, RecordLink
from fhirapi.smart.people import keys, links
from portal.accounts.create import create_account
from portal.accounts.models import Account

PASSWORD = "a long enough phrase"
PIN = "482915"


@dataclass
class Person:
    """An account with the record it stands for."""

    account: Account
    resource_id: str

    @cached_property
    def key(self) -> AccessKey:
        return make_key(self, [self.resource_id])

    @property
    def secret(self) -> str:
        return keys.reveal_secret(self.key)


def make_key(person: Person, patient_ids: list[str], **kwargs: Any) -> AccessKey:
    return keys.create(
        person.account,
        patient_ids=patient_ids,
        **{"valid_from": date(2020, 1, 1), "valid_to": date(2099, 12, 31), **kwargs},
    )


def patient(
    patient_id: str, given: str, family: str, mrn: str, born: str, doctor: str = "dr-grey"
) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": patient_id,
        "identifier": [
            {
                "type": {"coding": [{"code": "MR"}]},
                "system": "https://qsmartcare.example/mrn",
                "value": mrn,
            }
        ],
        "name": [{"family": family, "given": [given]}],
        "gender": "female",
        "birthDate": born,
        "generalPractitioner": [{"reference": f"Practitioner/{doctor}"}],
    }


def practitioner(practitioner_id: str, family: str) -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": practitioner_id,
        "name": [{"family": family, "given": ["Ada"]}],
    }


def observation(
    observation_id: str,
    patient_id: str,
    *,
    code: str = "8867-4",
    on: str = "2024-03-05",
    category: str = "vital-signs",
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": observation_id,
        "status": "final",
        "category": [{"coding": [{"system": "urn:category", "code": category}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": on,
        "valueQuantity": {"value": 72.50, "unit": "/min"},
    }


def encounter(encounter_id: str, patient_id: str, on: str, words: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": encounter_id,
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [{"text": words}],
        "subject": {"reference": f"Patient/{patient_id}"},
        "period": {"start": f"{on}T09:00:00Z"},
    }


def account(username: str, given: str, family: str, **kwargs: Any) -> Account:
    return create_account(
        username=username,
        password=PASSWORD,
        pin=PIN,
        first_name=given,
        last_name=family,
        email=f"{username}@example.com",
        **kwargs,
    )


def linked_patient(username: str, given: str, family: str, patient_id: str) -> Person:
    made = account(username, given, family, wants_patient=True)
    links.link(made, "Patient", patient_id, method=RecordLink.Method.DEMO)
    return Person(made, patient_id)


def linked_doctor(username: str, family: str, practitioner_id: str) -> Person:
    made = account(username, "Ada", family, wants_provider=True)
    made.provider_approved_at = timezone.now()
    made.save()
    links.link(made, "Practitioner", practitioner_id, method=RecordLink.Method.DEMO)
    return Person(made, practitioner_id)


def narrow(person: Person, scope: str) -> None:
    """Leaves the person's access key no more than these scopes."""
    person.key.data_access_grant.scope = scope
    person.key.data_access_grant.save()


def writing_key(
    person: Person, scope: str = "user/*.cruds", patient_ids: list[str] | None = None
) -> AccessKey:
    """A key that may write, for these patients; without any: for Rebecca."""
    key = make_key(person, patient_ids or ["142859"])
    key.may_write = True
    key.save()
    grant = key.data_access_grant
    grant.scope = scope
    grant.save()
    return key
