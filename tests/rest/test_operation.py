"""Parameters of operations: whatever is sent, they are understood or refused, never a failure."""

import orjson
import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.outcomes import Outcome
from fhirapi.rest.operation import Parameters, of_query, of_query_and_body

_LEAVES = st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=20)
_NAMES = st.sampled_from(
    ["name", "valueCode", "valueCoding", "coding", "system", "code", "reference"]
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


def sent(body: bytes, content_type: str = "application/fhir+json") -> Parameters:
    request = RequestFactory().post("/", body, content_type=content_type)
    return of_query_and_body(request, "$made-up")


def understood(body: bytes) -> list[tuple[str, str]]:
    """Nothing, where it is refused as it should be."""
    try:
        return sent(body).pairs
    except Outcome as outcome:
        if outcome.status != 400:
            raise
        return []


@given(st.lists(_JSON, max_size=4) | _JSON)
def test_any_json_is_understood_or_refused(given_: object) -> None:
    body = orjson.dumps({"resourceType": "Parameters", "parameter": given_})
    assert all(name and type(value) is str for name, value in understood(body))


@given(st.binary(max_size=60))
def test_any_bytes_are_understood_or_refused(body: bytes) -> None:
    assert understood(body) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"valueBoolean": True}, "true"), ({"valueInteger": 7}, "7"), ({"valueId": "a"}, "a"),
        ({"valueReference": {"reference": "Patient/1"}}, "Patient/1"),
        ({"valueCoding": {"system": "urn:s", "code": "c"}}, "urn:s|c"),
        ({"valueCoding": {"code": "a,b|c"}}, "a\\,b\\|c"),
        ({"valueCodeableConcept": {"coding": [{"code": "a"}, {"code": "b"}]}}, "a,b"),
    ],
)  # fmt: skip
def test_a_value_reads_as_it_would_stand_in_a_query(value: dict[str, object], text: str) -> None:
    body = orjson.dumps({"resourceType": "Parameters", "parameter": [{"name": "n", **value}]})
    assert sent(body).pairs == [("n", text)]


def test_address_and_body_say_it_together() -> None:
    request = RequestFactory().post("/?a=1", {"b": "2"}, query_params={"a": "1"})
    assert of_query_and_body(request, "$made-up").pairs == [("a", "1"), ("b", "2")]


@pytest.mark.parametrize("query", ["&".join(["a=1"] * 101), "a=" + "x" * 10_001, "a=%00"])
def test_there_are_limits(query: str) -> None:
    with pytest.raises(Outcome) as refused:
        of_query(RequestFactory().get(f"/?{query}"), "$made-up", {"a"})
    assert refused.value.status == 400
