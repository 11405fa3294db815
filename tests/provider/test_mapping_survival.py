"""What the flat form does not show is still there after a change of what it shows."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from fhirapi.provider import registry
from fhirapi.provider.mapping import to_fhir, to_flat
from fhirapi.provider.schema import Flat, Kind, Resource
from fhirapi.store.exact import parse, write

HL7 = "http://terminology.hl7.org/CodeSystem/"
EXTENSION: dict[str, Any] = {"url": "https://ids.example/extension", "valueString": "kept"}
ABSENT = {
    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown",
}  # fmt: skip


def kind(name: str) -> Kind:
    found = registry.find(name)
    assert found
    return found


def changed(name: str, stored: Resource, /, **flat: Any) -> Resource:
    before = deepcopy(stored)
    made = to_fhir(kind(name), flat, onto=stored)
    assert stored == before
    return made


def shown(name: str, stored: Resource) -> Flat:
    return to_flat(kind(name), stored)


@pytest.fixture
def problem() -> Resource:
    return {
        "resourceType": "Condition",
        "id": "1",
        "extension": [EXTENSION],
        "category": [
            {"coding": [{"system": f"{HL7}condition-category", "code": "problem-list-item"}]},
            {"coding": [{"system": "https://ids.example", "code": "ours"}]},
        ],
        "code": {
            "id": "c",
            "coding": [
                {
                    "system": "http://snomed.info/sct", "version": "2026", "code": "195967001",
                    "display": "Asthma",
                },
                {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J45.909"},
            ],
            "text": "Asthma",
        },
        "subject": {"reference": "Patient/142859", "display": "Rebecca Larson"},
        "onsetDateTime": "2019-03",
        "_onsetDateTime": {"extension": [EXTENSION]},
        "stage": [{"summary": {"text": "mild"}}],
    }  # fmt: skip


def test_elements_and_extensions_that_are_not_shown_stay(problem: Resource) -> None:
    made = changed("problems", problem, clinical_status="resolved", asserted_date="2020-06-01")
    assert made["stage"] == problem["stage"]
    assert made["extension"][0] == EXTENSION
    assert made["_onsetDateTime"] == problem["_onsetDateTime"]
    assert made["clinicalStatus"]["coding"][0]["code"] == "resolved"


def test_a_field_that_is_not_named_stays_and_null_takes_it_away(problem: Resource) -> None:
    assert changed("problems", problem)["onsetDateTime"] == "2019-03"
    made = changed("problems", problem, onset_date=None)
    assert "onsetDateTime" not in made
    assert "_onsetDateTime" not in made


def test_further_codings_stay_with_the_code(problem: Resource) -> None:
    code = {"code": "195967001", "system": "snomed", "display": "Asthma (disorder)"}
    coding = changed("problems", problem, code=code)["code"]["coding"]
    assert coding[0]["version"] == "2026"
    assert coding[1] == problem["code"]["coding"][1]


def test_further_codings_of_another_code_go(problem: Resource) -> None:
    code = {"code": "13645005", "system": "snomed", "display": "COPD"}
    made = changed("problems", problem, code=code)["code"]
    assert made == {
        "id": "c",
        "coding": [{"system": "http://snomed.info/sct", "code": "13645005", "display": "COPD"}],
        "text": "COPD",
    }


def test_what_makes_it_a_problem_stays_when_categories_change(problem: Resource) -> None:
    made = changed("problems", problem, other_categories=[{"text": "chronic"}])
    assert made["category"] == [problem["category"][0], {"text": "chronic"}]
    assert changed("problems", problem, other_categories=None)["category"] == [
        problem["category"][0]
    ]


def test_the_name_of_another_patient_does_not_stay(problem: Resource) -> None:
    made = changed("problems", problem, encounter_id="2")
    assert made["encounter"] == {"reference": "Encounter/2"}
    problem["encounter"] = {"reference": "Encounter/1", "display": "First visit"}
    assert changed("problems", problem, encounter_id="2")["encounter"] == made["encounter"]
    assert changed("problems", problem, encounter_id="1") == problem


def test_a_date_as_precise_as_it_is_known_and_a_time_that_is_not_shown_stay(
    problem: Resource,
) -> None:
    assert shown("problems", problem)["onset_date"] == "2019-03"
    problem["onsetDateTime"] = "2019-04-17T10:15:00-05:00"
    assert shown("problems", problem)["onset_date"] == "2019-04-17"
    assert changed("problems", problem, onset_date="2019-04-17") == problem


def test_a_value_of_another_type_takes_the_place_of_a_choice(problem: Resource) -> None:
    made = changed("problems", problem, onset_text="as a child")
    assert made["onsetString"] == "as a child"
    assert "onsetDateTime" not in made
    assert "_onsetDateTime" not in made


def test_an_onset_that_cannot_be_shown_stays_until_there_is_another(problem: Resource) -> None:
    del problem["onsetDateTime"], problem["_onsetDateTime"]
    problem["onsetAge"] = {"value": 12, "code": "a", "system": "http://unitsofmeasure.org"}
    assert "onset_date" not in shown("problems", problem)
    assert changed("problems", problem, onset_date=None) == problem
    assert "onsetAge" not in changed("problems", problem, onset_date="1990")


def test_a_reference_to_elsewhere_is_not_shown_and_stays(problem: Resource) -> None:
    problem["recorder"] = {"reference": "https://elsewhere.example/fhir/Practitioner/1"}
    problem["asserter"] = {"identifier": {"value": "9"}, "display": "Dr. Grey"}
    flat = shown("problems", problem)
    assert "recorder" not in flat
    assert flat["asserter"] == {"display": "Dr. Grey"}
    assert changed("problems", problem, **flat) == problem


def test_a_value_that_was_absent_for_a_reason_is_no_longer(problem: Resource) -> None:
    problem["_recordedDate"] = {"extension": [ABSENT, EXTENSION]}
    made = changed("problems", problem, recorded_at="2020-01-01")
    assert made["_recordedDate"] == {"extension": [EXTENSION]}


def test_a_generated_narrative_goes_with_the_data_that_it_told(problem: Resource) -> None:
    problem["text"] = {"status": "generated", "div": "<div>Asthma since 2019</div>"}
    assert changed("problems", problem, onset_date="2019-03") == problem
    assert "text" not in changed("problems", problem, onset_date="2018")
    problem["text"]["status"] = "additional"
    assert "text" in changed("problems", problem, onset_date="2018")


@pytest.fixture
def allergy() -> Resource:
    return {
        "resourceType": "AllergyIntolerance",
        "code": {"text": "Cat dander"},
        "patient": {"reference": "Patient/142859"},
        "reaction": [
            {"id": "r1", "manifestation": [{"text": "Sneezing"}], "severity": "mild"},
            {"id": "r2", "manifestation": [{"text": "Hives"}], "severity": "severe"},
        ],
    }


def test_an_item_that_is_edited_moved_or_has_new_neighbours_keeps_what_is_hidden(
    allergy: Resource,
) -> None:
    sneezing, hives = shown("allergies", allergy)["reactions"]
    hives["severity"] = "moderate"
    new = {"manifestations": [{"text": "Cough"}]}
    made = changed("allergies", allergy, reactions=[new, hives, sneezing])["reaction"]
    assert [each.get("id") for each in made] == [None, "r2", "r1"]
    assert made[1]["severity"] == "moderate"


def test_an_item_that_is_left_out_is_gone(allergy: Resource) -> None:
    _sneezing, hives = shown("allergies", allergy)["reactions"]
    assert changed("allergies", allergy, reactions=[hives])["reaction"] == allergy["reaction"][1:]
    assert "reaction" not in changed("allergies", allergy, reactions=None)


def test_an_item_that_cannot_be_shown_stays_when_the_others_go() -> None:
    elsewhere = {"reference": "https://elsewhere.example/fhir/Practitioner/1"}
    here = {"reference": "Practitioner/1"}
    stored = {"resourceType": "Observation", "performer": [here, elsewhere]}
    assert shown("results", stored)["performers"] == [{"type": "Practitioner", "id": "1"}]
    assert changed("results", stored, performers=None)["performer"] == [elsewhere]
    other = [{"type": "Practitioner", "id": "2"}]
    assert changed("results", stored, performers=other)["performer"] == [
        {"reference": "Practitioner/2"},
        elsewhere,
    ]


def test_what_is_said_beside_the_values_of_a_list_moves_with_them() -> None:
    stored = {
        "resourceType": "Patient",
        "name": [
            {
                "use": "official", "family": "Larson",
                "given": ["Rebecca", "Anne"], "_given": [None, {"extension": [EXTENSION]}],
            }
        ],
    }  # fmt: skip
    made = changed("patients", stored, name={"family": "Larson", "given": ["Anne", "Rebecca"]})
    assert made["name"][0]["_given"] == [{"extension": [EXTENSION]}, None]
    made = changed("patients", stored, name={"family": "Larson", "given": ["Rebecca"]})
    assert "_given" not in made["name"][0]


def test_the_digits_of_a_number_are_data() -> None:
    stored = parse(
        '{"resourceType":"Observation","valueQuantity":{"value":1.50,"code":"mg",'
        '"system":"http://unitsofmeasure.org","unit":"mg"}}'
    )
    flat = shown("results", stored)
    assert write(changed("results", stored, **flat)) == write(stored)
    flat["value"]["value"] = Decimal("1.5")
    assert '"value":1.5,' in write(changed("results", stored, **flat))


def test_blood_pressure_is_two_numbers_and_two_components() -> None:
    made = to_fhir(kind("vitals"), {"systolic": 128, "diastolic": 82})
    assert [each["valueQuantity"] for each in made["component"]] == [
        {"unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]", "value": value}
        for value in (128, 82)
    ]
    made["component"][0]["interpretation"] = [{"text": "high"}]
    again = changed("vitals", made, systolic=120)
    assert again["component"][0]["interpretation"] == [{"text": "high"}]
    assert "component" not in changed(
        "vitals", to_fhir(kind("vitals"), {"systolic": 1}), systolic=None
    )


def test_a_blood_pressure_in_another_unit_is_not_shown_as_mmhg() -> None:
    made = to_fhir(kind("vitals"), {"systolic": 17})
    made["component"][0]["valueQuantity"] |= {"unit": "kPa", "code": "kPa"}
    flat = shown("vitals", made)
    assert "systolic" not in flat
    assert flat["components"][0]["value"] == {"value": 17, "unit": "kPa", "code": "kPa"}


def test_the_text_of_a_note_may_change_and_its_file_is_then_the_note_no_longer() -> None:
    stored = to_fhir(kind("notes"), {"text": "Seen in März.", "title": "Visit"})
    attachment = changed("notes", stored, text="Seen in April.")["content"][0]["attachment"]
    assert attachment["title"] == "Visit"
    assert attachment["size"] == len("Seen in April.")
    assert attachment["data"] == "U2VlbiBpbiBBcHJpbC4="
    stored["content"][0]["attachment"] = {"contentType": "application/pdf", "url": "Binary/9"}
    assert shown("notes", stored)["file_id"] == "9"
    attachment = changed("notes", stored, text="Seen.")["content"][0]["attachment"]
    assert "url" not in attachment
    assert attachment["contentType"] == "text/plain"


def test_a_narrative_is_its_text_and_keeps_its_layout_until_it_changes() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><ul><li>A &amp; B</li><li>C</li></ul></div>'
    stored = {"resourceType": "CarePlan", "text": {"status": "generated", "div": div}}
    assert shown("care_plans", stored)["text"] == "A & B\nC"
    assert changed("care_plans", stored, text="A & B\nC", title="Plan")["text"]["div"] == div
    assert "A &lt; B<br/>C" in changed("care_plans", stored, text="A < B\nC")["text"]["div"]
