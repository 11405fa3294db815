"""What a kick-off can ask for. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters"""

from typing import Any

import pytest

from tests.api import Api, diagnostics
from tests.bulk.exporting import Exporter

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = [
    "Observation/j-pulse", "Observation/r-lab", "Observation/r-pulse", "Observation/z-lab",
]  # fmt: skip


def test_everything_is_exported_once(exporter: Exporter) -> None:
    assert exporter.export().ids() == sorted(
        [
            *RECORDS, "Patient/142859", "Patient/142860", "Patient/7", "Practitioner/dr-grey",
            "Practitioner/dr-strange", "Organization/oak", "Organization/elm", "Location/l1",
            "Provenance/r-told", "Provenance/r-told-again", "Provenance/r-lab-told",
        ]
    )  # fmt: skip


def test_the_patients_level_brings_records_and_what_they_refer_to(exporter: Exporter) -> None:
    found = exporter.export("Patient/$export").ids()
    assert "Practitioner/dr-grey" in found
    assert "Organization/elm" not in found, "nothing refers to it"


def test_only_the_asked_types_are_exported(exporter: Exporter) -> None:
    found = exporter.export("$export", {"_type": "Observation,Organization"})
    assert found.types() == {"Observation": 4, "Organization": 2}


@pytest.mark.parametrize(
    "output_format", ["application/fhir+ndjson", "application/ndjson", "ndjson"]
)
def test_every_name_of_the_format_is_known(exporter: Exporter, output_format: str) -> None:
    assert exporter.kick_off(query={"_outputFormat": output_format}).status_code == 202


class TestTypeFilter:
    def test_queries_of_a_type_are_alternatives(self, exporter: Exporter) -> None:
        asked = "Observation?category=laboratory&patient=142859,Observation?patient=142860"
        found = exporter.export("$export", {"_typeFilter": asked, "_type": "Observation,Location"})
        assert found.ids() == ["Location/l1", "Observation/j-pulse", "Observation/r-lab"]

    def test_the_parameter_may_be_repeated(self, exporter: Exporter) -> None:
        asked = ["Observation?code=718-7", "Patient?family=Wright"]
        found = exporter.export("$export", {"_typeFilter": asked, "_type": "Observation,Patient"})
        assert found.ids() == ["Observation/r-lab", "Patient/142860"]

    def test_commas_within_a_value_stay_there(self, exporter: Exporter) -> None:
        asked = {"_type": "Patient", "_typeFilter": "Patient?family=Wright,Larson"}
        assert exporter.export("$export", asked).ids() == ["Patient/142859", "Patient/142860"]

    def test_a_query_may_look_through_a_reference(self, exporter: Exporter) -> None:
        asked = {"_type": "Observation", "_typeFilter": "Observation?patient.family=Wright"}
        assert exporter.export("$export", asked).ids() == ["Observation/j-pulse"]

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "query",
        [
            "Observation", "Nothing?code=1", "Observation?no-such=1", "Observation?_sort=date",
            "Observation?_include=Observation:patient", "Observation?date=x", "Location?name=Oak",
        ],
    )  # fmt: skip
    def test_what_cannot_be_asked_is_refused(self, exporter: Exporter, query: str) -> None:
        answer = exporter.kick_off(query={"_typeFilter": query, "_type": "Observation"})
        assert answer.status_code == 400
        assert diagnostics(answer)


class TestElements:
    def test_others_are_left_out_unless_they_are_mandatory(self, exporter: Exporter) -> None:
        asked = {"_type": "Observation,Patient", "_elements": "Patient.birthDate,effective[x]"}
        found = exporter.export("$export", asked).lines()
        [rebecca] = [each for each in found if each["id"] == "142859"]
        [pulse] = [each for each in found if each["id"] == "r-pulse"]
        assert rebecca.keys() == {"resourceType", "id", "meta", "birthDate"}
        assert {"status", "code", "effectiveDateTime"} <= pulse.keys()
        assert "valueQuantity" not in pulse

    def test_a_part_is_marked_as_one(self, exporter: Exporter) -> None:
        found = exporter.export("$export", {"_type": "Patient", "_elements": "id"}).lines()
        tags = [each["meta"]["tag"] for each in found]
        assert all(any(tag["code"] == "SUBSETTED" for tag in each) for each in tags)

    @pytest.mark.django_db
    @pytest.mark.parametrize("elements", ["name.family", "No.name", "1"])
    def test_only_elements_at_the_root_can_be_named(
        self, exporter: Exporter, elements: str
    ) -> None:
        assert exporter.kick_off(query={"_elements": elements}).status_code == 400


class TestPatients:
    def test_only_their_records_are_exported(self, exporter: Exporter) -> None:
        asked = [("patient", "Patient/142860"), ("_type", "Patient,Observation")]
        found = exporter.export_by_post("Patient/$export", *asked)
        assert found.ids() == ["Observation/j-pulse", "Patient/142860"]

    @pytest.mark.django_db
    @pytest.mark.parametrize("patient", ["Patient/nobody", "Patient/7/x", "Group/1"])
    def test_somebody_unknown_is_refused(self, exporter: Exporter, patient: str) -> None:
        asked = [("patient", patient), ("patient", "Patient/7")]
        assert exporter.post("Patient/$export", *asked).status_code == 400

    @pytest.mark.django_db
    def test_they_are_named_in_a_body(self, exporter: Exporter) -> None:
        assert exporter.kick_off("Patient/$export", {"patient": "Patient/7"}).status_code == 400

    @pytest.mark.django_db
    def test_not_where_everything_is_exported(self, exporter: Exporter) -> None:
        assert exporter.post("$export", ("patient", "Patient/7")).status_code == 400

    def test_a_lenient_client_gets_those_who_are_there(self, exporter: Exporter) -> None:
        asked = [("patient", "Patient/7"), ("patient", "Patient/no"), ("_type", "Patient")]
        prefer = "respond-async, handling=lenient"
        found = exporter.export_by_post("Patient/$export", *asked, prefer=prefer)
        assert found.ids() == ["Patient/7"]
        assert len(found.warnings()) == 1


