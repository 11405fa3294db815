"""A whole synthetic record through the provider API: described, and unchanged when sent back."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fhirapi.provider import registry as kinds
from fhirapi.provider.schema import Does, Kind
from fhirapi.provider.schemas import schema_of
from fhirapi.store import exact
from fhirapi.store.models import Content
from fhirapi.synthetic.population import practice as practice_of
from fhirapi.synthetic.population import record
from tests.api import Api
from tests.people import linked_doctor
from tests.provider.client import Partner, partner

SEED = 7


@pytest.fixture
def doctor(api: Api) -> Partner:
    """With one patient, whose record is in the store as the demo has it."""
    resources = [*practice_of(SEED), *record(SEED, 0)]
    api.has(*resources)
    patient = next(each for each in resources if each["resourceType"] == "Patient")
    reference = patient["generalPractitioner"][0]["reference"]
    person = linked_doctor("doctor", "Doctor", reference.removeprefix("Practitioner/"))
    return partner(api, person, patient_ids=[patient["id"]])


def everything(doctor: Partner, kind: Kind) -> list[dict[str, Any]]:
    found, address = [], f"{kind.name}?limit=200"
    while address:
        response = doctor.get(address)
        assert response.status_code == 200, response.content
        told = exact.parse(response.content.decode())
        found += told["data"]
        address = told.get("next", "")
    return found


def stored(kind: Kind, record_id: str) -> dict[str, Any]:
    """Without what every change changes."""
    row = Content.objects.get(resource_type=kind.resource_type, resource_id=record_id)
    resource: dict[str, Any] = exact.parse(row.content)
    meta = {
        name: value
        for name, value in resource["meta"].items()
        if name not in ("versionId", "lastUpdated")
    }
    return {**resource, "meta": meta}


def test_every_record_is_as_its_kind_is_described(doctor: Partner) -> None:
    wrong: dict[str, str] = {}
    filled = set()
    for kind in kinds.every():
        validator = Draft202012Validator(schema_of(kind))
        for each in everything(doctor, kind):
            filled.add(kind.name)
            plain = _with_plain_numbers(each)
            if error := next(iter(validator.iter_errors(plain)), None):
                wrong[kind.name] = f"{error.json_path}: {error.message}"
    assert wrong == {}
    assert len(filled) > 25


def test_a_record_that_is_sent_back_as_it_was_read_stays_as_it_was(doctor: Partner) -> None:
    wrong: dict[str, Any] = {}
    for kind in kinds.every():
        if Does.UPDATE not in kind.does:
            continue
        for each in everything(doctor, kind)[:2]:
            path, before = f"{kind.name}/{each['id']}", stored(kind, each["id"])
            version = doctor.get(path)["ETag"].strip('"')
            body = exact.write(each).encode()
            response = doctor.put(path, body, version)
            if response.status_code != 200:
                wrong[path] = response.json()
            elif stored(kind, each["id"]) != before:
                wrong[path] = "changed"
    assert wrong == {}


def _with_plain_numbers(value: Any) -> Any:
    """Validators know no decimals."""
    if isinstance(value, dict):
        return {name: _with_plain_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_plain_numbers(each) for each in value]
    return value if value is None or isinstance(value, bool | int | str) else float(value)
