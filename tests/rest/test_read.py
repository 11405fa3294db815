"""FHIR read: the stored bytes, to whom they belong, and nobody else."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.people import keys, links
from tests import people
from tests.api import Api, diagnostics
from tests.people import Person, make_key

PATCH = {
    "name": "operation",
    "part": [
        {"name": "type", "valueCode": "delete"},
        {"name": "path", "valueString": "Patient.gender"},
    ],
}


def test_a_read_answers_the_stored_bytes_with_version_and_date(api: Api, rebecca: Person) -> None:
    response = api.as_(rebecca.key).get("Patient/142859")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/fhir+json")
    assert response["ETag"] == 'W/"1"'
    assert response["Last-Modified"].endswith("GMT")
    assert response.json()["name"][0]["family"] == "Larson"


def test_decimals_keep_their_precision(api: Api, rebecca: Person) -> None:
    api.has(people.observation("pulse", "142859"))
    assert b'"value":72.5' in api.as_(rebecca.key).get("Observation/pulse").content


def test_a_known_version_is_not_sent_again(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    response = session.get("Patient/142859", **{"if-none-match": 'W/"1"'})
    assert response.status_code == 304
    assert response.content == b""


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_bearer_scheme_works_in_any_letter_case(api: Api, rebecca: Person, scheme: str) -> None:
    token = api.as_(rebecca.key).token
    response = api.http.get(
        "/R4-patient-api/Patient/142859", headers={"authorization": f"{scheme} {token}"}
    )
    assert response.status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer abc.def.ghi"])
def test_without_a_token_of_ours_the_answer_is_401_with_a_challenge(
    api: Api, rebecca: Person, header: str
) -> None:
    response = api.http.get(
        "/R4-patient-api/Patient/142859", headers={"authorization": header} if header else {}
    )
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert diagnostics(response)


def test_an_altered_token_is_refused(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    head, body, signature = session.token.split(".")
    session.token = f"{head}.{body}.{signature[::-1]}"
    assert session.get("Patient/142859").status_code == 401


def test_somebody_elses_record_is_not_found_just_like_one_that_never_was(
    api: Api, rebecca: Person, john: Person
) -> None:
    session = api.as_(rebecca.key)
    foreign, absent = session.get("Patient/142860"), session.get("Patient/nobody")
    assert foreign.status_code == absent.status_code == 404
    assert diagnostics(foreign).replace("142860", "x") == diagnostics(absent).replace("nobody", "x")


def test_a_token_opens_only_the_patients_of_its_key(api: Api, dr_grey: Person) -> None:
    session = api.as_(make_key(dr_grey, ["142859"]))
    assert session.get("Patient/142859").status_code == 200
    assert session.get("Patient/142860").status_code == 404


def test_taking_a_patient_off_the_key_closes_it_for_living_tokens(
    api: Api, dr_grey: Person
) -> None:
    key = make_key(dr_grey, ["142859", "142860"])
    session = api.as_(key)
    keys.choose_patients(key, ["142859"])
    assert session.get("Patient/142860").status_code == 404


def test_ending_the_link_closes_the_record_for_living_tokens(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    links.unlink(rebecca.account, "Patient", by=None)
    assert session.get("Patient/142859").status_code == 404


def test_a_blocked_account_opens_nothing(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    rebecca.account.is_active = False
    rebecca.account.save()
    assert session.get("Patient/142859").status_code == 401
    assert session.get("Practitioner/dr-grey").status_code == 401
    assert api.exchange(rebecca.key).status_code == 401


def test_a_deactivated_key_ends_its_tokens_and_says_so(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    keys.set_active(rebecca.key, False)
    response = session.get("Patient/142859")
    assert response.status_code == 401
    assert diagnostics(response) == "User session not found. User must re-authenticate."


def test_a_key_past_its_last_day_closes_its_tokens_and_says_when(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    rebecca.key.valid_from = rebecca.key.valid_to = "2021-01-31"
    rebecca.key.save()
    response = session.get("Patient/142859")
    assert response.status_code == 401
    assert "expired on 01/31/2021" in diagnostics(response)


def test_practice_data_is_readable_but_a_list_of_nobody_is_not(api: Api, rebecca: Person) -> None:
    api.has({"resourceType": "Group", "id": "g", "type": "person", "actual": True})
    session = api.as_(rebecca.key)
    assert session.get("Practitioner/dr-grey").status_code == 200
    assert session.get("Group/g").status_code == 404


def test_every_read_leaves_an_audit_record(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    session.get("Patient/142859")
    session.get("Patient/142860")
    seen, denied = AuditRecord.objects.filter(action="read").order_by("id")
    assert (seen.outcome, seen.patient_ids) == ("success", ["142859"])
    assert (seen.account_id, seen.client_id) == (rebecca.account.pk, rebecca.key.access_key_id)
    assert (denied.outcome, denied.resource_id) == ("denied", "142860")


@pytest.mark.parametrize("accept", ["application/fhir+xml", "text/html", "image/png"])
def test_other_representations_are_not_acceptable(api: Api, rebecca: Person, accept: str) -> None:
    assert api.as_(rebecca.key).get("Patient/142859", accept=accept).status_code == 406


@pytest.mark.parametrize("path", ["Unicorn/1", "patient/1", "Patient/1/2/3", "x"])
def test_an_address_that_is_none_gets_an_operation_outcome(api: Api, db: None, path: str) -> None:
    response = api.http.get(f"/R4-patient-api/{path}")
    assert response.status_code == 404
    assert diagnostics(response)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "Patient", {"resourceType": "Patient"}),
        ("PUT", "Patient/142859", {"resourceType": "Patient", "id": "142859"}),
        ("PATCH", "Patient/142859", {"resourceType": "Parameters", "parameter": [PATCH]}),
        ("DELETE", "Patient/142859", ""),
    ],
)
def test_patient_access_is_read_only(
    api: Api, rebecca: Person, method: str, path: str, body: Any
) -> None:
    session = api.as_(rebecca.key)
    assert session.send(method, path, body).status_code == 403
    assert session.get("Patient/142859")["ETag"] == 'W/"1"'


def test_a_refused_token_leaves_a_record_of_the_attempt(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    keys.set_active(rebecca.key, False)
    session.get("Patient/142859")
    denied = AuditRecord.objects.get(action="read", outcome="denied")
    assert denied.client_id == rebecca.key.access_key_id


def test_what_the_scopes_leave_out_is_forbidden_and_recorded(api: Api, rebecca: Person) -> None:
    grant = rebecca.key.data_access_grant
    grant.scope = "patient/Observation.rs"
    grant.save()
    response = api.as_(rebecca.key).get("Patient/142859")
    assert response.status_code == 403
    assert "insufficient_scope" in response["WWW-Authenticate"]
    assert AuditRecord.objects.filter(outcome="denied", resource_type="Patient").exists()


@pytest.mark.parametrize("path", ["/R4-patient-api/", "/R4-patient-api/metadata"])
def test_the_base_says_what_it_is(api: Api, db: None, path: str) -> None:
    assert api.http.get(path).json()["resourceType"] == "CapabilityStatement"
    assert diagnostics(api.http.post(path))
