"""The console's modules that know no page: addresses, JSON, values, scopes, what is sent."""

import json
from typing import Any

import pytest

from fhirapi.definitions import registry
from fhirapi.searchparams.paths import values
from portal.console.definitions import told
from tests import people
from tests.node import run

BASE = "https://ehr.example.org/R4-patient-api"
DEFINITIONS = told()
ADDRESS = {"console/address.js": "{ parse, format, relative, absolute }"}


def there_and_back(addresses: list[str]) -> list[str]:
    code = "return given.addresses.map((each) => format(parse(each, given.definitions)));"
    given = {"addresses": addresses, "definitions": DEFINITIONS}
    found: list[str] = run(ADDRESS, code, given)
    return found


@pytest.mark.parametrize(
    "address",
    [
        "Patient",
        "Patient/142859",
        "Patient/142859/$everything",
        "metadata",
        "Observation?patient=142859&code=http://loinc.org|8867-4",
        "Observation?date=ge2024-01-01&date=lt2025-01-01",
        "Observation?value-quantity=gt5.4|http://unitsofmeasure.org|mg",
        "Observation?subject:Patient=142859&code:not=8867-4",
        "Observation?patient.family=lar&_has:Provenance:target:agent=Practitioner/1",
        "Patient?name:exact=Zo%C3%AB%20N%C3%BA%C3%B1ez",
        "Patient?name=a%26b%3Dc%2Bd%23e%25f",
        r"Patient?name=a\,b",
        "Patient?_sort=-birthdate&_count=5&_include=Patient:general-practitioner",
        "Patient?no-such-parameter=1&also-none=",
    ],
)
def test_rows_made_from_an_address_give_the_same_address(address: str) -> None:
    [found] = there_and_back([address])
    assert found.replace("%5C", "\\") == address


def test_rows_tell_modifier_comparator_and_value_apart() -> None:
    code = "return parse(given.address, given.definitions).rows;"
    address = "Observation?date=ge2024-01-01&code:not=8867-4&status=final&date:missing=true&x=1"
    assert run(ADDRESS, code, {"address": address, "definitions": DEFINITIONS}) == [
        {"code": "date", "modifier": "", "prefix": "ge", "value": "2024-01-01"},
        {"code": "code", "modifier": "not", "prefix": "", "value": "8867-4"},
        {"code": "status", "modifier": "", "prefix": "", "value": "final"},
        {"code": "date", "modifier": "missing", "prefix": "", "value": "true"},
        {"name": "x", "value": "1", "isOther": True},
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Patient/1", "Patient/1"),
        ("/Patient/1", "Patient/1"),
        ("  Patient/1 ", "Patient/1"),
        ("/R4-patient-api/Patient/1", "Patient/1"),
        (f"{BASE}/Patient?name=x", "Patient?name=x"),
        (BASE, ""),
        ("https://elsewhere.example/Patient/1", None),
        (f"{BASE}.evil.example/Patient/1", None),
    ],
)
def test_what_is_pasted_is_taken_as_an_address_below_the_base(
    typed: str, expected: str | None
) -> None:
    assert run(ADDRESS, f"return relative(given, {json.dumps(BASE)});", typed) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Patient/1", f"{BASE}/Patient/1"),
        ("", BASE),
        ("Patient?name=Núñez x", f"{BASE}/Patient?name=N%C3%BA%C3%B1ez%20x"),
        ("Patient?name=%41%20b", f"{BASE}/Patient?name=%41%20b"),
        ("Observation?code=a|b", f"{BASE}/Observation?code=a%7Cb"),
        ("../console/launch/", None),
        ("Patient/../../portal/", None),
        ("Patient/%2e%2e/%2e%2e/portal/", None),
        (r"..\..\portal", f"{BASE}/..%5C..%5Cportal"),
    ],
)
def test_a_token_is_sent_to_no_address_outside_of_the_api(
    address: str, expected: str | None
) -> None:
    assert run(ADDRESS, f"return absolute(given, {json.dumps(BASE)});", address) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1.50,"b":[1e3,-0.0,12345678901234567890],"c":{}}',
        '{"text":"a \\"quoted\\" \\\\ back\\\\","more":"\\u00e9\\n\\ud83d\\ude00"}',
        "[]",
        '"only a text"',
        "null",
        "[ true , false ,\n null , [ [ ] , { } ] ]",
        '{"": {"": [""]}}',
    ],
)
def test_json_is_shown_with_the_digits_it_came_with(text: str) -> None:
    names = {"console/json.js": "{ parse, pretty, plain }"}
    code = "const tree = parse(given); return [pretty(tree), plain(tree)];"
    shown, plain = run(names, code, text)
    assert json.loads(shown, parse_float=str) == json.loads(text, parse_float=str)
    assert json.loads(shown) == plain or "12345678901234567890" in text
    for digits in ("1.50", "1e3", "-0.0", "12345678901234567890"):
        assert (digits in shown) is (digits in text)


