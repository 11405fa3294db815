"""The vendor's guide from its first page to a patient's data, with nothing but HTTP."""

import re
from typing import Any

import pytest
import requests

from tests.running.app import App
from tests.running.visitor import Credentials, Visitor

WRONG = "Error: Wrong Client_ID or Client_secret Key"
CHOSEN_PASSWORD = "violet-harbour-lantern"
CHOSEN_PIN = "730518"


@pytest.fixture
def rebecca(running: dict[str, Any]) -> App:
    return app_of(running, "Demo")


@pytest.fixture
def emily(running: dict[str, Any]) -> App:
    return app_of(running, "Demo: Rebecca and John")


def app_of(demo: dict[str, Any], label: str) -> App:
    key = next(each for each in demo["access_keys"] if each["label"] == label)
    return App(demo, key["access_key_id"], key["secret_access_key"])


def test_a_patient_walks_from_registration_to_the_record(running: dict[str, Any]) -> None:
    person, visitor = running["patients"][2], Visitor(running)
    chosen = Credentials("walking.patient", CHOSEN_PASSWORD, CHOSEN_PIN)
    assert "sent a letter" in visitor.register(person, "patient").text
    visitor.confirm(person["email"], chosen)
    assert person["name"] in visitor.sign_in(chosen, "/patient/index.html").text
    access_key_id = visitor.make_key("My app", [])
    app = App(running, access_key_id, visitor.secret_of(access_key_id, chosen.pin))
    answer = app.sign_in()
    assert answer["patient"] == person["id"]
    assert app.get("single/Patient.php", id=person["id"]).json()["id"] == person["id"]
    assert "inactive" in visitor.switch_off(access_key_id).text.lower()
    assert app.get("single/Patient.php", id=person["id"]).status_code == 401
    refused = app.ask()
    assert refused.status_code == 400
    assert "inactive" in refused.json()["error_description"]


def test_a_provider_walks_from_registration_to_the_records(running: dict[str, Any]) -> None:
    person = {
        "name": "Walking Provider", "birth_date": "1980-05-06",
        "email": "walking.provider@example.com", "phone": "608-555-0190",
    }  # fmt: skip
    visitor, chosen = Visitor(running), Credentials("walking.provider", CHOSEN_PASSWORD, CHOSEN_PIN)
    visitor.register(person, "provider")
    visitor.confirm(person["email"], chosen)
    assert "waiting for approval" in visitor.sign_in(chosen, "/app/index.html").text
    approve(running, "walking.provider")
    assert "Your account is ready" in visitor.open("/portal/").text
    ids = [each["id"] for each in running["patients"][:2]]
    access_key_id = visitor.make_key("Clinic app", ids)
    app = App(running, access_key_id, visitor.secret_of(access_key_id, chosen.pin))
    assert sorted(app.sign_in()["patients"]) == sorted(ids)
    bundle = app.get("multiple/api/patient.php").json()
    assert sorted(entry["resource"]["id"] for entry in bundle["entry"]) == sorted(ids)
    assert app.get("multiple/api/patient.php", id=ids[1]).json()["id"] == ids[1]


def approve(demo: dict[str, Any], username: str) -> None:
    administrator = Visitor(demo)
    administrator.sign_in(Credentials.of(demo["accounts"]["admin"]), "/admin/login/")
    administrator.open(f"/admin/portal/account/?q={username}")
    [account_id] = set(re.findall(r"/admin/portal/account/(\d+)/change/", administrator.text))
    administrator.open(f"/admin/portal/account/{account_id}/approve/")
    administrator.send({"resource_id": demo["accounts"]["provider"]["practitioner_id"]})
    assert "done for" in administrator.text


@pytest.mark.parametrize("path", ["oauth2/token.php", "oath2/token.php", "oauth2/token"])
@pytest.mark.parametrize("names", ["Client_ID Client_secret", "client_id client_secret"])
@pytest.mark.parametrize("is_form_data", [True, False])
def test_every_documented_way_of_asking_for_a_token_works(
    running: dict[str, Any], rebecca: App, path: str, names: str, is_form_data: bool
) -> None:
    fields = {"grant_type": "authorization_code"}
    fields |= dict(zip(names.split(), (rebecca.access_key_id, rebecca.secret), strict=True))
    address = f"{running['fhir_base_url']}/{path}"
    if is_form_data:
        files = {name: (None, value) for name, value in fields.items()}
        answer = requests.post(address, files=files, timeout=10).json()
    else:
        answer = requests.post(address, fields, timeout=10).json()
    assert answer["patient"] == "142859"
    assert answer["access_token"].count(".") == 2
    assert answer["refresh_token"]


@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "BEARER"])
def test_a_patient_is_read_whatever_the_letter_case_of_bearer(rebecca: App, scheme: str) -> None:
    rebecca.sign_in()
    patient = rebecca.get("single/Patient.php", scheme=scheme, id="142859").json()
    assert patient["resourceType"] == "Patient"
    assert patient["name"][0]["family"] == "Larson"


def test_observations_of_the_patient_are_found(rebecca: App) -> None:
    rebecca.sign_in()
    bundle = rebecca.get("single/Observation.php", patient="142859").json()
    subjects = {entry["resource"]["subject"]["reference"] for entry in bundle["entry"]}
    assert bundle["type"] == "searchset"
    assert subjects == {"Patient/142859"}


def test_a_token_never_opens_a_patient_outside_its_key(running: dict[str, Any]) -> None:
    john = running["accounts"]["patient2"]["patient_id"]
    for label in ("Demo", "Demo: Rebecca"):
        app = app_of(running, label)
        app.sign_in()
        refused = app.get("single/Patient.php", id=john)
        assert refused.status_code in (403, 404)
        assert "Wright" not in refused.text
        assert not app.get("Observation", patient=john).json().get("entry")


def test_the_end_point_describes_itself_and_leads_on(running: dict[str, Any], emily: App) -> None:
    emily.sign_in()
    described = emily.get("/patient-api/controller/patient-service.php").json()
    assert described["client_id"] == emily.access_key_id
    assert sorted(described["patients"]) == ["142859", "142860"]
    assert described["token"] == running["token_url"]


def test_a_refresh_token_gives_a_new_pair_once(rebecca: App) -> None:
    first = rebecca.sign_in()["refresh_token"]
    answer = rebecca.ask(grant_type="refresh_token", refresh_token=first).json()
    rebecca.token = answer["access_token"]
    assert rebecca.get("single/Patient.php", id="142859").status_code == 200
    again = rebecca.ask(grant_type="refresh_token", refresh_token=first)
    assert again.status_code >= 400
    assert again.json()["error_description"] == "User session not found. User must re-authenticate."


def test_a_wrong_pair_gets_the_documented_answer(rebecca: App) -> None:
    for wrong in ({"Client_secret": "wrong"}, {"Client_ID": "0123456789ABCDEF"}):
        response = rebecca.ask(**wrong)
        assert response.json()["Result"] == WRONG
        assert response.json()["error"] == "invalid_client"


def test_without_a_token_nothing_is_told(running: dict[str, Any]) -> None:
    address = f"{running['fhir_base_url']}/single/Patient.php?id=142859"
    response = requests.get(address, timeout=10)
    assert response.status_code == 401
    assert "Larson" not in response.text
