"""Searching the audit trail: every way to ask, page by page, taken away, each look on record."""

import csv
from datetime import timedelta

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal.operations.audit_search import Question
from tests import people
from tests.portal.ui.browser import text

TRAIL = "/admin/fhirapi/auditrecord/"
Action = AuditRecord.Action


def found(page) -> list[str]:
    return [row["record"].detail or "" for row in page.context["rows"]]


@pytest.fixture
def two(practice):
    one = people.account("one", "On", "E")
    record(Action.READ, account_id=one.pk, client_id="app-1", patient_ids=["142859"],
           detail="first", address="192.0.2.1")  # fmt: skip
    record(Action.SIGN_IN, outcome=AuditRecord.Outcome.DENIED, detail="second")
    return one


@pytest.mark.parametrize(
    "asked",
    [{"person": "one"}, {"person": "one@example.com"}, {"patient": "142859"},
     {"patient": "Patient/142859"}, {"app": "app-1"}, {"action": "read"},
     {"address": "192.0.2.1"}],
)  # fmt: skip
def test_each_way_to_ask_finds_it(admin, two, asked):
    assert found(admin.post(TRAIL, asked)) == ["first"]


def test_a_patient_is_found_by_mrn(admin, two, practice):
    assert found(admin.post(TRAIL, {"patient": "9999094"})) == ["first"]


def test_what_was_denied_is_found(admin, two):
    assert found(admin.post(TRAIL, {"outcome": "denied"})) == ["second"]


@pytest.mark.parametrize(
    "asked",
    [{"person": "nobody"}, {"since": "13/45/2020"}, {"address": "here"}, {"action": "dance"},
     {"person": "a\x00b"}],
)  # fmt: skip
def test_a_question_that_makes_no_sense_finds_nothing_and_says_so(admin, two, asked):
    page = admin.post(TRAIL, asked)
    assert page.context["form"].errors
    assert found(page) == []


def test_days_bound_it(admin, two, settings):
    AuditRecord.objects.bulk_create(
        AuditRecord(
            recorded=timezone.now() - timedelta(days=40 - day), action="read", outcome="success",
            detail=f"day {day}",
        )
        for day in range(40)
    )  # fmt: skip
    when = timezone.localdate() - timedelta(days=40)
    asked = {"since": f"{when:%m/%d/%Y}", "until": f"{when + timedelta(days=2):%m/%d/%Y}"}
    assert found(admin.post(TRAIL, asked)) == ["day 2", "day 1", "day 0"]


def test_days_are_found_among_the_ids(db):
    moments = [timezone.now() - timedelta(days=100 - day) for day in range(100)]
    for when in moments:
        AuditRecord.objects.create(recorded=when, action="read", outcome="success")
    for day in (0, 1, 50, 98):
        rows = Question({"since": timezone.localdate(moments[day])}).rows
        assert rows.order_by("id").first().recorded == moments[day]


def test_older_ones_follow_page_by_page(admin, two):
    for number in range(60):
        record(Action.LAUNCH, detail=str(number))
    first = admin.post(TRAIL, {"action": "launch"})
    second = admin.post(TRAIL, {"action": "launch", "before": first.context["older"]})
    assert found(first) + found(second) == [str(number) for number in range(59, -1, -1)]
    assert second.context["older"] is None


def test_that_staff_looked_stands_in_the_trail(admin, administrator, two):
    admin.post(TRAIL, {"person": "one", "patient": "142859"})
    left = AuditRecord.objects.get(action="operation")
    assert (left.account_id, left.patient_ids) == (administrator.pk, ["142859"])
    assert left.detail == f"audit trail of account {two.pk}, by: person, patient, since"


def test_to_look_at_ones_own_doings_leaves_nothing(admin, administrator):
    assert admin.post(TRAIL, {"person": "root"}).context["rows"]
    assert not AuditRecord.objects.filter(action="operation").exists()


def test_one_record_opened_stands_in_the_trail(admin, two):
    row = AuditRecord.objects.get(detail="first")
    assert admin.get(f"{TRAIL}{row.pk}/change/").status_code == 200
    assert AuditRecord.objects.get(action="operation").patient_ids == ["142859"]


def test_it_is_taken_away_as_a_file(admin, two):
    answer = admin.post(TRAIL, {"patient": "142859", "download": "1"})
    lines = list(csv.DictReader(answer.getvalue().decode().splitlines()))
    assert [(each["detail"], each["patient_ids"]) for each in lines] == [("first", "142859")]
    assert AuditRecord.objects.get(action="audit-export").patient_ids == ["142859"]


def test_the_file_holds_no_formula(admin, two):
    record(Action.LAUNCH, client_id="=HYPERLINK(1)")
    answer = admin.post(TRAIL, {"action": "launch", "download": "1"})
    assert "'=HYPERLINK(1)" in answer.getvalue().decode()


def test_only_who_may_takes_it_away(staff, two):
    browser = staff("Front desk")
    assert browser.post(TRAIL, {"person": "one"}).status_code == 200
    assert browser.post(TRAIL, {"person": "one", "download": "1"}).status_code == 403
    assert not AuditRecord.objects.filter(action="audit-export").exists()


def test_a_name_typed_as_a_patient_is_refused_and_not_kept(admin, two, practice):
    page = text(admin.post(TRAIL, {"patient": "Larson"}))
    assert "No patient has this id or MRN." in page
    assert not AuditRecord.objects.filter(patient_ids__contains=["Larson"]).exists()
