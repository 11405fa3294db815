"""FHIR vread and history: what a record was, and whose."""

from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from fhirapi.audit.models import AuditRecord
from tests import people, versions
from tests.api import Api, diagnostics
from tests.people import Person, make_key

FIRST, SECOND, THIRD = (f"2024-0{month}-01T09:00:00+00:00" for month in (1, 2, 3))


def dated(resource: dict[str, Any], at: str = FIRST) -> dict[str, Any]:
    return {**resource, "meta": {"versionId": "1", "lastUpdated": at}}


@pytest.fixture
def pulse(api: Api, practice: None) -> None:
    """A pulse of Rebecca's that was corrected, one that was deleted, and one of John's."""
    api.has(
        dated(people.observation("pulse", "142859")),
        dated(people.observation("gone", "142859")),
        dated(people.observation("johns", "142860")),
    )
    versions.replace("Observation", "pulse", SECOND, status="corrected")
    versions.delete("Observation", "gone", THIRD)


def told(response: Any) -> list[tuple[str, str, str]]:
    """Method, resource and version of each entry."""
    return [
        (
            entry["request"]["method"],
            entry["fullUrl"].rpartition("/")[2],
            entry["response"]["etag"],
        )
        for entry in response.json().get("entry", [])
    ]


@pytest.mark.usefixtures("pulse")
class TestVread:
    @pytest.mark.parametrize(("version", "status"), [("1", "final"), ("2", "corrected")])
    def test_it_answers_the_resource_as_it_was(
        self, api: Api, rebecca: Person, version: str, status: str
    ) -> None:
        response = api.as_(rebecca.key).get(f"Observation/pulse/_history/{version}")
        assert response.json()["status"] == status
        assert response["ETag"] == f'W/"{version}"'
        assert response["Last-Modified"].endswith("Jan 2024 09:00:00 GMT" if version == "1"
                                                  else "Feb 2024 09:00:00 GMT")  # fmt: skip

    @pytest.mark.parametrize("version", ["0", "3", "01", "x", "99999999999", "1.0", "²"])
    def test_a_version_that_never_was_is_not_found(
        self, api: Api, rebecca: Person, version: str
    ) -> None:
        response = api.as_(rebecca.key).get(f"Observation/pulse/_history/{version}")
        assert response.status_code == 404
        assert diagnostics(response)

    def test_a_version_of_somebody_else_looks_like_one_that_never_was(
        self, api: Api, rebecca: Person
    ) -> None:
        session = api.as_(rebecca.key)
        foreign = session.get("Observation/johns/_history/1")
        absent = session.get("Observation/nobody/_history/1")
        assert foreign.status_code == absent.status_code == 404
        assert diagnostics(foreign) == diagnostics(absent).replace("nobody", "johns")
        denied = AuditRecord.objects.filter(action="read", outcome="denied", detail="_history/1")
        assert [each.resource_id for each in denied.order_by("id")] == ["johns", "nobody"]

    def test_a_version_belongs_to_whom_it_belonged_then(
        self, api: Api, rebecca: Person, john: Person
    ) -> None:
        """A result that was filed under the wrong patient."""
        row = people.observation("moved", "142859")
        api.has(dated(row))
        versions.replace("Observation", "moved", SECOND, subject={"reference": "Patient/142860"})
        versions.belongs_to("Observation", "moved", "142860")
        for person, first, second in ((rebecca, 200, 404), (john, 404, 200)):
            session = api.as_(person.key)
            assert session.get("Observation/moved/_history/1").status_code == first
            assert session.get("Observation/moved/_history/2").status_code == second

    def test_the_version_that_deleted_is_gone_but_not_the_one_before(
        self, api: Api, rebecca: Person
    ) -> None:
        session = api.as_(rebecca.key)
        assert session.get("Observation/gone").status_code == 410
        assert session.get("Observation/gone/_history/2").status_code == 410
        assert session.get("Observation/gone/_history/1").json()["status"] == "final"

    def test_it_needs_the_scope_to_read_and_a_living_token(self, api: Api, rebecca: Person) -> None:
        people.narrow(rebecca, "patient/Patient.rs")
        assert api.as_(rebecca.key).get("Observation/pulse/_history/1").status_code == 403
        assert api.http.get("/R4-patient-api/Observation/pulse/_history/1").status_code == 401

    def test_it_is_audited(self, api: Api, rebecca: Person) -> None:
        api.as_(rebecca.key).get("Observation/pulse/_history/1")
        written = AuditRecord.objects.get(action="read")
        assert (written.resource_id, written.detail) == ("pulse", "_history/1")
        assert (written.outcome, written.patient_ids) == ("success", ["142859"])


