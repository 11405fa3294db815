"""The guide's data addresses lead to the same data under the same rules."""

import pytest

from tests import people
from tests.api import Api, diagnostics, ids
from tests.people import Person, make_key

SINGLE = "/R4-patient-api/single/"
MULTIPLE = "/R4-patient-api/multiple/api/"


@pytest.fixture(autouse=True)
def _observations(api: Api, practice: None) -> None:
    api.has(people.observation("r", "142859"), people.observation("j", "142860"))


def test_single_patient_answers_that_patient(api: Api, rebecca: Person) -> None:
    response = api.as_(rebecca.key).get(f"{SINGLE}Patient.php", {"id": "142859"})
    assert response.json()["id"] == "142859"
    assert response.json()["resourceType"] == "Patient"


@pytest.mark.parametrize("name", ["Observation.php", "observation.php", "Observation"])
def test_single_searches_other_types_by_patient(api: Api, rebecca: Person, name: str) -> None:
    assert ids(api.as_(rebecca.key).get(SINGLE + name, {"patient": "142859"})) == ["r"]
    assert ids(api.as_(rebecca.key).get(SINGLE + name, {"Patient": "142859"})) == ["r"]


def test_single_never_opens_a_patient_outside_the_key(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    assert session.get(f"{SINGLE}Patient.php", {"id": "142860"}).status_code == 404
    assert session.get(f"{SINGLE}Observation.php", {"patient": "142860"}).json()["total"] == 0
    assert session.get(f"{SINGLE}Observation.php", {"id": "j"}).status_code == 404


def test_single_without_parameters_says_what_is_missing(api: Api, rebecca: Person) -> None:
    response = api.as_(rebecca.key).get(f"{SINGLE}Patient.php")
    assert response.status_code == 400
    assert "id=" in diagnostics(response)


def test_multiple_answers_the_one_patient_of_a_key_itself(api: Api, rebecca: Person) -> None:
    assert api.as_(rebecca.key).get(f"{MULTIPLE}patient.php").json()["id"] == "142859"


def test_multiple_answers_a_bundle_of_several_patients(api: Api, dr_grey: Person) -> None:
    session = api.as_(make_key(dr_grey, ["142859", "142860"]))
    response = session.get(f"{MULTIPLE}patient.php")
    assert response.json()["type"] == "searchset"
    assert set(ids(response)) == {"142859", "142860"}
    assert session.get(f"{MULTIPLE}patient.php", {"id": "142860"}).json()["id"] == "142860"
    assert set(ids(session.get(f"{MULTIPLE}observation.php"))) == {"r", "j"}


def test_multiple_never_opens_a_patient_outside_the_key(api: Api, dr_grey: Person) -> None:
    session = api.as_(make_key(dr_grey, ["142859", "142860"]))
    assert session.get(f"{MULTIPLE}patient.php", {"id": "7"}).status_code == 404


@pytest.mark.parametrize("path", [f"{SINGLE}Patient.php?id=142859", f"{MULTIPLE}patient.php"])
def test_without_a_token_nothing_is_answered(api: Api, path: str) -> None:
    response = api.http.get(path)
    assert response.status_code == 401
    assert diagnostics(response)


def test_an_unknown_type_is_404(api: Api, rebecca: Person) -> None:
    assert api.as_(rebecca.key).get(f"{SINGLE}Unicorn.php", {"id": "1"}).status_code == 404


def test_the_endpoint_of_the_key_page_describes_the_service_and_leads_on(
    api: Api, dr_grey: Person
) -> None:
    path = "/patient-api/controller/patient-service.php"
    described = api.http.get(path).json()
    assert described["token"].endswith("/R4-patient-api/oauth2/token.php")
    assert "patients" not in described
    session = api.as_(make_key(dr_grey, ["142859", "142860"]))
    assert session.get(path).json()["patients"] == ["142859", "142860"]


def test_the_endpoint_refuses_a_token_that_is_gone(api: Api, rebecca: Person) -> None:
    path = "/patient-api/controller/patient-service.php"
    session = api.as_(rebecca.key)
    rebecca.key.data_access_grant.access_tokens.all().delete()
    assert session.get(path).status_code == 401


@pytest.mark.parametrize("resource_id", ["%00", "a%20b", "x" * 65, ""])
def test_an_id_that_is_none_is_400(api: Api, rebecca: Person, resource_id: str) -> None:
    response = api.as_(rebecca.key).get(f"{SINGLE}Patient.php?id={resource_id}")
    assert response.status_code == 400
    assert diagnostics(response)


def test_patient_means_the_patient_itself(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    assert ids(session.get(f"{SINGLE}Patient.php", {"patient": "142859"})) == ["142859"]
    assert ids(session.get(f"{SINGLE}Patient.PHP", {"PATIENT": "Patient/142860"})) == []


@pytest.mark.parametrize("ending", [".php", "", "/"])
def test_the_end_point_is_plain_json_with_and_without_its_ending(api: Api, ending: str) -> None:
    response = api.http.get(f"/patient-api/controller/patient-service{ending}")
    assert response["Content-Type"] == "application/json"
    assert response.json()["fhirVersion"] == "4.0.1"