@pytest.mark.parametrize("text", ["", "{", '{"a":}', "[1,]", "<html>", "{'a': 1}", '{"a":1} x'])
def test_what_is_no_json_is_not_taken_for_it(text: str) -> None:
    code = "try { parse(given); return 'taken'; } catch (error) { return error.name; }"
    assert run({"console/json.js": "{ parse }"}, code, text) == "SyntaxError"


def test_a_large_answer_is_folded_and_its_lines_can_all_be_shown() -> None:
    entry = {"resource": {"resourceType": "Observation", "id": "o", "values": [1, 2, 3]}}
    bundle = json.dumps({"resourceType": "Bundle", "entry": [entry] * 5000})
    names = {
        "console/json.js": "{ parse }",
        "console/lines.js": "{ firstOpen, everyBranch, linesOf }",
    }
    code = """
    const tree = parse(given);
    const open = firstOpen(tree);
    const first = linesOf(tree, open).length;
    everyBranch(tree, (each) => open.add(each));
    return [first, linesOf(tree, open).length];
    """
    first, every = run(names, code, bundle)
    assert first == 5000 + 5  # entries, each folded
    assert every == 5 + 5000 * 11


def test_a_small_answer_is_not_folded() -> None:
    names = {"console/json.js": "{ parse }", "console/lines.js": "{ firstOpen, linesOf }"}
    code = "const tree = parse(given); return linesOf(tree, firstOpen(tree)).length;"
    patient = people.patient("1", "Rebecca", "Larson", "9999094", "1978-04-12")
    expected = len(json.dumps(patient, indent=2).splitlines())
    assert run(names, code, json.dumps(patient)) == expected


def test_paths_lead_where_the_servers_own_lead() -> None:
    """For each path of the definitions, on a resource that has something there."""
    observation = people.observation("o", "1")
    patient = people.patient("1", "Rebecca", "Larson", "9999094", "1978-04-12")
    patient["telecom"] = [
        {"system": "email", "value": "r@example.com"}, {"system": "phone", "value": "555"}
    ]  # fmt: skip
    patient["extension"] = [{"url": "urn:x", "valueCode": "F"}, None]
    asked: list[tuple[dict[str, Any], str]] = [
        (resource, path)
        for resource, name in ((observation, "Observation"), (patient, "Patient"))
        if (found := registry.find(name))
        for row in found.search
        for path in (*row.paths, "extension('urn:x').valueCode")
    ]
    code = "return given.map(([resource, path]) => follow(resource, path));"
    found = run({"console/values.js": "{ follow }"}, code, asked)
    assert found == [values(resource, path) for resource, path in asked]
    assert sum(map(bool, found)) > 10


def links(*pairs: tuple[str, Any]) -> list[str | None]:
    code = (
        "const types = new Set(['Patient', 'Binary']);"
        f"return given.map(([key, value]) => linkOf(key, value, {json.dumps(BASE)}, types));"
    )
    found: list[str | None] = run({"console/links.js": "{ linkOf }"}, code, pairs)
    return found


def test_references_and_addresses_of_this_server_lead_on() -> None:
    assert links(
        ("reference", "Patient/1"),
        ("reference", "Patient/1/_history/2"),
        ("url", "Binary/b1"),
        ("fullUrl", f"{BASE}/Patient/1"),
        ("url", f"{BASE}/Patient?_page=abc"),
    ) == ["Patient/1", "Patient/1/_history/2", "Binary/b1", "Patient/1", "Patient?_page=abc"]


