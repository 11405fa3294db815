"""FHIR search: what matches, in which order, page by page, and never anybody else's."""

import base64
from urllib.parse import unquote

import pytest

from fhirapi.audit.models import AuditRecord
from tests import people
from tests.api import Api, diagnostics, ids
from tests.people import Person, make_key


@pytest.fixture
def observations(api: Api, practice: None) -> None:
    api.has(
        people.observation("old", "142859", on="2020-03-31T23:30:00-05:00", code="1"),
        people.observation("new", "142859", on="2024-03-05", code="2", category="laboratory"),
        people.observation("johns", "142860", on="2023-01-01"),
        people.observation("zoes", "7"),
    )


@pytest.mark.usefixtures("observations")
class TestSearch:
    def test_it_finds_own_data_newest_first(self, api: Api, rebecca: Person) -> None:
        response = api.as_(rebecca.key).get("Observation", {"patient": "142859"})
        bundle = response.json()
        assert ids(response) == ["new", "old"]
        assert (bundle["type"], bundle["total"]) == ("searchset", 2)
        assert bundle["entry"][0]["fullUrl"].endswith("/R4-patient-api/Observation/new")

    def test_without_a_patient_it_finds_what_the_key_opens(self, api: Api, dr_grey: Person) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        assert ids(session.get("Observation")) == ["new", "johns", "old"]

    @pytest.mark.parametrize("patient", ["142860", "Patient/142860", "7", "nobody"])
    def test_it_never_finds_anybody_elses(self, api: Api, rebecca: Person, patient: str) -> None:
        response = api.as_(rebecca.key).get("Observation", {"patient": patient})
        assert response.json()["total"] == 0
        assert "entry" not in response.json()

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"patient": "Patient/142859"}, ["new", "old"]),
            ({"patient": "http://localhost:8000/R4-patient-api/Patient/142859"}, ["new", "old"]),
            ({"code": "http://loinc.org|1"}, ["old"]),
            ({"code": "1,2"}, ["new", "old"]),
            ({"code": "|1"}, []),
            ({"code:not": "1"}, ["new"]),
            ({"category": "laboratory", "code": "2"}, ["new"]),
            ({"category": "laboratory", "code": "1"}, []),
            ({"date": "2020-04-01"}, ["old"]),
            ({"date": "ge2020-04-01T04:30:00Z"}, ["new", "old"]),
            ({"date": "gt2021"}, ["new"]),
            ({"date": ["ge2020", "lt2021"]}, ["old"]),
            ({"_id": "old,johns"}, ["old"]),
            ({"_lastUpdated": "gt2020-01-01"}, ["new", "old"]),
            ({"_lastUpdated": "lt2020-01-01"}, []),
            ({"status": "final"}, ["new", "old"]),
        ],
    )
    def test_parameters_narrow_the_result(
        self, api: Api, rebecca: Person, query: dict[str, str], found: list[str]
    ) -> None:
        session = api.as_(rebecca.key)
        assert ids(session.get("Observation", query)) == found
        assert ids(session.post("Observation/_search", query)) == found

    def test_pages_follow_each_other_without_gap_or_repetition(
        self, api: Api, rebecca: Person
    ) -> None:
        api.has(*(people.observation(f"same-{n}", "142859", on="2022-01-01") for n in range(5)))
        session = api.as_(rebecca.key)
        seen, address = [], "http://localhost:8000/R4-patient-api/Observation?_count=3"
        while address:
            page = session.get(address.removeprefix("http://localhost:8000"))
            assert page.json()["total"] == 7
            seen += ids(page)
            links = {link["relation"]: link["url"] for link in page.json()["link"]}
            address = links.get("next", "")
        assert len(seen) == len(set(seen)) == 7
        assert seen[0] == "new"
        assert seen[-1] == "old"

    def test_a_page_link_of_another_search_is_refused(self, api: Api, rebecca: Person) -> None:
        session = api.as_(rebecca.key)
        page = session.get("Observation", {"_count": "1"}).json()
        cursor = page["link"][1]["url"].rpartition("_page=")[2]
        other = session.get("Observation", {"_count": "1", "code": "1", "_page": cursor})
        assert other.status_code == 400
        assert session.get("Observation", {"_page": "made-up"}).status_code == 400

    def test_an_unknown_parameter_is_ignored_and_reported(self, api: Api, rebecca: Person) -> None:
        response = api.as_(rebecca.key).get("Observation", {"colour": "blue"})
        [outcome] = [e for e in response.json()["entry"] if e["search"]["mode"] == "outcome"]
        assert "colour" in outcome["resource"]["issue"][0]["diagnostics"]
        assert ids(response) == ["new", "old"]

    def test_strict_handling_refuses_an_unknown_parameter(self, api: Api, rebecca: Person) -> None:
        response = api.as_(rebecca.key).get(
            "Observation", {"colour": "blue"}, prefer="handling=strict"
        )
        assert response.status_code == 400
        assert "colour" in diagnostics(response)

    @pytest.mark.parametrize(
        "query",
        [
            {"date": "yesterday"}, {"date": "2020-02-30"}, {"date": "ge"}, {"_count": "many"},
            {"_count": "-1"}, {"code": ""}, {"code": "a,,b"}, {"patient": "not a reference!"},
            {"code:above": "1"}, {"_lastUpdated": "x"}, {"code": "a\x00b"}, {"_id": ""},
        ],
    )  # fmt: skip
    def test_a_value_that_cannot_be_read_is_400(
        self, api: Api, rebecca: Person, query: dict[str, str]
    ) -> None:
        response = api.as_(rebecca.key).get("Observation", query)
        assert response.status_code == 400
        assert diagnostics(response)

    def test_the_audit_record_names_the_shape_but_not_the_values(
        self, api: Api, rebecca: Person
    ) -> None:
        api.as_(rebecca.key).get("Observation", {"patient": "142859", "code": "secret-code"})
        written = AuditRecord.objects.get(action="search")
        assert written.detail == "code&patient"
        assert written.patient_ids is None

    def test_searching_for_nothing_to_see_gives_the_total_only(
        self, api: Api, rebecca: Person
    ) -> None:
        bundle = api.as_(rebecca.key).get("Observation", {"_count": "0"}).json()
        assert bundle["total"] == 2
        assert "entry" not in bundle


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "lars"}, ["142859"]),
        ({"name": "LARSON"}, ["142859"]),
        ({"name": "arson"}, []),
        ({"name:contains": "arson"}, ["142859"]),
        ({"family:exact": "Larson"}, ["142859"]),
        ({"identifier": "9999094"}, ["142859"]),
        ({"identifier": "https://qsmartcare.example/mrn|9999094"}, ["142859"]),
        ({"birthdate": "1978"}, ["142859"]),
        ({"birthdate": "lt1970"}, ["142860"]),
        ({"gender": "female", "name": "john"}, ["142860"]),
        ({"general-practitioner": "Practitioner/dr-grey", "name": "%"}, []),
    ],
)
def test_patients_are_found_by_name_identifier_and_birth_date(
    api: Api, dr_grey: Person, query: dict[str, str], found: list[str]
) -> None:
    session = api.as_(make_key(dr_grey, ["142859", "142860"]))
    assert ids(session.get("Patient", query)) == found