class TestAssociatedData:
    LATEST = "LatestProvenanceResources"
    RELEVANT = "RelevantProvenanceResources"

    def provenance(self, exporter: Exporter, named: str) -> list[str]:
        asked = {"_type": "Observation", "_typeFilter": "Observation?code=8867-4",
                 "includeAssociatedData": named}  # fmt: skip
        found = exporter.export("Patient/$export", asked).ids()
        return [each for each in found if each.startswith("Provenance/")]

    def test_all_provenance_of_what_is_exported(self, exporter: Exporter) -> None:
        found = self.provenance(exporter, self.RELEVANT)
        assert found == ["Provenance/r-told", "Provenance/r-told-again"]

    def test_the_latest_of_each(self, exporter: Exporter) -> None:
        assert self.provenance(exporter, self.LATEST) == ["Provenance/r-told-again"]

    def test_of_both_that_which_brings_more(self, exporter: Exporter) -> None:
        assert len(self.provenance(exporter, f"{self.RELEVANT},{self.LATEST}")) == 2

    @pytest.mark.django_db
    def test_another_value_is_refused(self, exporter: Exporter) -> None:
        asked = {"includeAssociatedData": "_custom"}
        assert exporter.kick_off(query=asked).status_code == 400


class TestByPatient:
    def test_a_file_holds_whole_patients_each_after_a_header(self, exporter: Exporter) -> None:
        found = exporter.export("Patient/$export", {"organizeOutputBy": "Patient"})
        assert found.manifest["outputOrganizedBy"] == "Patient"
        assert all("type" not in each for each in found.manifest["output"])
        of: str = ""
        seen: dict[str, list[str]] = {}
        for line in found.lines():
            if line["resourceType"] == "Parameters":
                of = line["parameter"][0]["valueReference"]["reference"]
                assert of not in seen, "a patient's block is in one piece"
                seen[of] = []
            else:
                seen[of].append(f"{line['resourceType']}/{line['id']}")
        assert all(block[0] == patient for patient, block in seen.items())
        assert seen["Patient/142860"] == ["Patient/142860", "Observation/j-pulse"]

    def test_headers_are_not_counted(self, exporter: Exporter) -> None:
        asked = {"organizeOutputBy": "Patient", "_type": "Patient"}
        manifest = exporter.export("Patient/$export", asked).manifest
        assert sum(each["count"] for each in manifest["output"]) == 3

    @pytest.mark.django_db
    def test_another_type_is_refused(self, exporter: Exporter) -> None:
        assert exporter.kick_off(query={"organizeOutputBy": "Encounter"}).status_code == 400


@pytest.mark.django_db
class TestRefused:
    @pytest.mark.parametrize(
        "query",
        [
            {"_type": "Nothing"}, {"_since": "soon"}, {"_since": "2999-01-01"}, {"_until": "2020"},
            {"_outputFormat": "text/csv"}, {"allowPartialManifests": "true"}, {"_since": ""},
        ],
    )  # fmt: skip
    def test_what_cannot_be_done_is(self, exporter: Exporter, query: Any) -> None:
        answer = exporter.kick_off(query=query)
        assert answer.status_code == 400
        assert diagnostics(answer)

    def test_an_answer_at_once_cannot_be_had(self, exporter: Exporter) -> None:
        assert exporter.kick_off(prefer="").status_code == 400

    def test_the_answer_is_json(self, exporter: Exporter) -> None:
        assert exporter.kick_off(accept="application/fhir+xml").status_code == 406

    def test_without_a_token(self, api: Api) -> None:
        answer = api.http.get("/R4-patient-api/$export", headers={"prefer": "respond-async"})
        assert answer.status_code == 401


class TestLenient:
    PREFER = "respond-async; handling=lenient"

    def test_what_cannot_be_done_is_left_out_and_told_of(self, exporter: Exporter) -> None:
        asked = {"_type": "Patient,Nothing", "_until": "2020-01-01", "includeAssociatedData": "_x"}
        found = exporter.export("$export", asked, prefer=self.PREFER)
        assert found.types()["Patient"] == 3
        assert len(found.warnings()) == 3

    @pytest.mark.django_db
    def test_a_value_that_means_nothing_is_refused_all_the_same(self, exporter: Exporter) -> None:
        answer = exporter.kick_off(query={"_since": "soon"}, prefer=self.PREFER)
        assert answer.status_code == 400

    @pytest.mark.django_db
    def test_types_of_which_none_is_known_are_not_taken_for_all(self, exporter: Exporter) -> None:
        answer = exporter.kick_off(query={"_type": "Nothing"}, prefer=self.PREFER)
        assert answer.status_code == 400
