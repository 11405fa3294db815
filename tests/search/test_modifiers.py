"""What is asked of a parameter beyond its value. https://hl7.org/fhir/R4/search.html#modifiers"""

from typing import Any

import pytest

from tests import people
from tests.api import Api, Session, diagnostics, ids
from tests.people import Person, make_key

LOINC = "http://loinc.org"


def coded(observation_id: str, code: str, /, **more: Any) -> dict[str, Any]:
    return {**people.observation(observation_id, "142859", code=code), **more}


def weight(value: float, unit: str, code: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": code}


@pytest.fixture
def session(api: Api, rebecca: Person) -> Session:
    words = {"coding": [{"system": LOINC, "code": "29463-7", "display": "Body wéight"}]}
    api.has(
        coded("plain", "1"),
        coded("worded", "2", code=words, valueQuantity=weight(70.2, "kilogram", "kg")),
        coded("lower", "abc", valueQuantity=weight(5, "mg", "mg"), effectiveDateTime="1999"),
        coded("upper", "ABC", valueQuantity={**weight(5, "mg", "mg"), "comparator": "<"}),
        coded("barred", "a|b,c$d\\e"),
        coded("pressure", "85354-9", valueQuantity=None, component=[
            {"code": {"coding": [{"system": LOINC, "code": "8480-6"}]},
             "valueQuantity": weight(141, "mmHg", "mm[Hg]")}]),
    )  # fmt: skip
    return api.as_(rebecca.key)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"code": "abc"}, {"lower"}),
        ({"code": f"{LOINC}|ABC"}, {"upper"}),
        ({"code": f"{LOINC}|"}, {"plain", "worded", "lower", "upper", "barred", "pressure"}),
        ({"code": "|abc"}, set()),
        ({"code:not": "1,abc,ABC,29463-7,85354-9"}, {"barred"}),
        ({"code": r"a\|b\,c\$d\\e"}, {"barred"}),
        ({"code": rf"{LOINC}|a\|b\,c\$d\\e,abc"}, {"barred", "lower"}),
        ({"code:text": "body weig"}, {"worded"}),
        ({"code:text": "WÉIGHT"}, {"worded"}),
        ({"code:text": "eight"}, set()),
        ({"code:text": "%"}, set()),
        ({"combo-code": "8480-6,abc"}, {"pressure", "lower"}),
        ({"component-code": "85354-9"}, set()),
        ({"value-quantity": "70.2||kg"}, {"worded"}),
        ({"value-quantity": "70||kilogram"}, {"worded"}),
        ({"value-quantity": "70.0||kg"}, set()),
        ({"value-quantity": "gt70|http://unitsofmeasure.org|kg"}, {"worded"}),
        ({"value-quantity": "gt1|urn:other|kg"}, set()),
        ({"value-quantity": "lt4||mg"}, {"upper"}),
        ({"value-quantity": "5||mg"}, {"lower"}),
        ({"value-quantity": "5||mg,70.2||kg"}, {"lower", "worded"}),
        ({"combo-value-quantity": "ge140||mm[Hg]"}, {"pressure"}),
        ({"component-value-quantity": "ge142||mm[Hg]"}, set()),
        ({"code-value-quantity": "29463-7$gt70"}, {"worded"}),
        ({"code-value-quantity": "abc$gt70,abc$5"}, {"lower"}),
        ({"patient:identifier": "9999094"}, set()),
        ({"date": "lt2000"}, {"lower"}),
    ],
)  # fmt: skip
def test_a_value_is_found_as_it_is_asked_for(
    session: Session, query: dict[str, str], found: set[str]
) -> None:
    response = session.get("Observation", query)
    assert response.status_code == 200, response.content
    assert set(ids(response)) == found


@pytest.mark.parametrize(
    "query",
    [
        {"code:in": "x"}, {"code:above": "x"}, {"code:of-type": "a|b|c"}, {"code": "a|b|c"},
        {"date:exact": "2020"}, {"value-quantity": "heavy"}, {"value-quantity": "5|kg"},
        {"code-value-quantity": "abc"}, {"code-value-quantity": "abc$1$2"}, {"_id:missing": "true"},
        {"code-value-quantity": "abc$heavy"}, {"subject:Starship": "1"}, {"_lastUpdated:not": "x"},
        {"_profile:below": "http://x"}, {"code:missing": "yes"}, {"value-string": " "},
        {"_sort": "code"}, {"_sort": "subject"}, {"_sort": "combo-value-quantity"}, {"_sort": ""},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_400(session: Session, query: dict[str, str]) -> None:
    response = session.get("Observation", query)
    assert response.status_code == 400
    assert diagnostics(response)


@pytest.mark.parametrize("name", ["_content", "_text", "_list", "_filter", "_query", "_type"])
def test_what_is_not_supported_is_reported_or_refused(session: Session, name: str) -> None:
    bundle = session.get("Observation", {name: "x"}).json()
    assert name in bundle["entry"][-1]["resource"]["issue"][0]["diagnostics"]
    strict = session.get("Observation", {name: "x"}, prefer="handling=strict")
    assert strict.status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"family": "nunez"}, ["7"]),
        ({"family:exact": "Núñez"}, ["7"]),
        ({"family:exact": "Nunez"}, []),
        ({"family:exact": "núñez"}, []),
        ({"family:exact": "Núñe"}, []),
        ({"name:exact": "Zoë,Núñez"}, ["7"]),
        ({"name:exact": "Zoe"}, []),
        ({"family:contains": "ÑE"}, ["7"]),
        ({"identifier:of-type": "|MR|9999100"}, ["7"]),
        ({"identifier:of-type": "|SSN|9999100"}, []),
        ({"general-practitioner": "dr-strange"}, ["7"]),
        ({"general-practitioner:Practitioner": "dr-strange"}, ["7"]),
        ({"general-practitioner:Organization": "dr-strange"}, []),
        ({"general-practitioner": "Practitioner/dr-strange/_history/3"}, ["7"]),
        ({"general-practitioner": "https://elsewhere.example/Practitioner/dr-strange"}, []),
    ],
)  # fmt: skip
def test_names_and_references_are_compared_as_asked(
    api: Api, dr_strange: Person, query: dict[str, str], found: list[str]
) -> None:
    assert ids(api.as_(make_key(dr_strange, ["7"])).get("Patient", query)) == found


def test_a_reference_is_found_by_the_identifier_it_carries(api: Api, rebecca: Person) -> None:
    performer = {"identifier": {"system": "urn:npi", "value": "1"}}
    api.has(coded("by", "1", performer=[performer]), coded("other", "1"))
    session = api.as_(rebecca.key)
    assert ids(session.get("Observation", {"performer:identifier": "urn:npi|1"})) == ["by"]
    assert ids(session.get("Observation", {"performer:identifier": "2"})) == []


def test_another_servers_resource_is_not_ours(api: Api, rebecca: Person) -> None:
    foreign = "https://elsewhere.example/fhir/Encounter/1"
    api.has(coded("foreign", "1", encounter={"reference": foreign}))
    session = api.as_(rebecca.key)
    assert ids(session.get("Observation", {"encounter": foreign})) == ["foreign"]
    assert ids(session.get("Observation", {"encounter": "Encounter/1"})) == []
