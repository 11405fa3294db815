"""Records through the provider API: made, read, changed, deleted; one with what FHIR shows."""

import threading
from typing import Any

import pytest
from django.db import connection

from fhirapi.audit.models import AuditRecord
from fhirapi.store.models import Content, Version
from tests.api import Api, Session
from tests.people import Person
from tests.provider.client import Partner, fields, partner, problem, problem_of


def make(grey: Partner, **more: Any) -> dict[str, Any]:
    response = grey.post("problems", problem_of(**more))
    assert response.status_code == 201, response.content
    told: dict[str, Any] = response.json()
    return told


def fhir(api: Api, grey: Partner, path: str) -> Any:
    return Session(api.http, {"access_token": grey.token}).get(path)


def test_a_new_record_is_answered_with_its_address_and_version(grey: Partner) -> None:
    response = grey.post("problems", problem_of())
    made = response.json()
    assert (response.status_code, response["ETag"], made["version"]) == (201, '"1"', "1")
    assert response["Location"].endswith(f"/provider-api/v1/problems/{made['id']}")
    assert grey.get(response["Location"]).json() == made
    assert made["code"]["code"] == "38341003"
    assert made["clinical_status"] == "active"


def test_one_record_is_the_same_through_both_apis(api: Api, grey: Partner) -> None:
    made = make(grey)
    resource = fhir(api, grey, f"Condition/{made['id']}").json()
    assert resource["onsetDateTime"] == made["onset_date"]
    assert resource["meta"]["versionId"] == made["version"]
    patched = grey.patch(f"problems/{made['id']}", {"onset_date": "2020-06-01"}, "1").json()
    seen = fhir(api, grey, f"Condition/{made['id']}")
    assert seen.json()["onsetDateTime"] == "2020-06-01" == patched["onset_date"]
    assert seen["ETag"] == 'W/"2"'


def test_what_the_flat_form_does_not_show_survives_a_change(api: Api, grey: Partner) -> None:
    stored = {
        "resourceType": "Condition",
        "id": "of-fhir",
        "language": "en-US",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-category",
                        "code": "problem-list-item",
                    }
                ]
            }
        ],
        "code": {"text": "Hypertension"},
        "subject": {"reference": "Patient/142859"},
        "stage": [{"summary": {"text": "II"}}],
    }
    api.has(stored)
    whole = grey.get("problems/of-fhir").json() | {"onset_date": "2020-05-01"}
    assert grey.put("problems/of-fhir", whole, "1").status_code == 200
    kept = fhir(api, grey, "Condition/of-fhir").json()
    assert {**kept, "meta": None} == {**stored, "onsetDateTime": "2020-05-01", "meta": None}


def test_a_patch_changes_what_it_names_and_null_takes_away(grey: Partner) -> None:
    made = make(grey, notes=[{"text": "as told"}])
    path = f"problems/{made['id']}"
    response = grey.patch(path, {"onset_date": None, "clinical_status": "resolved"}, "1")
    changed = response.json()
    assert (response.status_code, response["ETag"]) == (200, '"2"')
    assert "onset_date" not in changed
    assert (changed["clinical_status"], changed["notes"]) == ("resolved", made["notes"])


def test_a_patch_reaches_into_objects_and_replaces_lists(grey: Partner) -> None:
    made = make(grey, notes=[{"text": "one"}, {"text": "two"}])
    patch = {"code": {"display": "High blood pressure"}, "notes": [{"text": "three"}]}
    changed = grey.patch(f"problems/{made['id']}", patch, "1").json()
    assert changed["code"]["code"] == "38341003"
    assert changed["code"]["display"] == "High blood pressure"
    assert [each["text"] for each in changed["notes"]] == ["three"]


def test_a_put_stands_for_the_whole_record(grey: Partner) -> None:
    made = make(grey, notes=[{"text": "one"}])
    changed = grey.put(f"problems/{made['id']}", problem_of(), "1").json()
    assert "notes" not in changed
    assert changed["onset_date"] == "2020-05-01"


def test_what_was_read_may_be_sent_back_whole(grey: Partner) -> None:
    made = make(grey)
    changed = grey.put(f"problems/{made['id']}", made, "1").json()
    told = {name: made[name] for name in ("version", "updated_at")}
    assert {**changed, **told} == made


def test_a_change_names_the_version_that_it_is_based_on(grey: Partner) -> None:
    path = f"problems/{make(grey)['id']}"
    assert problem(grey.patch(path, {"onset_date": "2019"}, None)) == (428, "unconditional")
    assert problem(grey.put(path, problem_of(), None)) == (428, "unconditional")
    assert problem(grey.patch(path, {"onset_date": "2019"}, "7")) == (412, "changed")
    any_version = grey.send("PATCH", path, {"onset_date": "2019"}, if_match="*")
    assert any_version.json()["version"] == "2"
    weak = grey.send("PATCH", path, {"onset_date": "2018"}, if_match='W/"2", "9"')
    assert weak.json()["version"] == "3"
    bad = grey.send("PATCH", path, {"onset_date": "2018"}, if_match="3")
    assert problem(bad) == (400, "malformed")