def test_accents_and_case_are_folded(api: Api, dr_strange: Person) -> None:
    session = api.as_(make_key(dr_strange, ["7"]))
    assert ids(session.get("Patient", {"family": "nunez"})) == ["7"]
    assert ids(session.get("Patient", {"given": "ZOË"})) == ["7"]


def test_metadata_is_public_and_lists_every_type_with_its_parameters(api: Api, db: None) -> None:
    statement = api.http.get("/R4-patient-api/metadata").json()
    [rest] = statement["rest"]
    patient = next(each for each in rest["resource"] if each["type"] == "Patient")
    assert statement["fhirVersion"] == "4.0.1"
    assert ("birthdate", "date") in {
        (each["name"], each["type"]) for each in patient["searchParam"]
    }


def encounter(encounter_id: str, patient_id: str, code: str) -> dict[str, object]:
    return {
        "resourceType": "Encounter",
        "id": encounter_id,
        "status": "finished",
        "class": {"code": code},
        "subject": {"reference": f"Patient/{patient_id}"},
    }


@pytest.fixture
def visit(api: Api, practice: None) -> None:
    """Rebecca's visit with a pulse and who recorded it; John's visit with one of his own."""
    for patient_id, name, code in (("142859", "r", "AMB"), ("142860", "j", "IMP")):
        pulse = people.observation(f"{name}-pulse", patient_id)
        pulse["encounter"] = {"reference": f"Encounter/{name}-visit"}
        provenance = {
            "resourceType": "Provenance",
            "id": f"{name}-source",
            "target": [{"reference": f"Observation/{name}-pulse"}],
            "agent": [{"who": {"reference": "Practitioner/dr-grey"}}],
        }
        api.has(encounter(f"{name}-visit", patient_id, code), pulse, provenance)


