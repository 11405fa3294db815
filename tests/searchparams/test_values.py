"""Escapes: what a backslash protects, every type reads the same way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.searchparams import string
from fhirapi.searchparams.values import escape, split, unescape


@given(st.lists(st.text(), min_size=1))
def test_what_was_escaped_and_joined_comes_apart_again(texts: list[str]) -> None:
    for separator in ",|$":
        joined = separator.join(escape(text) for text in texts)
        assert [unescape(part) for part in split(joined, separator)] == texts


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a,b", ["a", "b"]), ("a\\,b", ["a\\,b"]), ("a\\\\,b", ["a\\\\", "b"]), ("", [""]),
     ("\\", ["\\"])],
)  # fmt: skip
def test_only_a_bare_comma_separates(text: str, parts: list[str]) -> None:
    assert split(text, ",") == parts


def test_a_name_is_found_by_each_of_its_words() -> None:
    found = set(string.forms({"given": ["Mary Jane"], "family": "Smith-Núñez", "use": "old"}))
    assert found == {"mary jane", "jane", "smith-nunez", "nunez"}


def test_an_address_is_found_by_each_of_its_parts() -> None:
    address = {"line": ["12 Elm St", "Apt 3"], "city": "New Haven", "period": {"start": "2020"}}
    assert set(string.forms(address)) == {"12 elm st", "apt 3", "new haven"}
