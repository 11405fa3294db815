"""Tabs and filters of the trail, what is told as one, and paging that keeps what was asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links
from fhirapi.store.load import load
from portal.activity import runs
from tests import people
from tests.people import Person
from tests.portal.ui.browser import signed_in, text
from tests.smart import app

PAGE = "/portal/activity/"
Action = AuditRecord.Action


def told(response: Any) -> list[str]:
    return [each.what for each in response.context["entries"]]


@pytest.fixture
def trail(rebecca: Person, dr_grey: Person) -> None:
    app.register()
    mine, hers = rebecca.account.pk, dr_grey.account.pk
    record(Action.SIGN_IN, account_id=mine)
    for kind in ("Observation", "Condition", "Observation"):
        record(Action.READ, account_id=mine, client_id="the-app", resource_type=kind,
               patient_ids=["142859"])  # fmt: skip
    record(Action.KEY_CREATE, account_id=mine)
    record(Action.SEARCH, account_id=hers, resource_type="Immunization", patient_ids=["142859"])


@pytest.fixture
def grace(practice: None) -> Person:
    made = people.account("grace", "Grace", "Miller", wants_patient=True)
    related = {
        "resourceType": "RelatedPerson",
        "id": "mother-of-john",
        "patient": {"reference": "Patient/142860"},
    }
    load([related])
    links.link(made, "RelatedPerson", "mother-of-john", method=RecordLink.Method.DEMO)
    return Person(made, "")


def test_reads_in_a_row_are_told_as_one(rebecca, trail):
    response = signed_in(rebecca.account).get(PAGE)
    assert told(response)[2] == (
        "Read 3 times: Problems, diagnoses and health concerns; "
        "Laboratory results, vital signs, social history and other observations (your record)"
    )
    assert "between " in text(response)


def test_reads_more_than_an_hour_apart_are_told_apart(rebecca):
    for hours in (5, 2):
        AuditRecord.objects.create(
            recorded=timezone.now() - timedelta(hours=hours), action="read", outcome="success",
            account_id=rebecca.account.pk, client_id="the-app", resource_type="Goal",
        )  # fmt: skip
    assert told(signed_in(rebecca.account).get(PAGE))[:2] == ["Read: Goals of treatment"] * 2


def test_what_was_refused_is_not_told_with_what_was_not(rebecca):
    for outcome in (AuditRecord.Outcome.SUCCESS, AuditRecord.Outcome.DENIED):
        record(Action.READ, account_id=rebecca.account.pk, outcome=outcome, resource_type="Goal")
    assert len(told(signed_in(rebecca.account).get(PAGE))) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"tab": "record"}, ["Searched", "Read 3 times"]),
        ({"tab": "security"}, ["Signed in", "Link"]),
        ({"tab": "own"}, ["Created an access key", "Read 3 times", "Signed in", "Link"]),
        ({"tab": "no-such"}, ["Searched", "Created", "Read 3 times", "Signed in", "Link"]),
        ({"who": "app:the-app"}, ["Read 3 times"]),
        ({"kind": "Observation"}, ["Read 2 times"]),
        ({"kind": "Goal"}, []),
        ({"did": "keys"}, ["Created an access key"]),
        ({"did": "opened", "tab": "own"}, ["Read 3 times"]),
        ({"since": "2999-01-01"}, []),
        ({"until": "01/02/2020"}, []),
        ({"since": "2020-01-01", "until": "2999-01-01", "did": "security"}, ["Signed in", "Link"]),
    ],
)
def test_a_filter_leaves_what_was_asked_for(rebecca, trail, query, found):
    response = signed_in(rebecca.account).get(PAGE, query)
    assert len(told(response)) == len(found)
    for words, begins in zip(told(response), found, strict=True):
        assert words.startswith(begins)


def test_one_may_filter_by_a_person(rebecca, dr_grey, trail):
    browser = signed_in(rebecca.account)
    who = f"person:{dr_grey.account.pk}"
    assert f'<option value="{who}">Ada Grey, provider</option>' in text(browser.get(PAGE))
    assert told(browser.get(PAGE, {"who": who})) == ["Searched: Vaccinations (your record)"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "Until comes before From."),
        ({"kind": "NoSuchType"}, "Select a valid choice"),
        ({"did": "nothing"}, "Select a valid choice"),
        ({"who": "person:abc"}, "Choose a person or an app."),
        ({"who": f"person:{'9' * 19}"}, "Choose a person or an app."),
        ({"who": "app:\x00"}, "Null characters are not allowed."),
    ],
)
def test_a_filter_that_cannot_be_says_so(rebecca, trail, query, says):
    response = signed_in(rebecca.account).get(PAGE, query)
    assert response.status_code == 200
    assert says in text(response)
    assert "Correct the filter above" in text(response)
    assert told(response) == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_can_be_asked_for(rebecca, day):
    for name in ("since", "until"):
        assert signed_in(rebecca.account).get(PAGE, {name: day}).status_code == 200


def test_a_date_is_one_in_the_readers_time_zone(rebecca):
    rebecca.account.time_zone = "Pacific/Honolulu"
    rebecca.account.save()
    AuditRecord.objects.create(recorded="2024-03-02T05:00Z", action="factor", outcome="success",
                               account_id=rebecca.account.pk)  # fmt: skip
    day = {"since": "2024-03-01", "until": "2024-03-01"}
    assert len(told(signed_in(rebecca.account).get(PAGE, day))) == 1


def test_older_pages_keep_tab_and_filter(rebecca):
    for _ in range(30):
        record(Action.SIGN_IN, account_id=rebecca.account.pk)
        record(Action.KEY_CREATE, account_id=rebecca.account.pk)
    browser = signed_in(rebecca.account)
    first = browser.get(PAGE, {"tab": "own", "did": "keys"})
    older = first.context["older"]
    assert f'href="?tab=own&amp;did=keys&amp;before={older}"' in text(first)
    second = browser.get(PAGE, {"tab": "own", "did": "keys", "before": older})
    assert told(second) == ["Created an access key"] * 5


def test_where_the_newest_do_not_fit_one_looks_further_back(rebecca, monkeypatch):
    monkeypatch.setattr(runs, "LOOKED_AT", 3)
    record(Action.KEY_CREATE, account_id=rebecca.account.pk)
    for _ in range(3):
        record(Action.SIGN_IN, account_id=rebecca.account.pk)
    browser = signed_in(rebecca.account)
    page = browser.get(PAGE, {"did": "keys"})
    assert "Look further back" in text(page)
    further = browser.get(PAGE, {"did": "keys", "before": page.context["older"]})
    assert told(further) == ["Created an access key"]


def test_a_guardian_sees_who_opened_a_childs_record(grace, dr_grey):
    record(Action.READ, account_id=dr_grey.account.pk, resource_type="Goal",
           patient_ids=["142860"])  # fmt: skip
    browser = signed_in(grace.account)
    response = browser.get(PAGE, {"tab": "record"})
    assert "Who opened the records" in text(response)
    assert "Read: Goals of treatment (the record of John Wright)" in told(response)
    # That the page names him is written down too, and does not fill it.
    assert told(browser.get(PAGE))[0] == "Saw which records the account opens"


def test_what_happened_after_a_guardian_is_parted_is_not_shown(grace, dr_grey):
    record(Action.READ, account_id=dr_grey.account.pk, patient_ids=["142860"])
    links.unlink(grace.account, "RelatedPerson", by=None)
    assert "Ada Grey" not in text(signed_in(grace.account).get(PAGE))
    assert signed_in(grace.account).get(PAGE, {"whose": "142860"}).context["entries"]


def test_a_guardian_with_an_own_record_may_look_at_one_of_them(grace, dr_grey, practice):
    links.link(grace.account, "Patient", "142859", method=RecordLink.Method.DEMO)
    for patient_id in ("142859", "142860"):
        record(Action.READ, account_id=dr_grey.account.pk, resource_type="Goal",
               patient_ids=[patient_id])  # fmt: skip
    query = {"whose": "142860", "tab": "record", "did": "opened"}
    response = signed_in(grace.account).get(PAGE, query)
    assert told(response) == ["Read: Goals of treatment (the record of John Wright)"]
    assert "not one of the available" in text(signed_in(grace.account).get(PAGE, {"whose": "7"}))


def test_the_tab_of_records_is_for_those_who_have_one(dr_grey, trail):
    page = text(signed_in(dr_grey.account).get(PAGE, {"tab": "record"}))
    assert "Who opened my record" not in page
    assert "Searched: Vaccinations" in page


def test_nothing_that_fits_is_said(rebecca):
    assert "Nothing fits the filter." in text(
        signed_in(rebecca.account).get(PAGE, {"kind": "Goal"})
    )


def test_a_page_takes_few_statements(rebecca, trail, django_assert_max_num_queries):
    for number in range(20):
        record(Action.SIGN_IN, account_id=rebecca.account.pk, client_id=f"app-{number}")
    browser = signed_in(rebecca.account)
    browser.get(PAGE)  # the first page of a session notes where it is
    with django_assert_max_num_queries(5):  # the page's frame; ours are not Django's
        assert browser.get(PAGE).status_code == 200