def included(response: object) -> set[str]:
    entries = response.json().get("entry", [])  # type: ignore[attr-defined]
    return {e["resource"]["id"] for e in entries if e["search"]["mode"] == "include"}


@pytest.mark.usefixtures("visit")
class TestReferences:
    @pytest.mark.parametrize(
        ("resource_type", "query", "found"),
        [
            ("Observation", {"encounter.class": "AMB"}, ["r-pulse"]),
            ("Observation", {"encounter.class": "EMER"}, []),
            ("Observation", {"patient.identifier": "9999094"}, ["r-pulse"]),
            ("Observation", {"patient.family": "wright"}, ["j-pulse"]),
            ("Observation", {"subject:Patient.given": "john"}, ["j-pulse"]),
            ("Observation", {"subject:Patient": "142860"}, ["j-pulse"]),
            ("Observation", {"patient.general-practitioner.family": "strange"}, []),
            (
                "Patient",
                {"_has:Observation:patient:code": "8867-4", "family": "larson"},
                ["142859"],
            ),
            ("Patient", {"_has:Encounter:patient:class": "IMP"}, ["142860"]),
            (
                "Encounter",
                {"_has:Observation:encounter:code": "8867-4", "class": "AMB"},
                ["r-visit"],
            ),
            ("Observation", {"encounter:missing": "true"}, []),
            ("Observation", {"encounter:missing": "false", "_id": "r-pulse"}, ["r-pulse"]),
            ("Observation", {"date:missing": "true"}, []),
        ],
    )
    def test_chains_and_has_look_through_references(
        self, api: Api, dr_grey: Person, resource_type: str, query: dict[str, str], found: list[str]
    ) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        assert ids(session.get(resource_type, query)) == found

    def test_a_chain_does_not_tell_about_records_that_may_not_be_opened(
        self, api: Api, rebecca: Person
    ) -> None:
        session = api.as_(rebecca.key)
        query = {"_has:Patient:general-practitioner:family": "wright"}
        assert ids(session.get("Practitioner", query)) == []
        query = {"_has:Patient:general-practitioner:family": "larson"}
        assert ids(session.get("Practitioner", query)) == ["dr-grey"]

    @pytest.mark.parametrize(
        ("resource_type", "query", "beside"),
        [
            ("Observation", {"_include": "Observation:encounter"}, {"r-visit"}),
            ("Observation", {"_include": "Observation:patient"}, {"142859"}),
            ("Observation", {"_include": "Observation:subject:Patient"}, {"142859"}),
            ("Observation", {"_revinclude": "Provenance:target"}, {"r-source"}),
            ("Patient", {"_revinclude": "Observation:patient"}, {"r-pulse"}),
            (
                "Observation",
                {"_revinclude": "Provenance:target", "_include:iterate": "Provenance:agent"},
                {"r-source", "dr-grey"},
            ),
            (
                "Observation",
                {
                    "_include": "Observation:patient",
                    "_include:iterate": "Patient:general-practitioner",
                },
                {"142859", "dr-grey"},
            ),
        ],
    )
    def test_includes_bring_what_belongs_to_it_and_nobody_elses(
        self, api: Api, rebecca: Person, resource_type: str, query: dict[str, str], beside: set[str]
    ) -> None:
        response = api.as_(rebecca.key).get(resource_type, query)
        assert response.status_code == 200
        assert included(response) == beside
        assert response.json()["total"] == 1

    @pytest.mark.parametrize(
        "query",
        [
            {"_include": "Observation"}, {"_include": "Observation:code"},
            {"_include": "Unicorn:x"}, {"_revinclude:sideways": "Provenance:target"},
            {"_sort": "code"}, {"_total": "perhaps"}, {"_has:Observation": "x"},
            {"encounter:missing": "maybe"}, {"_summary": "short"},
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_400(
        self, api: Api, rebecca: Person, query: dict[str, str]
    ) -> None:
        response = api.as_(rebecca.key).get("Observation", query)
        assert response.status_code == 400
        assert diagnostics(response)


@pytest.mark.usefixtures("observations")
class TestResult:
    @pytest.mark.parametrize(
        ("sort", "found"),
        [
            ("date", ["old", "new"]), ("-date", ["new", "old"]), ("_id", ["new", "old"]),
            ("-_id", ["old", "new"]), ("_lastUpdated,-_id", ["old", "new"]),
        ],
    )  # fmt: skip
    def test_sort_orders_and_pages_keep_the_order(
        self, api: Api, rebecca: Person, sort: str, found: list[str]
    ) -> None:
        session = api.as_(rebecca.key)
        assert ids(session.get("Observation", {"_sort": sort})) == found
        first = session.get("Observation", {"_sort": sort, "_count": "1"})
        links = {link["relation"]: link["url"] for link in first.json()["link"]}
        second = session.get(links["next"].removeprefix("http://localhost:8000"))
        assert ids(first) + ids(second) == found
        assert all(link["relation"] != "next" for link in second.json()["link"])

    def test_elements_cut_resources_down_and_say_so(self, api: Api, rebecca: Person) -> None:
        bundle = api.as_(rebecca.key).get("Observation", {"_elements": "status"}).json()
        resource = bundle["entry"][0]["resource"]
        assert set(resource) == {"resourceType", "id", "meta", "status", "code"}
        assert resource["meta"]["tag"][0]["code"] == "SUBSETTED"

    def test_summary_count_and_total_none(self, api: Api, rebecca: Person) -> None:
        session = api.as_(rebecca.key)
        assert session.get("Observation", {"_summary": "count"}).json()["total"] == 2
        assert "total" not in session.get("Observation", {"_total": "none"}).json()


@pytest.mark.usefixtures("visit")
class TestCost:
    def test_everybody_whose_data_is_included_stands_in_the_trail(
        self, api: Api, dr_grey: Person
    ) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        session.get("Practitioner", {"_revinclude": "Patient:general-practitioner"})
        session.get("Observation", {"_summary": "count", "code": "8867-4"})
        for written in AuditRecord.objects.filter(action="search"):
            assert written.patient_ids == ["142859", "142860"]

    @pytest.mark.parametrize(
        "query",
        [[("code", "1")] * 31, [("_include", "Observation:encounter")] * 31,
         [("encounter.patient.general-practitioner.practitioner.x.y", "1")]],
    )  # fmt: skip
    def test_a_search_has_limits(
        self, api: Api, rebecca: Person, query: list[tuple[str, str]]
    ) -> None:
        response = api.as_(rebecca.key).get(
            "Observation?" + "&".join(f"{name}={value}" for name, value in query)
        )
        assert response.status_code in (200, 400)
        assert response.json()["resourceType"] in ("Bundle", "OperationOutcome")

    def test_a_page_link_shows_nothing_of_the_record(self, api: Api, dr_grey: Person) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        page = session.get("Patient", {"_sort": "family", "_count": "1"}).json()
        cursor = page["link"][1]["url"].rpartition("_page=")[2]
        raw = base64.urlsafe_b64decode(unquote(cursor))
        assert b"larson" not in raw.lower()
        assert "larson" not in cursor.lower()

    def test_a_form_is_expected(self, api: Api, rebecca: Person) -> None:
        token = api.as_(rebecca.key).token
        response = api.http.post(
            "/R4-patient-api/Observation/_search", "{}", content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )  # fmt: skip
        assert response.status_code == 415

    def test_more_fields_than_django_reads_are_400(self, api: Api, rebecca: Person) -> None:
        response = api.as_(rebecca.key).get("Observation?" + "&".join(["code=1"] * 1100))
        assert response.status_code == 400
        assert diagnostics(response)

    @pytest.mark.parametrize("value", ["ap0001", "ap9990", "ap1900-01-01T00:00:00Z"])
    def test_approximately_reaches_to_the_ends_of_time(
        self, api: Api, rebecca: Person, value: str
    ) -> None:
        assert api.as_(rebecca.key).get("Patient", {"birthdate": value}).status_code == 200