def test_what_is_elsewhere_or_no_reference_does_not() -> None:
    values = [
        ("reference", "#contained"), ("reference", "urn:uuid:1"), ("reference", "NoSuch/1"),
        ("reference", "https://elsewhere.example/Patient/1"), ("display", "Patient/1"),
        ("fullUrl", f"{BASE}.evil.example/Patient/1"), ("reference", 5), ("reference", None),
    ]  # fmt: skip
    assert links(*values) == [None] * len(values)


@pytest.mark.parametrize(
    ("scope", "methods"),
    [
        ("patient/*.rs openid", {"GET", "SEARCH"}),
        ("patient/*.cruds", {"GET", "SEARCH"}),
        ("user/*.cruds", {"GET", "SEARCH", "POST", "PUT", "PATCH", "DELETE"}),
        ("user/Observation.cu?category=x user/*.rs", {"GET", "SEARCH", "POST", "PUT", "PATCH"}),
        ("system/*.write", {"GET", "SEARCH", "POST", "PUT", "PATCH", "DELETE"}),
        ("", {"GET", "SEARCH"}),
    ],
)
def test_only_scopes_that_write_offer_changes(scope: str, methods: set[str]) -> None:
    names = {"console/scopes.js": "{ mayUse }", "console/wire.js": "{ METHODS }"}
    code = "return METHODS.filter((each) => mayUse(each, given));"
    assert set(run(names, code, scope)) == methods


def wired(**request: str) -> Any:
    asked = {"method": "GET", "address": "Patient", "headers": "", "body": "", **request}
    return run({"console/wire.js": "{ wired }"}, f"return wired(given, {json.dumps(BASE)});", asked)


def test_a_search_by_post_takes_its_query_in_the_body() -> None:
    assert wired(method="SEARCH", address="Observation?code=http://loinc.org|8867-4&_count=5") == {
        "method": "POST",
        "url": f"{BASE}/Observation/_search",
        "headers": [["Content-Type", "application/x-www-form-urlencoded"]],
        "body": "code=http://loinc.org%7C8867-4&_count=5",
    }


def test_headers_are_lines_and_the_tokens_own_is_not_overwritten() -> None:
    found = wired(
        headers="Accept: a/b\nPrefer:  x=y ; z \n\nnonsense\nAUTHORIZATION: Bearer stolen"
    )
    assert found["headers"] == [["Accept", "a/b"], ["Prefer", "x=y ; z"]]


def test_a_patch_that_is_a_list_is_a_json_patch() -> None:
    types = [
        dict(wired(method=method, body=body)["headers"])["Content-Type"]
        for method, body in (("PATCH", "[]"), ("PATCH", "{}"), ("PUT", "[]"))
    ]
    assert types == [
        "application/json-patch+json",
        "application/fhir+json",
        "application/fhir+json",
    ]


@pytest.mark.parametrize(
    ("method", "address", "expected"),
    [
        ("GET", "Patient", False), ("SEARCH", "Patient?x=1", False), ("POST", "Patient", True),
        ("POST", "Patient/$validate", False), ("POST", "Patient/_search", False),
        ("POST", "", True), ("POST", "$import", True), ("DELETE", "Patient/1", True),
    ],
)  # fmt: skip
def test_what_changes_something_is_known_beforehand(
    method: str, address: str, expected: bool
) -> None:
    code = "return changes(given[0], given[1]);"
    assert run({"console/wire.js": "{ changes }"}, code, [method, address]) is expected


def test_an_example_of_a_change_has_the_digits_that_were_stored() -> None:
    code = """
    const type = given.definitions.types.find((each) => each.name === "Condition");
    const samples = [JSON.parse(given.text)];
    const groups = ofType(type, given.definitions, samples, "1", true, () => given.text);
    return Object.fromEntries(groups).changing.map((each) => [each.method, each]);
    """
    stored = '{"resourceType":"Condition","id":"c","meta":{"versionId":"3"},"x":1.50}'
    given = {"definitions": DEFINITIONS, "text": stored}
    found = dict(run({"console/examples.js": "{ ofType }"}, code, given))
    assert found["PUT"]["body"] == stored
    assert json.loads(found["POST"]["body"]) == {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/1"},
    }
    for method in ("PUT", "PATCH", "DELETE"):
        assert found[method]["address"] == "Condition/c"
        assert 'If-Match: W/"3"' in found[method]["headers"]
