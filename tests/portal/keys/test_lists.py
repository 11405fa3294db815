"""Many patients at once: a list of MRNs pasted, all found, and keys told apart at a glance."""

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.audit.models import AuditRecord
from fhirapi.store.load import load
from portal.keys import mrns, picker
from tests import people
from tests.people import make_key
from tests.portal.keys.test_picker import PICKER, chosen, found
from tests.portal.ui.browser import text


@pytest.mark.parametrize(
    "pasted",
    ["9999094 9999097", "9999094\r\n9999097\n", "9999094,9999097", "9999094;\t9999097",
     "Rebecca Larson - 9999094\nJohn Wright - 9999097", "MRN: 9999094, #9999097",
     "9999094 9999094 9999097"],
)  # fmt: skip
def test_a_pasted_list_of_mrns_is_chosen(greys: Client, pasted: str) -> None:
    response = greys.post(PICKER, {"mrns": pasted, "add-list": "1"})
    assert sorted(chosen(response)) == ["142859", "142860"]
    assert "2 patients added. 2 patients chosen." in text(response)


def test_what_is_not_found_is_told_and_the_others_are_chosen(greys: Client) -> None:
    response = greys.post(PICKER, {"mrns": "9999094 9999100 <b>1", "add-list": "1"})
    assert chosen(response) == ["142859"]
    page = text(response)
    assert "2 MRNs were not found among your patients" in page  # 9999100 is Dr. Strange's
    assert "9999100, &lt;b&gt;1" in page
    assert "Núñez" not in page


def test_a_pasted_list_joins_what_was_chosen_before(greys: Client) -> None:
    form = {"patients": ["142859"], "mrns": "9999094, 9999097", "add-list": "1"}
    assert sorted(chosen(greys.post(PICKER, form))) == ["142859", "142860"]


def test_of_a_list_that_is_too_long_nothing_is_chosen(greys: Client) -> None:
    listed = " ".join(str(each) for each in range(picker.MOST_PATIENTS + 1))
    response = greys.post(PICKER, {"mrns": listed, "add-list": "1"})
    assert response.context["picker"].error == "Choose at most 500 patients for one key."
    assert chosen(response) == []


@pytest.mark.parametrize("pasted", ["", "\x00", "only names here", "  \n,;"])
def test_a_list_without_numbers_adds_nobody(greys: Client, pasted: str) -> None:
    response = greys.post(PICKER, {"mrns": pasted, "add-list": "1"})
    assert chosen(response) == []
    assert "0 patients added." in text(response)


def test_names_of_a_pasted_list_leave_an_audit_record(greys: Client) -> None:
    greys.post(PICKER, {"mrns": "9999094", "add-list": "1"}, REMOTE_ADDR="192.0.2.7")
    shown = AuditRecord.objects.get(action=AuditRecord.Action.PATIENT_SEARCH)
    assert (shown.patient_ids, shown.address) == (["142859"], "192.0.2.7")


def test_all_found_are_chosen_at_once_and_taken_away_at_once(greys: Client) -> None:
    load([people.patient(f"s{n}", "Ann", f"Smith{n}", f"5{n:04}", "1990-01-01") for n in range(15)])
    assert len(found(greys.post(PICKER, {"find": "smith"}))) == 10
    everybody = chosen(greys.post(PICKER, {"find": "smith", "add-all": "1"}))
    assert len(everybody) == 15
    assert chosen(greys.post(PICKER, {"patients": everybody, "remove-all": "1"})) == []


def test_more_found_than_a_key_may_have_are_refused(greys: Client, monkeypatch) -> None:
    monkeypatch.setattr(picker, "MOST_PATIENTS", 1)
    response = greys.post(PICKER, {"find": "9999", "add-all": "1"})
    assert "at most 1 patients" in response.context["picker"].error
    assert chosen(response) == []


def test_keys_are_told_apart_by_their_patients(greys: Client, dr_grey) -> None:
    make_key(dr_grey, ["142859"], label="Heart")
    make_key(dr_grey, ["142859", "142860"], label="Both")
    page = text(greys.get("/portal/api/"))
    assert page.count("Rebecca Larson - 9999094") == 2
    assert page.count("John Wright - 9999097") == 1


def test_the_list_names_three_patients_of_a_key_and_counts_the_rest(greys, dr_grey) -> None:
    load([people.patient(f"s{n}", "Ann", "Smith", f"5{n:04}", "1990-01-01") for n in range(5)])
    make_key(dr_grey, [f"s{n}" for n in range(5)])
    make_key(dr_grey, ["142859"])
    page = text(greys.get("/portal/api/"))
    assert page.count("Ann Smith - ") == 3
    assert "and 2 more" in page


def test_the_list_of_keys_asks_the_database_as_often_for_many_as_for_two(
    greys, dr_grey, django_assert_max_num_queries
) -> None:
    for _ in range(12):
        make_key(dr_grey, ["142859", "142860"])
    greys.get("/portal/api/")  # the first page of a session notes where it is
    with django_assert_max_num_queries(10):
        greys.get("/portal/api/")


def test_the_picker_speaks_spanish(greys: Client) -> None:
    with translation.override("es"):
        response = greys.post(PICKER, {"find": "reb"}, headers={"Accept-Language": "es"})
    assert "nacimiento: 04/12/1978" in text(response)


@given(st.text())
def test_whatever_is_pasted_gives_each_number_once(pasted: str) -> None:
    numbers = mrns.in_text(pasted)
    assert len(numbers) == len(set(numbers))
    assert all(any(map(str.isdigit, each)) for each in numbers)


@given(st.lists(st.integers(1, 10**9).map(str), unique=True), st.sampled_from([" ", ",", "\n"]))
def test_numbers_are_read_back_in_their_order(numbers: list[str], between: str) -> None:
    assert mrns.in_text(between.join(numbers)) == numbers
