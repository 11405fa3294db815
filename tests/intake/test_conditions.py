"""Conditions in Bundles: references by any search, and entries with ``ifNoneExist``."""

import json

import pytest

from fhirapi.store.models import Content
from tests import people
from tests.intake.conftest import Resource, Write, bundle, entry, load, only_if_new

pytestmark = pytest.mark.django_db
REBECCA = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")
GREY = people.practitioner("dr-grey", "Grey")
NPI = "http://hl7.org/fhir/sid/us-npi"


def stored(resource_type: str) -> Resource:
    found: Resource = json.loads(Content.objects.get(resource_type=resource_type).content)
    return found


def ids(resource_type: str) -> set[str]:
    found = Content.objects.filter(resource_type=resource_type)
    return set(found.values_list("resource_id", flat=True))


def about(subject: str, resource_id: str = "o") -> Resource:
    return {**people.observation(resource_id, ""), "subject": {"reference": subject}}


def doctor(resource_id: str, npi: str = "9999") -> Resource:
    identifier = [{"system": NPI, "value": npi}]
    return {**people.practitioner(resource_id, "Grey"), "identifier": identifier}


@pytest.mark.parametrize(
    "query",
    [
        "family=larson&birthdate=1978-04-12",
        "name:exact=Larson",
        "general-practitioner=dr-grey",
        "_id=142859",
        "identifier=9999094,0&gender=female",
        "birthdate=lt1980",
    ],
)
def test_a_reference_by_search_becomes_what_is_stored(write: Write, query: str) -> None:
    load(write("patient.ndjson", REBECCA))
    load(write("all.ndjson", about(f"Patient?{query}")))
    assert stored("Observation")["subject"] == {"reference": "Patient/142859"}


def test_what_it_means_may_come_with_it(write: Write) -> None:
    pulse = about("Patient?birthdate=1978-04-12")
    totals, rejects = load(write("b.json", bundle(entry(pulse), entry(REBECCA))))
    assert (totals.stored, rejects) == (2, [])


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("family=Wright", "means nothing that is stored or loaded"),
        ("family=Larson", "means more than one resource"),
        ("", "is not a search"),
        ("identifier=", "is not a search"),
        ("colour=red", "is not a search"),
        ("birthdate=yesterday", "is not a search"),
        ("family=Larson&_sort=birthdate", "is not a search"),
        ("general-practitioner.name=Grey", "is not a search"),
        ("_has:Observation:patient:code=8867-4", "is not a search"),
    ],
)
def test_what_does_not_mean_one_resource_is_a_reject(write: Write, query: str, reason: str) -> None:
    other = people.patient("2", "Ann", "Larson", "2", "1990-01-01")
    _, [reject] = load(write("all.ndjson", REBECCA, other, about(f"Patient?{query}")))
    assert reason in reject.reason
    assert reject.resource == "Observation/o"
    assert "Larson" not in reject.reason


def test_a_deleted_resource_is_not_meant(write: Write) -> None:
    load(write("staff.ndjson", doctor("old")))
    Content.objects.update(is_deleted=True)
    for number, query in enumerate([f"identifier={NPI}|9999", "name=Grey"]):
        performer = [{"reference": f"Practitioner?{query}"}]
        write(
            f"{number}.json", {**people.observation(str(number), "142859"), "performer": performer}
        )
    _, rejects = load(write("all.ndjson", REBECCA))
    assert ["means nothing" in reject.reason for reject in rejects] == [True, True]


@pytest.mark.parametrize("query", [f"identifier={NPI}|9999", "name=Grey", "Practitioner?name=Grey"])
def test_an_entry_is_not_created_where_its_condition_finds_one(write: Write, query: str) -> None:
    load(write("a.json", bundle(entry(doctor("dr-grey")))))
    pulse = {**people.observation("o", "142859"), "performer": [{"reference": "urn:uuid:1"}]}
    new = only_if_new(doctor("another"), query, "urn:uuid:1")
    totals, _ = load(write("b.json", bundle(entry(REBECCA), new, entry(pulse))))
    assert ids("Practitioner") == {"dr-grey"}
    assert stored("Observation")["performer"] == [{"reference": "Practitioner/dr-grey"}]
    assert totals.stored == 2


def test_it_is_created_where_its_condition_finds_none(write: Write) -> None:
    totals, _ = load(write("a.json", bundle(only_if_new(GREY, "name=Nobody"))))
    assert (totals.stored, ids("Practitioner")) == (1, {"dr-grey"})


def test_it_is_rejected_where_its_condition_finds_several(write: Write) -> None:
    load(write("a.json", bundle(entry(doctor("one")), entry(doctor("two")))))
    new = only_if_new(doctor("three"), f"identifier={NPI}|9999")
    _, [reject] = load(write("b.json", bundle(new)))
    assert "ifNoneExist means more than one" in reject.reason
    assert ids("Practitioner") == {"one", "two"}


def test_the_same_condition_in_many_bundles_creates_one(write: Write) -> None:
    query = f"identifier={NPI}|9999"
    bundles = []
    for number in range(3):
        pulse = about("Patient/142859", f"o{number}")
        pulse["performer"] = [{"reference": f"urn:uuid:{number}"}]
        new = only_if_new(doctor(f"dr-{number}"), query, f"urn:uuid:{number}")
        bundles.append(bundle(new, entry(pulse)))
    load(write("all.ndjson", bundle(entry(REBECCA)), *bundles))
    assert ids("Practitioner") == {"dr-0"}
    contents = Content.objects.filter(resource_type="Observation").values_list("content", flat=True)
    assert [json.loads(each)["performer"][0]["reference"] for each in contents] == [
        "Practitioner/dr-0"
    ] * 3


def test_a_bundle_for_a_patient_who_is_known_adds_to_that_record(write: Write) -> None:
    load(write("patient.ndjson", REBECCA))
    again = only_if_new({**REBECCA, "id": "x"}, "identifier=9999094", "urn:uuid:1")
    load(write("b.json", bundle(again, entry(about("urn:uuid:1")))))
    assert ids("Patient") == {"142859"}
    assert Content.objects.get(resource_type="Observation").patient_id == "142859"


def test_a_condition_that_cannot_be_asked_is_a_reject(write: Write) -> None:
    _, [reject] = load(write("a.json", bundle(only_if_new(GREY, "colour=red"))))
    assert "is not a search of Practitioner" in reject.reason
    assert not ids("Practitioner")


def test_what_had_to_wait_is_asked_again(write: Write) -> None:
    """Its condition is kept; what has come meanwhile, and is not it, is not doubled."""
    waiting = about("Patient/142859", "waited")
    write("a.json", bundle(only_if_new(waiting, "code=8867-4&patient=142859")))
    _, [reject] = load(write("b.ndjson", about("Patient/142859", "other"), REBECCA))
    assert ids("Observation") == {"other"}
    assert "another resource by now" in reject.reason