@pytest.mark.usefixtures("pulse")
class TestHistory:
    def test_that_of_a_resource_tells_its_versions_newest_first(
        self, api: Api, rebecca: Person
    ) -> None:
        response = api.as_(rebecca.key).get("Observation/pulse/_history")
        bundle = response.json()
        assert (bundle["type"], bundle["total"]) == ("history", 2)
        assert told(response) == [("PUT", "pulse", 'W/"2"'), ("POST", "pulse", 'W/"1"')]
        assert [e["resource"]["status"] for e in bundle["entry"]] == ["corrected", "final"]
        newest = bundle["entry"][0]
        assert newest["request"]["url"] == "Observation/pulse"
        assert newest["response"]["status"] == "200"
        assert newest["response"]["lastModified"] == "2024-02-01T09:00:00.000Z"

    def test_it_is_a_valid_bundle(self, api: Api, rebecca: Person) -> None:
        bundle = api.as_(rebecca.key).get("Observation/_history").json()
        assert Bundle.model_validate(bundle).type == "history"
        assert all(entry["request"] and entry["response"] for entry in bundle["entry"])

    def test_a_deletion_is_told_without_the_resource(self, api: Api, rebecca: Person) -> None:
        response = api.as_(rebecca.key).get("Observation/gone/_history")
        assert told(response) == [("DELETE", "gone", 'W/"2"'), ("POST", "gone", 'W/"1"')]
        assert "resource" not in response.json()["entry"][0]

    def test_that_of_a_type_tells_about_the_patients_of_the_token_only(
        self, api: Api, rebecca: Person, dr_grey: Person
    ) -> None:
        mine = told(api.as_(rebecca.key).get("Observation/_history"))
        both = told(api.as_(make_key(dr_grey, ["142859", "142860"])).get("Observation/_history"))
        assert [name for _, name, _ in mine] == ["gone", "pulse", "gone", "pulse"]
        assert sorted({name for _, name, _ in both}) == ["gone", "johns", "pulse"]

    def test_that_of_practice_data_is_for_everybody(self, api: Api, rebecca: Person) -> None:
        versions.replace("Practitioner", "dr-grey", THIRD, active=False)
        session = api.as_(rebecca.key)
        assert len(told(session.get("Practitioner/dr-grey/_history"))) == 2
        assert session.get("Practitioner/_history").json()["total"] == 3

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"_since": SECOND}, ["gone/2", "pulse/2"]),
            ({"_since": "2024-02-01T09:00:00.001Z"}, ["gone/2"]),
            ({"_since": "2030-01-01T00:00:00Z"}, []),
            ({"_at": "2024-01-15"}, ["gone/1", "pulse/1"]),
            ({"_at": "2024-02"}, ["pulse/2", "gone/1", "pulse/1"]),
            ({"_at": "2024-04-01T00:00:00Z"}, ["gone/2", "pulse/2"]),
            ({"_at": "2020"}, []),
        ],
    )
    def test_since_and_at_narrow_it(
        self, api: Api, rebecca: Person, query: dict[str, str], found: list[str]
    ) -> None:
        response = api.as_(rebecca.key).get("Observation/_history", query)
        assert [f"{name}/{etag[3:-1]}" for _, name, etag in told(response)] == found
        assert response.json()["total"] == len(found)

    def test_pages_follow_each_other_without_gap_or_repetition(
        self, api: Api, rebecca: Person
    ) -> None:
        session = api.as_(rebecca.key)
        api.has(*(dated(people.observation(f"same-{n}", "142859")) for n in range(4)))
        seen, address = [], "/R4-patient-api/Observation/_history?_count=3"
        while address:
            page = session.get(address)
            assert page.json()["total"] == 8
            seen += told(page)
            links = {link["relation"]: link["url"] for link in page.json()["link"]}
            address = links.get("next", "").removeprefix("http://localhost:8000")
        assert len(seen) == len(set(seen)) == 8

    @pytest.mark.parametrize(
        "query",
        [{"_since": "yesterday"}, {"_at": "2024-13"}, {"_count": "-1"}, {"_count": "many"},
         {"_page": "made-up"}, {"_since": ["2020", "2021"]}, {"_since": ""}],
    )  # fmt: skip
    def test_a_value_that_cannot_be_read_is_400(
        self, api: Api, rebecca: Person, query: dict[str, Any]
    ) -> None:
        response = api.as_(rebecca.key).get("Observation/_history", query)
        assert response.status_code == 400
        assert diagnostics(response)

    def test_a_page_link_of_another_history_is_refused(self, api: Api, rebecca: Person) -> None:
        session = api.as_(rebecca.key)
        links = session.get("Observation/_history", {"_count": "1"}).json()["link"]
        query = links[1]["url"].partition("?")[2]
        assert session.get(f"Observation/_history?{query}").status_code == 200
        assert session.get(f"Observation/pulse/_history?{query}").status_code == 400

    def test_an_unknown_parameter_is_refused_when_handling_is_strict(
        self, api: Api, rebecca: Person
    ) -> None:
        session, query = api.as_(rebecca.key), {"colour": "blue"}
        assert session.get("Observation/_history", query).json()["total"] == 4
        strict = session.get("Observation/_history", query, prefer="handling=strict")
        assert strict.status_code == 400

    def test_none_is_found_where_there_is_nothing_to_see(self, api: Api, rebecca: Person) -> None:
        session = api.as_(rebecca.key)
        foreign = session.get("Observation/johns/_history")
        absent = session.get("Observation/nobody/_history")
        assert foreign.status_code == absent.status_code == 404
        assert diagnostics(foreign) == diagnostics(absent).replace("nobody", "johns")
        assert "entry" not in session.get("Goal/_history").json()

    def test_it_needs_the_scope(self, api: Api, rebecca: Person) -> None:
        people.narrow(rebecca, "patient/Observation.r")
        session = api.as_(rebecca.key)
        assert session.get("Observation/pulse/_history").status_code == 200
        assert session.get("Observation/_history").status_code == 403

    def test_whose_records_it_told_about_stands_in_the_trail(
        self, api: Api, dr_grey: Person
    ) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        session.get("Observation/_history", {"_count": "1"})
        session.get("Observation/_history", {"_count": "0"})
        written = AuditRecord.objects.filter(action="read", detail="_history").order_by("id")
        assert [each.patient_ids for each in written] == [["142859"], ["142859", "142860"]]

    def test_that_of_the_whole_system_is_not_offered(self, api: Api, rebecca: Person) -> None:
        response = api.as_(rebecca.key).get("_history")
        assert response.status_code == 404
        assert "all resource types" in diagnostics(response)
