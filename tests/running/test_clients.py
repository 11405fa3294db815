"""What app developers use: the Python FHIR clients, against the product as it runs.

https://github.com/smart-on-fhir/client-py and https://github.com/beda-software/fhir-py
"""

from typing import Any

import pytest
import requests
from fhirclient.auth import FHIRAuth
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRNotFoundException
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import ResourceNotFound

from tests.running.app import App
from tests.running.test_walk import app_of

REBECCA = "142859"


@pytest.fixture
def app(running: dict[str, Any]) -> App:
    found = app_of(running, "Demo")
    found.sign_in()
    return found


@pytest.fixture
def smart(app: App) -> Any:
    """fhirclient, after it has read the CapabilityStatement; with the access key's token."""
    base = app.demo["fhir_base_url"]
    client = FHIRClient(settings={"app_id": app.access_key_id, "api_base": base})
    client.prepare()
    client.server.auth = FHIRAuth.create("oauth2", state={"access_token": app.token})
    assert client.ready
    return client


@pytest.fixture
def fhirpy(app: App) -> SyncFHIRClient:
    return SyncFHIRClient(app.demo["fhir_base_url"], authorization=f"Bearer {app.token}")


def count(app: App, resource_type: str) -> int:
    total: int = app.get(resource_type, patient=REBECCA, _summary="count").json()["total"]
    return total


class TestFhirclient:
    def test_it_understands_what_the_server_says_of_itself(self, smart: Any) -> None:
        statement = smart.server.capabilityStatement
        assert statement.fhirVersion == "4.0.1"
        assert "Observation" in {each.type for each in statement.rest[0].resource}

    def test_it_reads_a_patient(self, smart: Any) -> None:
        patient = Patient.read(REBECCA, smart.server)
        assert smart.human_name(patient.name[0]).endswith("Larson")

    def test_it_searches_through_all_pages(self, smart: Any, app: App) -> None:
        query = {"patient": REBECCA, "_count": "20"}
        found = list(Observation.where(struct=query).perform_resources_iter(smart.server))
        assert len(found) == count(app, "Observation") > 20
        assert {each.subject.reference for each in found} == {f"Patient/{REBECCA}"}

    def test_it_is_told_what_is_not_there(self, smart: Any) -> None:
        with pytest.raises(FHIRNotFoundException):
            Patient.read("nobody", smart.server)


class TestFhirpy:
    def test_it_reads_and_follows_references(self, fhirpy: SyncFHIRClient) -> None:
        [observation] = fhirpy.resources("Observation").search(patient=REBECCA).limit(1).fetch()
        patient = observation["subject"].to_resource()
        assert patient["name"][0]["family"] == "Larson"
        assert patient["generalPractitioner"][0].to_resource()["resourceType"] == "Practitioner"

    def test_it_searches_through_all_pages(self, fhirpy: SyncFHIRClient, app: App) -> None:
        found = fhirpy.resources("Observation").search(patient=REBECCA).limit(20).fetch_all()
        assert len({each["id"] for each in found}) == count(app, "Observation")

    def test_it_counts_sorts_and_includes(self, fhirpy: SyncFHIRClient, app: App) -> None:
        search = fhirpy.resources("Encounter").search(patient=REBECCA)
        assert search.count() == count(app, "Encounter")
        newest = search.sort("-date").first()
        assert newest is not None
        bundle = search.search(_id=newest["id"]).include("Encounter", "participant").fetch_raw()
        assert {each["resource"]["resourceType"] for each in bundle["entry"]} == {
            "Encounter", "Practitioner",
        }  # fmt: skip

    def test_it_runs_operations(self, fhirpy: SyncFHIRClient) -> None:
        patient = fhirpy.reference("Patient", REBECCA)
        record = patient.execute("$everything", method="GET", params={"_type": "Patient"})
        assert record["total"] == 1
        documents = fhirpy.execute(
            "DocumentReference/$docref", method="GET", params={"patient": REBECCA}
        )
        assert documents["total"] > 0

    def test_it_is_told_what_is_not_there(self, fhirpy: SyncFHIRClient) -> None:
        with pytest.raises(ResourceNotFound):
            fhirpy.reference("Patient", "nobody").to_resource()


@pytest.mark.parametrize(
    "path", ["Patient/142859", "Observation?patient=142859", "metadata", "Patient/nobody"]
)
def test_head_is_answered_by_the_web_server_without_a_body(app: App, path: str) -> None:
    address = f"{app.demo['fhir_base_url']}/{path}"
    headers = {"Authorization": f"Bearer {app.token}", "Accept-Encoding": "identity"}
    got = requests.get(address, headers=headers, timeout=10)
    head = requests.head(address, headers=headers, timeout=10)
    assert head.content == b""
    assert head.status_code == got.status_code
    assert head.headers["Content-Length"] == str(len(got.content))


def test_a_known_version_comes_without_a_body(app: App) -> None:
    address = f"{app.demo['fhir_base_url']}/Patient/{REBECCA}"
    headers = {"Authorization": f"Bearer {app.token}"}
    tag = requests.get(address, headers=headers, timeout=10).headers["ETag"]
    again = requests.get(address, headers={**headers, "If-None-Match": tag}, timeout=10)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == tag
