"""Chains, _has and includes: through references, and never to anybody else's data."""

import pytest

from fhirapi.audit.models import AuditRecord
from tests.api import Api, diagnostics, ids
from tests.people import Person, make_key


def included(response: object) -> set[str]:
    entries = response.json().get("entry", [])  # type: ignore[attr-defined]  # the test client adds it
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

    def test_everybody_whose_data_is_included_stands_in_the_trail(
        self, api: Api, dr_grey: Person
    ) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        session.get("Practitioner", {"_revinclude": "Patient:general-practitioner"})
        session.get("Observation", {"_summary": "count", "code": "8867-4"})
        for written in AuditRecord.objects.filter(action="search"):
            assert written.patient_ids == ["142859", "142860"]
