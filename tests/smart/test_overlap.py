"""What scopes have in common, by their meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.smart.access.overlap import common, is_within
from fhirapi.smart.access.scopes import Scope, parse_one

words = st.builds(
    lambda context, kind, letters, constraint: str(
        Scope(context, kind, frozenset(letters), constraint)
    ),
    st.sampled_from(["patient", "user", "system"]),
    st.sampled_from(["*", "Patient", "Observation"]),
    st.sets(st.sampled_from("cruds"), min_size=1),
    st.sampled_from(["", "category=a", "category=b"]),
)


@pytest.mark.parametrize(
    ("asked", "allowed", "granted"),
    [
        ("system/Patient.read", "system/*.rs", "system/Patient.read"),
        ("system/*.cruds", "system/*.rs", "system/*.rs"),
        ("system/*.rs", "system/Patient.rs system/Group.r", "system/Patient.rs system/Group.r"),
        ("system/Observation.rs", "system/Observation.rs?category=a",
         "system/Observation.rs?category=a"),
        ("system/Observation.rs?category=a", "system/*.rs", "system/Observation.rs?category=a"),
        ("system/Observation.rs?category=a", "system/Observation.rs?category=b", ""),
        ("system/Patient.rs", "user/*.rs", ""),
        ("system/Patient.c", "system/*.rs", ""),
        ("openid launch", "openid", "openid"),
        ("system/Patient.rs system/Patient.rs", "system/*.rs", "system/Patient.rs"),
    ],
)  # fmt: skip
def test_what_is_asked_and_allowed(asked: str, allowed: str, granted: str) -> None:
    assert common(asked.split(), allowed.split()) == granted.split()


@given(st.lists(words, max_size=4), st.lists(words, max_size=4))
def test_what_is_common_is_within_both(asked: list[str], allowed: list[str]) -> None:
    for word in common(asked, allowed):
        assert is_within(word, asked)
        assert is_within(word, allowed)


@given(words, words)
def test_nothing_that_both_open_is_lost(asked: str, allowed: str) -> None:
    one, other = parse_one(asked), parse_one(allowed)
    assert one
    assert other
    found = [each for word in common([asked], [allowed]) if (each := parse_one(word))]
    for name in ("Patient", "Observation"):
        for letter in "cruds":
            both = one.allows(name, letter) and other.allows(name, letter)
            apart = one.constraint and other.constraint and one.constraint != other.constraint
            is_kept = any(each.allows(name, letter) for each in found)
            assert is_kept == bool(both and one.context == other.context and not apart)


@given(words)
def test_every_scope_lies_within_itself_and_within_everything(word: str) -> None:
    context = word.partition("/")[0]
    assert is_within(word, [word])
    assert is_within(word, [f"{context}/*.cruds"])


@given(words, words, words)
def test_lying_within_goes_on(inner: str, middle: str, outer: str) -> None:
    if is_within(inner, [middle]) and is_within(middle, [outer]):
        assert is_within(inner, [outer])
