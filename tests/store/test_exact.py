"""JSON keeps its digits, its order and its text."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.store import exact

decimals = st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,12})?", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
written = st.recursive(
    decimals | st.sampled_from(["true", "false", "null"]) | texts.map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda each: f"[{','.join(each)}]")
        | st.dictionaries(texts.map(json.dumps), inner, max_size=4).map(
            lambda each: "{" + ",".join(f"{name}:{value}" for name, value in each.items()) + "}"
        )
    ),
    max_leaves=12,
)


def as_is(text: str) -> Any:
    """Every number as the text it was written as, every object as its members in order."""
    return json.loads(
        text, parse_float=lambda each: ("number", each), parse_int=lambda each: ("number", each),
        object_pairs_hook=lambda members: ("object", members),
    )  # fmt: skip


@given(written)
def test_whatever_was_sent_is_written_again(text: str) -> None:
    assert as_is(exact.write(exact.parse(text))) == as_is(text)


@given(st.from_regex(r"-?[1-9](\.[0-9]{1,5})?[eE][+-]?[0-9]{1,2}", fullmatch=True))
def test_an_exponent_keeps_value_and_precision(text: str) -> None:
    written = exact.write(exact.parse(text))
    assert Decimal(written).as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize(
    "text",
    ['{"a":NaN}', "1e999", "1e99999999999999999999", r'"\u0000"', "[" * 100_000, "{", "[1,]"],
)
def test_what_fhir_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\."):
        exact.parse(text)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="Unicode"):
        exact.parse(r'"\ud800"')
