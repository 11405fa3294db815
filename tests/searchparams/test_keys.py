"""Index side and query side of the keyed parameter types find each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.searchparams import reference, string, token
from fhirapi.searchparams.keys import key
from fhirapi.searchparams.paths import values
from fhirapi.searchparams.values import escape

codes = st.text(st.characters(codec="utf-8", exclude_characters="|,$\\\x00"), min_size=1)
systems = st.just("http://loinc.org") | codes


@given(systems, codes)
def test_a_coding_is_found_by_code_by_system_and_by_both(system: str, code: str) -> None:
    written = set(token.forms({"coding": [{"system": system, "code": code}]}))
    for asked in (code, f"{system}|{code}", f"{system}|"):
        assert token.query_form(asked) in written
    assert token.query_form(f"|{code}") not in written


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(min_size=1))
def test_what_separates_can_be_asked_for_with_a_backslash(system: str, code: str) -> None:
    written = set(token.forms({"system": system, "value": code}))
    assert token.query_form(f"{escape(system)}|{escape(code)}") in written
    assert token.query_form(escape(code)) in written


@given(codes)
def test_a_code_without_system_is_found_by_code_and_by_bar_code(code: str) -> None:
    written = set(token.forms({"value": code}))
    assert {code, f"|{code}"} == written
    assert set(token.forms(code)) == written


@given(codes, codes, systems)
def test_another_code_is_not_found(code: str, other: str, system: str) -> None:
    if code != other:
        assert other not in set(token.forms({"coding": [{"system": system, "code": code}]}))


def test_booleans_are_tokens() -> None:
    assert list(token.forms(True)) == ["true"]
    assert list(token.forms(False)) == ["false"]


ids = st.from_regex(r"[A-Za-z0-9\-.]{1,64}", fullmatch=True)


@given(ids)
def test_a_reference_is_found_by_every_spelling(resource_id: str) -> None:
    base = "https://ehr.example/R4-patient-api"
    for stored in (f"Patient/{resource_id}", f"{base}/Patient/{resource_id}"):
        [written] = reference.forms({"reference": stored}, base)
        for asked in (resource_id, f"Patient/{resource_id}", f"{base}/Patient/{resource_id}"):
            assert written in reference.query_forms(asked, ("Group", "Patient"), base)


@pytest.mark.parametrize("text", ["", "a b", "Patient/", "/1", "patient/1 2"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        reference.query_forms(text, ("Patient",), "https://ehr.example")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert string.fold(string.fold(text)) == string.fold(text)


def test_like_patterns_take_wild_cards_literally() -> None:
    assert string.like("50%_\\", "") == "50\\%\\_\\\\%"


def test_keys_of_different_parameters_differ() -> None:
    assert key("Patient", "name", "x") != key("Patient", "family", "x")
    assert key("Patient", "name", "x") == key("Patient", "name", "x")
    assert -(2**63) <= key("A", "b", "c") < 2**63


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("name.family", ["Larson", "Smith"]),
        ("effective[x]", ["2020"]),
        ("telecom.where(system='email')", [{"system": "email", "value": "r@example.com"}]),
        ("name.period.start", []),
        ("nothing.here", []),
        ("id.deeper", []),
    ],
)
def test_paths_lead_through_lists_choices_and_contact_points(
    path: str, found: list[object]
) -> None:
    resource = {
        "id": "1",
        "name": [{"family": "Larson"}, {"family": "Smith"}],
        "effectiveDateTime": "2020",
        "telecom": [
            {"system": "phone", "value": "1"},
            {"system": "email", "value": "r@example.com"},
        ],
    }
    assert list(values(resource, path)) == found
