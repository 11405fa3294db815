"""Which representation is asked for, and which part of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.rest import negotiation
from tests import people
from tests.api import Api, diagnostics
from tests.people import Person

READ = "Patient/142859"


@pytest.mark.parametrize(
    "accept",
    [
        "", "application/fhir+json", "application/json", "APPLICATION/FHIR+JSON", "*/*",
        "application/fhir+json; charset=utf-8", "application/fhir+json; fhirVersion=4.0",
        'application/fhir+json; fhirVersion="4.0"', "application/json;fhirVersion=4.0.1",
        "text/html, application/fhir+json;q=0.1", "application/*;q=0.5", "text/html,*/*;q=0.1",
        "application/fhir+xml, application/json;q=0.9", "application/fhir+json;q=1.000",
        "application/json;q=0, */*", "application/fhir+json; fhirVersion=3.0, application/json",
    ],
)  # fmt: skip
def test_json_is_answered_where_it_is_acceptable(api: Api, rebecca: Person, accept: str) -> None:
    response = api.as_(rebecca.key).get(READ, accept=accept)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/fhir+json; charset=utf-8"


@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+xml", "text/html", "application/fhir+json;q=0",
        "application/fhir+json; fhirVersion=3.0", "application/json;fhirVersion=5.0",
        "application/fhir+json;q=0, application/json;q=0, */*", "application/fhir+json;q=high",
        "application/fhir+json;q=nan", "text/*", "fhir+json", ",", ";",
    ],
)  # fmt: skip
def test_anything_else_is_406(api: Api, rebecca: Person, accept: str) -> None:
    response = api.as_(rebecca.key).get(READ, accept=accept)
    assert response.status_code == 406
    assert diagnostics(response)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("json", 200), ("application/json", 200), ("application/fhir+json", 200),
        ("application/fhir%2Bjson", 200), ("application/fhir%2Bjson;fhirVersion=4.0", 200),
        ("application/fhir%2Bjson;fhirVersion=3.0", 406), ("xml", 406), ("html", 406), ("", 200),
    ],
)  # fmt: skip
def test_format_goes_before_accept(api: Api, rebecca: Person, form: str, status: int) -> None:
    session = api.as_(rebecca.key)
    accept = "text/html" if status == 200 and form else "application/fhir+json"
    assert session.get(f"{READ}?_format={form}", accept=accept).status_code == status


def test_pretty_indents_on_demand_only(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    plain, pretty = (session.get(f"{READ}?_pretty={word}") for word in ("false", "true"))
    assert b"\n" not in plain.content
    assert b'\n  "id": "142859"' in pretty.content
    assert plain.json() == pretty.json()


@pytest.mark.parametrize(
    ("query", "elements"),
    [
        ({"_elements": "gender,birthDate"}, {"gender", "birthDate"}),
        ({"_elements": "Patient.gender"}, {"gender"}),
        ({"_summary": "text"}, set()),
    ],
)
def test_a_read_can_be_of_parts(
    api: Api, rebecca: Person, query: dict[str, str], elements: set[str]
) -> None:
    session = api.as_(rebecca.key)
    for address in (READ, f"{READ}/_history/1"):
        response = session.get(address, query)
        assert set(response.json()) == {"resourceType", "id", "meta", *elements}
        assert response.json()["meta"]["tag"][0]["code"] == "SUBSETTED"
        assert response["ETag"] == 'W/"1"'


@pytest.mark.parametrize("query", [{"_summary": "false"}, {}])
def test_otherwise_it_is_whole(api: Api, rebecca: Person, query: dict[str, str]) -> None:
    assert "tag" not in api.as_(rebecca.key).get(READ, query).json()["meta"]


@pytest.mark.parametrize("query", [{"_summary": "count"}, {"_summary": "x"}, {"_elements": ""}])
def test_parts_that_are_none_are_400(api: Api, rebecca: Person, query: dict[str, str]) -> None:
    response = api.as_(rebecca.key).get(READ, query)
    assert response.status_code == 400
    assert diagnostics(response)


@given(st.text(max_size=80))
def test_no_header_is_too_odd_to_be_read(header: str) -> None:
    assert 0 <= negotiation.quality(header, "application/json") <= 1


@given(st.integers(min_value=0, max_value=1000))
def test_a_quality_is_read_as_it_is_written(thousandths: int) -> None:
    header = f"application/fhir+json;q={thousandths / 1000:.3f}, */*;q=0"
    assert negotiation.quality(header, "application/fhir+json") == thousandths / 1000
    assert negotiation.quality(header, "text/plain") == 0


def test_a_form_of_another_type_is_refused(api: Api, rebecca: Person) -> None:
    headers = {"authorization": f"Bearer {api.as_(rebecca.key).token}"}
    response = api.http.post(
        "/R4-patient-api/Observation/_search", "a=b", content_type="text/plain", headers=headers
    )
    assert response.status_code == 415
    assert diagnostics(response)


def test_a_posted_search_is_of_address_and_form_together(api: Api, rebecca: Person) -> None:
    api.has(people.observation("a", "142859"), people.observation("b", "142859", code="1"))
    session = api.as_(rebecca.key)
    bundle = session.post("Observation/_search?code=8867-4", {"patient": "142859"}).json()
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == ["a"]
