"""The scope grammar of SMART 1 and 2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.smart.access.decision import Access
from fhirapi.smart.access.granular import RegistryScopes, is_understood
from fhirapi.smart.access.scopes import parse, parse_one, supported

letters = st.sets(st.sampled_from("cruds"), min_size=1).map(
    lambda chosen: "".join(letter for letter in "cruds" if letter in chosen)
)


@given(st.sampled_from(["patient", "user", "system"]), st.sampled_from(["*", "Patient"]), letters)
def test_a_scope_printed_and_parsed_is_the_same(context: str, name: str, permissions: str) -> None:
    text = f"{context}/{name}.{permissions}"
    assert str(parse_one(text)) == text


@given(st.text(max_size=40))
def test_any_text_is_a_scope_or_none(text: str) -> None:
    parse(text)


@pytest.mark.parametrize("text", ["patient/Patient.", "patient/Patient.sr", "x/*.rs", "patient/*"])
def test_what_is_not_a_scope_grants_nothing(text: str) -> None:
    assert parse_one(text) is None


def test_every_scope_that_is_announced_is_understood_and_says_what_it_opens() -> None:
    announced = supported()
    assert len(announced) == len(set(announced)) < 200
    assert all(is_understood(each) for each in announced)
    assert RegistryScopes().get_all_scopes().keys() == set(announced)


def test_the_widest_scopes_of_both_versions_come_before_the_narrow() -> None:
    data = [each for each in supported() if parse_one(each)]
    assert data[:3] == ["patient/*.rs", "patient/*.read", "user/*.rs"]
    assert data.index("system/*.read") < data.index("patient/Patient.rs")
    assert data[-1].startswith("system/Observation.rs?category=")


@pytest.mark.parametrize("context", ["patient", "user", "system"])
def test_the_parts_of_conditions_and_observations_are_announced(context: str) -> None:
    parts = [each for each in supported() if each.startswith(context) and "?category=" in each]
    assert sorted(each.rpartition("|")[2] for each in parts) == [
        "clinical-test", "encounter-diagnosis", "health-concern", "laboratory", "problem-list-item",
        "sdoh", "social-history", "survey", "vital-signs",
    ]  # fmt: skip


def test_what_is_announced_can_be_applied() -> None:
    for scope in (found for word in supported() if (found := parse_one(word))):
        name = "Patient" if scope.resource_type == "*" else scope.resource_type
        interaction = "read" if "r" in scope.permissions else "create"
        assert Access((scope,), "1").allows(name, interaction)
