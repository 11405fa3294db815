"""$everything: a whole record, page by page, with what it refers to and nobody else's."""

from typing import Any

import orjson
import pytest
from fhir.resources.R4B.bundle import Bundle

from fhirapi.audit.models import AuditRecord
from tests import people, versions
from tests.api import Api, diagnostics, ids
from tests.people import Person, make_key

BASE = "http://localhost:8000"


def organization(name: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Organization", "id": name, "name": name, **elements}


@pytest.fixture
def records(api: Api, practice: None) -> None:
    """Rebecca's stay with a pulse in it, an old pulse, her device; a pulse of John's."""
    pulse = people.observation("pulse", "142859", on="2024-03-05")
    pulse["performer"] = [{"reference": "PractitionerRole/nurse"}]
    stay = {
        "resourceType": "Encounter",
        "id": "stay",
        "class": {"code": "IMP"},
        "subject": {"reference": "Patient/142859"},
        "period": {"start": "2023-12-30", "end": "2024-01-03"},
        # No search parameter leads here.
        "hospitalization": {"origin": {"reference": "Organization/elsewhere"}},
    }
    device = {"resourceType": "Device", "id": "pump", "patient": {"reference": "Patient/142859"}}
    nurse = {
        "resourceType": "PractitionerRole",
        "id": "nurse",
        "organization": {"reference": f"{BASE}/R4-patient-api/Organization/ward"},
    }
    api.has(
        organization("ward"), organization("elsewhere"), organization("unrelated"),
        nurse, stay, device, pulse,
        people.observation("old", "142859", on="2020-01-01"),
        people.observation("johns", "142860"),
    )  # fmt: skip


MINE = {"142859", "stay", "pump", "pulse", "old"}
BESIDE = {"dr-grey", "nurse", "ward", "elsewhere"}


def included(response: Any) -> set[str]:
    return {
        entry["resource"]["id"]
        for entry in response.json().get("entry", [])
        if entry["search"]["mode"] == "include"
    }


def parameters(*given: dict[str, Any]) -> str:
    return orjson.dumps({"resourceType": "Parameters", "parameter": list(given)}).decode()


def post(api: Api, person: Person, path: str, body: str, kind: str = "fhir+json") -> Any:
    token = api.as_(person.key).token
    return api.http.post(
        f"/R4-patient-api/{path}", body, content_type=f"application/{kind}",
        headers={"authorization": f"Bearer {token}"},
    )  # fmt: skip


@pytest.mark.usefixtures("records")
class TestEverything:
    def test_it_is_the_compartment_and_the_practice_data_that_it_refers_to(
        self, api: Api, rebecca: Person
    ) -> None:
        response = api.as_(rebecca.key).get("Patient/142859/$everything")
        bundle = response.json()
        assert (bundle["type"], bundle["total"]) == ("searchset", 5)
        assert ids(response)[0] == "142859"
        assert set(ids(response)) == MINE
        assert included(response) == BESIDE
        assert bundle["entry"][0]["fullUrl"] == f"{BASE}/R4-patient-api/Patient/142859"
        assert bundle["link"][0]["url"].endswith("/R4-patient-api/Patient/142859/$everything")

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"_type": "Observation"}, {"pulse", "old"}),
            ({"_type": "Observation,Device"}, {"pulse", "old", "pump"}),
            ({"_type": ["Observation", "Encounter"]}, {"pulse", "old", "stay"}),
            ({"_type": "Organization"}, set()),
            ({"start": "2024"}, {"142859", "pump", "pulse", "stay"}),
            ({"start": "2024-02"}, {"142859", "pump", "pulse"}),
            ({"end": "2023"}, {"142859", "pump", "old", "stay"}),
            ({"end": "2020"}, {"142859", "pump", "old"}),
            ({"start": "2023-12-30", "end": "2023-12-31"}, {"142859", "pump", "stay"}),
            ({"_since": "2030-01-01T00:00:00+00:00"}, set()),
            ({"_since": "2020-01-01T00:00:00Z"}, MINE),
        ],
    )
    def test_parameters_narrow_it_by_get_and_post(
        self, api: Api, rebecca: Person, query: dict[str, Any], found: set[str]
    ) -> None:
        session = api.as_(rebecca.key)
        assert set(ids(session.get("Patient/142859/$everything", query))) == found
        assert set(ids(session.post("Patient/142859/$everything", query))) == found

    def test_a_parameters_resource_says_the_same(self, api: Api, rebecca: Person) -> None:
        body = parameters(
            {"name": "_type", "valueCode": "Observation"},
            {"name": "_type", "valueCode": "Encounter"},
            {"name": "start", "valueDate": "2024"},
            {"name": "_count", "valueInteger": 1},
        )
        response = post(api, rebecca, "Patient/142859/$everything", body)
        assert response.json()["total"] == 2
        assert len(ids(response)) == 1

    def test_changes_since_then_only(self, api: Api, rebecca: Person) -> None:
        versions.replace("Observation", "old", "2031-01-01T00:00:00+00:00", status="amended")
        query = {"_since": "2030-06-01T00:00:00Z"}
        response = api.as_(rebecca.key).get("Patient/142859/$everything", query)
        assert ids(response) == ["old"]
        versions.delete("Observation", "old", "2032-01-01T00:00:00+00:00")
        assert ids(api.as_(rebecca.key).get("Patient/142859/$everything", query)) == []

    def test_a_count_of_nothing_tells_how_much_there_is(self, api: Api, rebecca: Person) -> None:
        bundle = api.as_(rebecca.key).get("Patient/142859/$everything", {"_count": "0"}).json()
        assert bundle["total"] == 5
        assert "entry" not in bundle
        assert AuditRecord.objects.get(action="search").patient_ids == ["142859"]

    def test_it_is_a_valid_bundle(self, api: Api, rebecca: Person) -> None:
        query = {"_type": "Patient,Observation,Practitioner", "_count": "2"}
        response = api.as_(rebecca.key).get("Patient/142859/$everything", query)
        assert len(Bundle.model_validate(response.json()).entry) == 3

    def test_pages_bring_all_once_each_with_what_it_refers_to(
        self, api: Api, dr_grey: Person
    ) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        seen, beside, address = [], set(), "/R4-patient-api/Patient/$everything?_count=2"
        while address:
            page = session.get(address)
            assert len(ids(page)) <= 2
            seen += ids(page)
            beside |= included(page)
            links = {link["relation"]: link["url"] for link in page.json()["link"]}
            address = links.get("next", "").removeprefix(BASE)
        assert seen[0] == "142859"
        assert seen[5:] == ["142860", "johns"]
        assert len(seen) == len(set(seen)) == 7
        assert beside == BESIDE

    def test_of_all_patients_it_opens_those_of_the_token(self, api: Api, rebecca: Person) -> None:
        assert set(ids(api.as_(rebecca.key).get("Patient/$everything"))) == MINE

    def test_somebody_elses_record_is_not_found_just_like_one_that_never_was(
        self, api: Api, rebecca: Person
    ) -> None:
        session = api.as_(rebecca.key)
        foreign = session.get("Patient/142860/$everything")
        absent = session.get("Patient/nobody/$everything")
        assert foreign.status_code == absent.status_code == 404
        assert diagnostics(foreign) == diagnostics(absent).replace("nobody", "142860")
        denied = AuditRecord.objects.filter(outcome="denied").order_by("id")
        assert [each.resource_id for each in denied] == ["142860", "nobody"]

    @pytest.mark.parametrize(
        ("scope", "found", "beside"),
        [
            ("patient/Patient.r", {"142859"}, set()),
            ("patient/Patient.rs patient/Observation.rs", {"142859", "pulse", "old"}, set()),
            ("patient/Patient.rs patient/Observation.r", {"142859"}, set()),
            ("patient/Patient.rs patient/Practitioner.r", {"142859"}, {"dr-grey"}),
            ("patient/Patient.rs patient/Device.rs?status=active", {"142859"}, set()),
        ],
    )
    def test_it_brings_only_types_that_the_scopes_allow(
        self, api: Api, rebecca: Person, scope: str, found: set[str], beside: set[str]
    ) -> None:
        people.narrow(rebecca, scope)
        response = api.as_(rebecca.key).get("Patient/142859/$everything")
        assert (set(ids(response)), included(response)) == (found, beside)

    def test_what_became_somebodys_is_practice_data_no_more(
        self, api: Api, rebecca: Person
    ) -> None:
        versions.belongs_to("Organization", "elsewhere", "142860")
        response = api.as_(rebecca.key).get("Patient/142859/$everything")
        assert included(response) == BESIDE - {"elsewhere"}

    def test_without_the_scope_for_patients_it_is_forbidden(
        self, api: Api, rebecca: Person
    ) -> None:
        people.narrow(rebecca, "patient/Observation.rs")
        assert api.as_(rebecca.key).get("Patient/142859/$everything").status_code == 403
        people.narrow(rebecca, "patient/Patient.r patient/Observation.rs")
        assert api.as_(rebecca.key).get("Patient/$everything").status_code == 403

    def test_without_a_token_nothing_is_told(self, api: Api) -> None:
        assert api.http.get("/R4-patient-api/Patient/142859/$everything").status_code == 401

    @pytest.mark.parametrize(
        "query",
        [{"_type": "Unicorn"}, {"start": "soon"}, {"end": "2024-99"}, {"_since": "x"},
         {"_count": "-1"}, {"_page": "made-up"}, {"start": ["2020", "2021"]}, {"end": ""}],
    )  # fmt: skip
    def test_a_value_that_cannot_be_read_is_400(
        self, api: Api, rebecca: Person, query: dict[str, Any]
    ) -> None:
        response = api.as_(rebecca.key).get("Patient/142859/$everything", query)
        assert response.status_code == 400
        assert diagnostics(response)

    @pytest.mark.parametrize(
        "body",
        ["{", "[]", "null", '{"resourceType": "Patient"}',
         '{"resourceType": "Parameters", "parameter": {}}',
         parameters({"name": "_type"}), parameters({"valueCode": "x"}),
         parameters({"name": "start", "valueDate": "2020", "valueString": "x"}),
         parameters({"name": "start", "valuePeriod": {"start": "2020"}})],
    )  # fmt: skip
    def test_a_body_that_is_no_parameters_resource_is_400(
        self, api: Api, rebecca: Person, body: str
    ) -> None:
        response = post(api, rebecca, "Patient/142859/$everything", body)
        assert response.status_code == 400
        assert diagnostics(response)

    def test_a_body_of_another_type_is_415(self, api: Api, rebecca: Person) -> None:
        response = post(api, rebecca, "Patient/142859/$everything", "<x/>", "fhir+xml")
        assert response.status_code == 415

    def test_an_unknown_parameter_is_reported_or_refused(self, api: Api, rebecca: Person) -> None:
        session, query = api.as_(rebecca.key), {"colour": "blue"}
        told = session.get("Patient/142859/$everything", query).json()["entry"][-1]
        assert told["search"]["mode"] == "outcome"
        assert "colour" in told["resource"]["issue"][0]["diagnostics"]
        strict = session.get("Patient/142859/$everything", query, prefer="handling=strict")
        assert strict.status_code == 400

    def test_whose_record_it_opened_stands_in_the_trail(self, api: Api, dr_grey: Person) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        session.get("Patient/142859/$everything", {"_type": "Observation"})
        session.get("Patient/$everything", {"_count": "1"})
        one, first_page = AuditRecord.objects.filter(action="search").order_by("id")
        assert (one.resource_id, one.detail) == ("142859", "$everything&_type")
        assert one.patient_ids == first_page.patient_ids == ["142859"]
