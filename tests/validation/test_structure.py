"""Elements, how often they occur, their forms, codes and references: what is wrong, and where."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from fhirapi.definitions import registry
from fhirapi.synthetic.population import practice, record
from fhirapi.validation.check import check, review
from fhirapi.validation.tables import structure
from tests.validation.conftest import DIV, PULSE, REBECCA, but, errors, told

WHY = [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]
URL = "http://example.org/x"


def with_extension(*extensions: Any) -> dict[str, Any]:
    return but(REBECCA, extension=list(extensions))


@pytest.mark.parametrize("resources", [record(1, 0), record(1, 1), practice(1)])
def test_what_we_make_up_is_valid_and_stays_as_it_is(resources: list[dict[str, Any]]) -> None:
    before = deepcopy(resources)
    assert [found for each in resources for found in check(each)] == []
    assert resources == before


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"status": None}, "required", "Observation.status"),
        ({"status": "fnal"}, "code-invalid", "Observation.status"),
        ({"status": "registered"}, "", ""),
        ({"status": None, "_status": {"extension": WHY}}, "", ""),
        ({"colour": "red"}, "structure", "Observation.colour"),
        ({"Rebecca Larson": "red"}, "structure", "Observation"),
        ({"_code": {"id": "x"}}, "structure", "Observation.code"),
        ({"code": {"coding": [{"code": 5}]}}, "value", "Observation.code.coding[0].code"),
        ({"code": {"coding": []}}, "structure", "Observation.code.coding"),
        ({"code": {}}, "structure", "Observation.code"),
        ({"code": []}, "structure", "Observation.code"),
        ({"code": "8867-4"}, "structure", "Observation.code"),
        ({"note": {"text": "x"}}, "structure", "Observation.note"),
        ({"note": [{"text": ""}]}, "value", "Observation.note[0].text"),
        ({"note": [{"text": "x"}, None]}, "structure", "Observation.note[1]"),
        ({"note": [{"text": "x"}, {}]}, "structure", "Observation.note[1]"),
        ({"issued": [None]}, "value", "Observation.issued"),
        ({"effectiveDateTime": "2020-13-01"}, "value", "Observation.effectiveDateTime"),
        ({"effectivePeriod": {"start": "2020"}}, "structure", "Observation.effective"),
        ({"valueString": "x"}, "structure", "Observation.value"),
        ({"_valueString": {"extension": WHY}}, "structure", "Observation.value"),
        ({"valueMoney": {"value": 1}}, "structure", "Observation.valueMoney"),
        ({"valueQuantity": {"value": "7"}}, "value", "Observation.valueQuantity.value"),
        ({"valueQuantity": {"value": True}}, "value", "Observation.valueQuantity.value"),
        (
            {"valueQuantity": {"comparator": "="}},
            "code-invalid",
            "Observation.valueQuantity.comparator",
        ),
        (
            {"component": [{"valueQuantity": {"value": "7"}}]},
            "value",
            "Observation.component[0].valueQuantity.value",
        ),
        ({"language": "en\n"}, "value", "Observation.language"),
        ({"resourceType": "Unicorn"}, "structure", "Resource"),
        ({"resourceType": 5}, "structure", "Resource"),
        ({"resourceType": "DomainResource"}, "structure", "Resource"),
        (
            {"code": {"resourceType": "Patient", "text": "x"}},
            "structure",
            "Observation.code.resourceType",
        ),
    ],
)
def test_each_problem_says_what_it_is_and_names_its_element(
    change: dict[str, Any], code: str, place: str
) -> None:
    assert ((code, place) in told(but(PULSE, **change))) if code else not told(but(PULSE, **change))


@pytest.mark.parametrize(
    ("names", "code", "place"),
    [
        ({"given": ["Ann", None], "_given": [None, {"extension": WHY}]}, "", ""),
        ({"_given": [{"extension": WHY}]}, "", ""),
        ({"given": ["Ann", None]}, "value", "Patient.name[0].given[1]"),
        (
            {"given": ["Ann", None], "_given": [{"id": "a"}, None]},
            "value",
            "Patient.name[0].given[1]",
        ),
        (
            {"given": ["Ann"], "_given": [None, {"extension": WHY}]},
            "structure",
            "Patient.name[0].given",
        ),
        ({"given": ["Ann"], "_given": {"extension": WHY}}, "structure", "Patient.name[0].given"),
        ({"given": ["Ann"], "_given": [{}]}, "structure", "Patient.name[0].given[0]"),
        (
            {"family": "L", "_family": {"extension": []}},
            "structure",
            "Patient.name[0].family.extension",
        ),
        ({"family": "L", "_family": {"value": "x"}}, "structure", "Patient.name[0].family.value"),
        ({"family": "L", "_family": [{"id": "x"}]}, "structure", "Patient.name[0].family"),
        ({"family": {"extension": WHY}}, "value", "Patient.name[0].family"),
        ({"family": None, "text": None, "_text": None}, "value", "Patient.name[0].family"),
        ({"family": "L", "use": "stage"}, "code-invalid", "Patient.name[0].use"),
    ],
)
def test_extensions_of_primitives_stand_beside_them(
    names: dict[str, Any], code: str, place: str
) -> None:
    found = told(but(REBECCA, name=[names]))
    assert ((code, place) in found) if code else not found


@pytest.mark.parametrize(
    ("extension", "code", "place"),
    [
        ({"url": URL, "valueString": "x"}, "", ""),
        ({"url": URL, "extension": [{"url": "part", "valueCode": "x"}]}, "", ""),
        ({"url": URL, "_valueDate": {"extension": WHY}}, "", ""),
        ({"url": URL}, "invariant", "Patient.extension[0]"),
        ({"url": URL, "valueCode": "a", "extension": WHY}, "invariant", "Patient.extension[0]"),
        ({"valueString": "x"}, "required", "Patient.extension[0].url"),
        ({"url": "", "valueString": "x"}, "value", "Patient.extension[0].url"),
        ({"url": "part", "valueString": "x"}, "value", "Patient.extension[0].url"),
        (
            {"url": URL, "_url": {"id": "x"}, "valueCode": "x"},
            "structure",
            "Patient.extension[0].url",
        ),
        ({"url": URL, "valueText": "x"}, "structure", "Patient.extension[0].valueText"),
        (
            {"url": URL, "valueString": "x", "valueCode": "x"},
            "structure",
            "Patient.extension[0].value",
        ),
        (
            {"url": URL, "extension": [{"url": "a"}]},
            "invariant",
            "Patient.extension[0].extension[0]",
        ),
    ],
)
def test_an_extension_has_an_address_and_a_value_or_extensions(
    extension: dict[str, Any], code: str, place: str
) -> None:
    found = told(with_extension(extension))
    assert ((code, place) in found) if code else not found


@pytest.mark.parametrize(
    ("reference", "code", "place"),
    [
        ({"reference": "Patient/142859"}, "", ""),
        ({"reference": "Patient/142859/_history/2"}, "", ""),
        ({"reference": "https://example.org/fhir/Group/5"}, "", ""),
        ({"reference": "https://example.org/somebody"}, "", ""),
        ({"reference": "urn:uuid:0b1e2f3a-0000-4000-8000-000000000000"}, "", ""),
        ({"reference": "Patient?identifier=http://x|1"}, "", ""),
        ({"type": "Patient", "identifier": {"value": "1"}}, "", ""),
        ({"display": "Rebecca"}, "", ""),
        ({"reference": "Practitioner/1"}, "value", "Observation.subject"),
        ({"reference": "https://example.org/fhir/Practitioner/5"}, "value", "Observation.subject"),
        ({"reference": "Practitioner?name=x"}, "value", "Observation.subject"),
        ({"type": "Practitioner", "identifier": {"value": "1"}}, "value", "Observation.subject"),
        ({"reference": "142859"}, "value", "Observation.subject.reference"),
        ({"reference": "Unicorn/1"}, "value", "Observation.subject.reference"),
        ({"reference": "Patient/1 2"}, "value", "Observation.subject.reference"),
        ({"reference": "#nobody"}, "invariant", "Observation.subject"),
        ({"reference": 5}, "value", "Observation.subject.reference"),
        ({}, "structure", "Observation.subject"),
    ],
)
def test_a_reference_leads_to_what_the_element_may_refer_to(
    reference: dict[str, Any], code: str, place: str
) -> None:
    found = told(but(PULSE, subject=reference))
    assert ((code, place) in found) if code else not found


@pytest.mark.parametrize(
    ("status", "is_valid"),
    [
        (
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "code": "active",
                    }
                ]
            },
            True,
        ),
        (
            {
                "coding": [
                    {"system": "urn:x", "code": "y"},
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "code": "active",
                    },
                ]
            },
            True,
        ),
        ({"extension": WHY}, True),
        ({"coding": [{"code": "active"}]}, False),
        (
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "code": "ill",
                    }
                ]
            },
            False,
        ),
        ({"text": "active"}, False),
    ],
)
def test_a_concept_has_one_of_the_codes_that_are_required(
    status: dict[str, Any], is_valid: bool
) -> None:
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/1"},
        "clinicalStatus": status,
    }
    expected = [] if is_valid else [("code-invalid", "Condition.clinicalStatus")]
    assert told(condition) == expected


def organization(**members: Any) -> dict[str, Any]:
    return {"resourceType": "Organization", "id": "org", "name": "X", **members}


class TestContained:
    def held(self, *contained: Any, reference: str = "#org") -> list[tuple[str, str]]:
        manager = {"managingOrganization": {"reference": reference}}
        return told(but(REBECCA, contained=list(contained), **manager))

    def test_what_is_referred_to_may_be_contained(self) -> None:
        assert self.held(organization()) == []

    def test_what_refers_to_its_container_may_be_contained(self) -> None:
        provenance = {
            "resourceType": "Provenance",
            "target": [{"reference": "#"}],
            "recorded": "2020-01-01T00:00:00Z",
            "agent": [{"who": {"display": "x"}}],
        }
        assert self.held(provenance, organization()) == []

    @pytest.mark.parametrize(
        ("members", "code", "place"),
        [
            ({"colour": "red"}, "structure", "Patient.contained[0].colour"),
            ({"name": ""}, "value", "Patient.contained[0].name"),
            ({"meta": {"versionId": "1"}}, "invariant", "Patient.contained[0].meta"),
            ({"meta": {"security": [{"code": "x"}]}}, "invariant", "Patient.contained[0].meta"),
            ({"contained": [organization()]}, "invariant", "Patient.contained[0].contained"),
            ({"id": "other"}, "invariant", "Patient.contained[0]"),
            ({"resourceType": "Unicorn"}, "structure", "Patient.contained[0]"),
            ({"resourceType": None}, "structure", "Patient.contained[0]"),
            ({"partOf": {"reference": "#gone"}}, "invariant", "Patient.contained[0].partOf"),
        ],
    )
    def test_it_is_looked_at_as_any_other(
        self, members: dict[str, Any], code: str, place: str
    ) -> None:
        assert (code, place) in self.held(organization(**members))

    def test_a_reference_to_it_is_to_a_type_that_may_stand_there(self) -> None:
        device = {"resourceType": "Device", "id": "org"}
        assert self.held(device) == [("value", "Patient.managingOrganization")]

    def test_ids_are_given_once(self) -> None:
        found = self.held(organization(), organization())
        assert found == [("structure", "Patient.contained[1]")]


def test_the_meta_that_the_server_fills_may_be_empty() -> None:
    assert told(but(PULSE, meta={})) == []
    assert ("structure", "Observation.meta") in [
        (each.code, each.expression) for each in review(but(PULSE, meta={}))
    ]
    assert told(but(PULSE, meta=[])) == [("structure", "Observation.meta")]


def test_nesting_has_an_end() -> None:
    item: dict[str, Any] = {"linkId": "x"}
    for _ in range(200):
        item = {"linkId": "x", "item": [item]}
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [item]}
    [found] = errors(response)
    assert "More than 100 elements" in found.text


def test_however_much_is_wrong_a_hundred_issues_are_told() -> None:
    found = check(but(PULSE, **{f"a{number}": 1 for number in range(500)}))
    assert len(found) == 101
    assert (found[-1].severity, found[-1].text[:8]) == ("information", "400 more")
    assert len(errors(but(PULSE, **{f"a{number}": 1 for number in range(100)}))) == 100


def test_no_text_repeats_a_value() -> None:
    wrong = but(REBECCA, gender="Larson", active="ja", birthDate="Larson", **{"Rebecca Larson": 1})
    wrong["text"] = {"status": "generated", "div": DIV.format("<script>Larson</script>")}
    said = " ".join(f"{each.text} {each.expression}" for each in check(wrong))
    assert len(check(wrong)) == 5
    assert "Larson" not in said
    assert "ja" not in said.split()


@pytest.mark.parametrize("name", [each.name for each in registry.every()])
def test_a_resource_without_its_mandatory_elements_says_all_that_is_missing(name: str) -> None:
    expected = [("required", f"{name}.{each}") for each, _ in structure(name).mandatory]
    assert [each for each in told({"resourceType": name}) if each[0] == "required"] == expected


@pytest.mark.parametrize("value", [None, [], "x", 5, Decimal("1.0"), {}, {"resourceType": None}])
def test_what_is_no_resource_is_refused(value: Any) -> None:
    assert told(value) == [("structure", "Resource")]