def test_a_deleted_record_is_gone_and_its_versions_stay(grey: Partner) -> None:
    made = make(grey)
    path = f"problems/{made['id']}"
    assert problem(grey.delete(path, "3")) == (412, "changed")
    response = grey.delete(path, "1")
    assert (response.status_code, response.content) == (204, b"")
    assert problem(grey.get(path)) == (410, "gone")
    assert problem(grey.delete(path)) == (410, "gone")
    assert problem(grey.patch(path, {"onset_date": "2019"}, "1")) == (410, "gone")
    assert Version.objects.filter(resource_id=made["id"]).count() == 1
    assert grey.get("problems").json()["data"] == []


def test_a_record_of_another_kind_of_the_same_type_is_not_here(grey: Partner) -> None:
    made = make(grey)
    path = f"diagnoses/{made['id']}"
    assert problem(grey.get(path)) == (404, "not-found")
    assert problem(grey.patch(path, {"onset_date": "2019"}, "1")) == (404, "not-found")
    assert problem(grey.delete(path)) == (404, "not-found")
    assert grey.get("diagnoses").json()["data"] == []
    assert grey.get(f"problems/{made['id']}").status_code == 200
    grey.delete(f"problems/{made['id']}")
    assert problem(grey.get(path)) == (404, "not-found")


def test_wrong_fields_are_named_and_nothing_is_stored(grey: Partner) -> None:
    response = grey.post("problems", {"patient_id": "142859", "onset_date": "soon", "colour": 1})
    assert problem(response) == (422, "invalid")
    assert sorted(fields(response)) == ["code", "colour", "onset_date"]
    assert not Content.objects.filter(resource_type="Condition").exists()


def test_a_reference_to_nothing_is_told_by_the_field_that_holds_it(grey: Partner) -> None:
    response = grey.post("problems", problem_of(encounter_id="nowhere"))
    assert problem(response) == (422, "invalid")
    assert fields(response) == ["encounter_id"]
    assert "nowhere" not in response.content.decode()


def test_what_never_changes_cannot_be_changed(grey: Partner) -> None:
    path = f"problems/{make(grey)['id']}"
    assert fields(grey.patch(path, {"patient_id": "142860"}, "1")) == ["patient_id"]
    assert fields(grey.patch(path, {"id": "other"}, "1")) == ["id"]


def test_a_known_version_is_not_sent_again(grey: Partner) -> None:
    path = f"problems/{make(grey)['id']}"
    known = grey.get(path, if_none_match='"1"')
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", '"1"')
    assert grey.get(path, if_none_match='"2"').status_code == 200


def test_nobody_writes_into_the_record_of_somebody_elses_patient(grey: Partner) -> None:
    assert problem(grey.post("problems", problem_of("7"))) == (403, "forbidden")
    assert problem(grey.post("problems", problem_of("nobody"))) == (403, "forbidden")


def test_another_doctor_finds_nothing(api: Api, grey: Partner, dr_strange: Person) -> None:
    made = make(grey)
    strange = partner(api, dr_strange, patient_ids=["7"])
    path = f"problems/{made['id']}"
    assert problem(strange.get(path)) == (404, "not-found")
    assert problem(strange.patch(path, {"onset_date": "2019"}, "1")) == (404, "not-found")
    assert problem(strange.delete(path)) == (404, "not-found")
    assert strange.get("problems").json()["data"] == []


def test_every_access_is_in_the_trail(grey: Partner) -> None:
    made = make(grey)
    path = f"problems/{made['id']}"
    grey.get(path)
    grey.get("problems")
    grey.patch(path, {"onset_date": "2019"}, "1")
    grey.delete(path)
    told = AuditRecord.objects.filter(resource_type="Condition").order_by("id")
    assert [each.action for each in told] == ["create", "read", "search", "update", "delete"]
    assert [each.patient_ids for each in told] == [["142859"]] * 5


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_the_same_version_one_is_told_so(grey: Partner) -> None:
    path = f"problems/{make(grey)['id']}"
    both = threading.Barrier(2)
    statuses: list[int] = []

    def write(year: str) -> None:
        both.wait()
        statuses.append(grey.patch(path, {"onset_date": year}, "1").status_code)
        connection.close()

    threads = [threading.Thread(target=write, args=(year,)) for year in ("2018", "2019")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(statuses) == [200, 412]
    assert grey.get(path).json()["version"] == "2"


def test_a_body_of_too_many_values_is_refused(grey: Partner) -> None:
    body = b'{"notes":[' + b"0," * 250_000 + b"0]}"
    assert problem(grey.post("problems", body)) == (413, "too-large")
