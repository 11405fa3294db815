"""Bundles: references between entries, conditional references, entries without an id."""

import json
from uuid import uuid4

import pytest

from fhirapi.store.models import Content
from tests import people
from tests.intake.conftest import Resource, Write, bundle, entry, load

pytestmark = pytest.mark.django_db
REBECCA = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")
NPI = "http://hl7.org/fhir/sid/us-npi"


def doctor(resource_id: str, npi: str) -> Resource:
    identifier = [{"system": NPI, "value": npi}]
    return {**people.practitioner(resource_id, "Grey"), "identifier": identifier}


def seen_by(npi: str) -> Resource:
    performer = [{"reference": f"Practitioner?identifier={NPI}|{npi}"}]
    return {**people.observation("o", "142859"), "performer": performer}


def stored(resource_type: str) -> Resource:
    found: Resource = json.loads(Content.objects.get(resource_type=resource_type).content)
    return found


def without_id(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name != "id"}


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection", "searchset", "document"])
def test_entries_refer_to_each_other_by_their_full_urls(write: Write, kind: str) -> None:
    uuid = str(uuid4())
    pulse = {**people.observation("o", ""), "subject": {"reference": f"urn:uuid:{uuid}"}}
    folder = write(
        "bundle.json",
        bundle(entry(pulse), entry(without_id(REBECCA), f"urn:uuid:{uuid}"), kind=kind),
    )
    assert load(folder)[0].stored == 2
    assert stored("Patient")["id"] == uuid
    assert stored("Observation")["subject"] == {"reference": f"Patient/{uuid}"}


def test_a_full_url_of_another_server_becomes_type_and_id(write: Write) -> None:
    url = "https://elsewhere.example/fhir/Patient/142859"
    pulse = {**people.observation("o", ""), "subject": {"reference": url}}
    load(write("bundle.json", bundle(entry(without_id(REBECCA), url), entry(pulse))))
    assert stored("Observation")["subject"] == {"reference": "Patient/142859"}


def test_what_is_not_in_the_bundle_is_named_by_entry(write: Write) -> None:
    pulse = {**people.observation("o", ""), "subject": {"reference": "urn:uuid:not-here"}}
    totals, rejects = load(write("b.json", bundle(entry(REBECCA), entry(pulse), {"fullUrl": "x"})))
    assert totals.stored == 1
    assert {(each.at, each.resource) for each in rejects} == {
        ("entry 2", "Observation/o"), ("entry 3", ""),
    }  # fmt: skip


def test_new_ids_hold_within_the_bundle(write: Write) -> None:
    pulse = {**people.observation("o", ""), "subject": {"reference": "urn:uuid:1"}}
    load(write("b.json", bundle(entry(pulse), entry(REBECCA, "urn:uuid:1"))), ids="new")
    assert stored("Observation")["subject"]["reference"] == f"Patient/{stored('Patient')['id']}"
    assert stored("Patient")["id"] != "142859"


def test_a_conditional_reference_finds_what_is_stored(write: Write) -> None:
    load(write("hospitalInformation1.json", bundle(entry(doctor("dr-grey", "9999")))))
    load(write("rebecca.json", bundle(entry(REBECCA), entry(seen_by("9999")))))
    assert stored("Observation")["performer"] == [{"reference": "Practitioner/dr-grey"}]


def test_and_what_comes_with_it_or_later(write: Write) -> None:
    write("rebecca.json", bundle(entry(REBECCA), entry(seen_by("9999"))))
    totals, _ = load(write("staff.ndjson", doctor("dr-grey", "9999")))
    assert totals.stored == 3
    assert stored("Observation")["performer"] == [{"reference": "Practitioner/dr-grey"}]


@pytest.mark.parametrize(
    ("doctors", "reason"),
    [
        ([], "means nothing that is stored"),
        ([doctor("a", "9999"), doctor("b", "9999")], "more than one"),
    ],
)
def test_none_or_several_are_a_reject(write: Write, doctors: list[Resource], reason: str) -> None:
    _, [reject] = load(write("a.json", bundle(*map(entry, [REBECCA, *doctors, seen_by("9999")]))))
    assert reason in reject.reason
    assert reject.resource == "Observation/o"
    assert "9999" not in reject.reason
