"""Paths of views lead where FHIRPath says; test_published.py asks another implementation."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.bulk.analytics.following import every, fulfils, visit

names = st.sampled_from(["a", "b", "c"])
leaves = st.sampled_from(["x", "y", "z"]) | st.booleans() | st.none() | st.integers(0, 1)
nodes = st.recursive(
    leaves,
    lambda inner: st.dictionaries(names, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(names, nodes, max_size=3)
chains = st.lists(names, min_size=1, max_size=3)


def children(found: list[Any], name: str) -> list[Any]:
    """What FHIRPath says of ``.name``, a list at a time."""
    values = [node[name] for node in found if isinstance(node, dict) and name in node]
    flat: list[Any] = []
    for value in values:
        flat += value if isinstance(value, list) else [value]
    return [value for value in flat if value is not None]


def led(node: Any, chain: list[str]) -> list[Any]:
    found = [node]
    for name in chain:
        found = children(found, name)
    return found


@given(objects, chains)
def test_a_chain_of_names_leads_to_every_value_below_in_order(
    node: dict[str, Any], chain: list[str]
) -> None:
    assert every(".".join(chain), node) == led(node, chain)


@given(objects, chains, chains)
def test_first_is_of_all_that_was_found_before_it(
    node: dict[str, Any], before: list[str], after: list[str]
) -> None:
    expected = led(node, before)[:1]
    assert every(f"{'.'.join(before)}.first()", node) == expected
    path = f"{'.'.join(before)}.first().{'.'.join(after)}"
    assert every(path, node) == [value for each in expected for value in led(each, after)]


@given(objects, chains)
def test_exists_tells_whether_there_is_anything(node: dict[str, Any], chain: list[str]) -> None:
    assert every(f"{'.'.join(chain)}.exists()", node) == [bool(led(node, chain))]


@given(objects, chains, names, st.sampled_from(["x", "y"]))
def test_where_keeps_what_has_exactly_that_value(
    node: dict[str, Any], chain: list[str], name: str, value: str
) -> None:
    found = led(node, chain)
    kept = [each for each in found if led(each, [name]) == [value]]
    path = ".".join(chain)
    assert every(f"{path}.where({name} = '{value}')", node) == kept
    assert fulfils(f"{path}.exists({name} = '{value}')")(node) is bool(kept)


@given(objects, chains, names, names)
def test_and_means_both(node: dict[str, Any], chain: list[str], one: str, other: str) -> None:
    found = led(node, chain)
    kept = [each for each in found if led(each, [one]) == ["x"] and led(each, [other]) == [True]]
    assert every(f"{'.'.join(chain)}.where({one} = 'x' and {other} = true)", node) == kept


@given(objects, chains, chains)
def test_a_union_has_the_values_of_both_each_once(
    node: dict[str, Any], one: list[str], other: list[str]
) -> None:
    expected: list[Any] = []
    for value in led(node, one) + led(node, other):
        if value not in expected:
            expected.append(value)
    assert every(f"({'.'.join(one)} | {'.'.join(other)})", node) == expected


@given(st.lists(st.sampled_from(["Anna", "Maria", "x"])))
def test_join_puts_texts_together_and_makes_nothing_of_nothing(given_names: list[str]) -> None:
    expected = [" ".join(given_names)] if given_names else []
    assert every("given.join(' ')", {"given": given_names}) == expected


types = st.sampled_from(["Patient", "Group", "Practitioner"])
ids = st.from_regex(r"[A-Za-z0-9.-]{1,64}", fullmatch=True)


@given(types, ids, st.none() | ids)
def test_a_reference_key_is_the_key_of_the_resource_referred_to(
    type_name: str, resource_id: str, version: str | None
) -> None:
    history = f"/_history/{version}" if version else ""
    resource = {"subject": {"reference": f"{type_name}/{resource_id}{history}"}}
    [key] = every("getResourceKey()", {"id": resource_id})
    assert every("subject.getReferenceKey()", resource) == [key]
    expected = [key] if type_name == "Patient" else []
    assert every("subject.getReferenceKey(Patient)", resource) == expected


@pytest.mark.parametrize(
    "reference",
    ["https://elsewhere.example/Patient/1", "#p1", "Patient/",
     "urn:uuid:9d0a6e7c-7f9b-4d26-a5a5-0f2a1d6f7d43",
     "Patient/1/2", "Patient/1#name", "Patient?identifier=1", "Patients/1", "", None, 7],
)  # fmt: skip
def test_what_is_not_a_relative_reference_has_no_key(reference: Any) -> None:
    assert every("getReferenceKey(Patient)", {"reference": reference}) == []


def test_of_type_leads_to_one_type_of_a_choice() -> None:
    observation = {"valueQuantity": {"value": 6.3}, "valueSet": "no", "value": "no"}
    assert every("value.ofType(Quantity).value", observation) == [6.3]
    assert every("value.ofType(string)", observation) == []
    assert every("value.ofType(boolean)", {"valueBoolean": False}) == [False]


def test_extension_leads_to_those_of_an_address() -> None:
    patient = {
        "extension": [{"url": "urn:a", "valueCode": "F"}, {"url": "urn:b", "valueCode": "M"}]
    }
    assert every("extension('urn:b').value.ofType(code).first()", patient) == ["M"]


@pytest.mark.parametrize(
    "path",
    ["", "a.", ".a", "a b", "a[0]", "a.b(", "first().", "a.last()", "a = b", "a or b",
     "where(a = 1)", "a.where()", "ofType(Quantity)", "a.first().ofType(Quantity)", "(a", "a)",
     "a.getResourceKey()", "a.where(b = 'c' and)", "a.join()", "$this", "%x",
     "a.where(b = 'it\\'s')", "a.extension()", "('x')", "a | ", "a.count()"],
)  # fmt: skip
def test_what_is_not_in_the_subset_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        fulfils(path)


@given(st.text(st.sampled_from("ab.()|=' fir,st[]0"), max_size=20))
def test_any_text_is_a_path_or_is_refused(text: str) -> None:
    try:
        fulfils(text)({"a": [{"b": "f"}]})
    except ValueError:
        return


def test_a_criterion_is_no_way_to_a_value() -> None:
    with pytest.raises(ValueError, match="leads to no value"):
        visit("a = 'x'")
