"""The scope grammar of SMART 1 and 2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.smart.scopes import parse, parse_one

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
