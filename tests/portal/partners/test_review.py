"""The review at the desk: ordered by what was promised, step by step, each step once."""

import pytest
from django.db import DatabaseError, transaction

from fhirapi.audit.models import AuditRecord
from portal.partners import steps
from portal.partners.checks import CHECKS
from portal.partners.models import PartnerEvent, TermsAcceptance
from portal.partners.programs import Program, State
from tests.portal.partners.conftest import (
    DETAILS,
    desk_of,
    errors_of,
    page_of,
    said,
    state_of,
)
from tests.portal.ui.browser import text

pytestmark = pytest.mark.django_db
QUEUE = "/admin/queue/partner-applications/"
PASSED = {"passed": list(CHECKS)}


def test_from_the_queue_to_the_approval(desk, devs, make, reviewer, mailoutbox):
    application = make()
    assert "Growth Charts LLC" in text(desk.get(QUEUE))
    assert "Secretary of State" in text(desk.get(desk_of(application)))
    for step, given, state in (
        ("begin", {}, State.CHECKING),
        ("verify", PASSED, State.REGISTRATION),
        ("approve", {"note": "Welcome."}, State.APPROVED),
    ):
        assert desk.get(desk_of(application, step)).status_code == 200
        answer = desk.post(desk_of(application, step), given, follow=True)
        assert (state_of(application), said(answer)) == (state, ["success"])
    assert [each.subject.rpartition(": ")[2] for each in mailoutbox] == [
        "Authenticity check", "Registration", "Approved",
    ]  # fmt: skip
    shown = text(devs.get(page_of(application)))
    assert "What the approval opened" in shown
    assert "Welcome." in shown
    told = AuditRecord.objects.filter(account_id=reviewer.pk, action="partner")
    assert list(told.order_by("pk").values_list("detail", flat=True)) == [
        f"partner application {application.pk}: {each}"
        for each in ("check-begun", "verified", "approved")
    ]


def test_ten_business_days_to_the_check_and_five_to_the_registration(make, reviewer, at):
    at("2026-12-18T23:30")  # a Friday before Christmas
    application = make()
    assert f"{application.due_on}" == "2027-01-05"  # over Christmas and New Year
    at("2026-12-21T09:00")
    steps.begin_check(application, by=reviewer)
    application.refresh_from_db()
    assert f"{application.due_on}" == "2027-01-05"
    at("2026-12-22T09:00")
    steps.verify(application, by=reviewer)
    application.refresh_from_db()
    assert f"{application.due_on}" == "2026-12-30"


def test_the_queue_shows_first_what_is_promised_first_and_what_is_late(
    desk, make, stranger, devs, at
):
    at("2026-03-03T09:00")
    late = make(program=Program.OPEN_ACCESS)
    at("2026-03-04T09:00")
    registering = make(State.REGISTRATION)
    at("2026-03-10T09:00")
    newest = make(account=stranger)
    at("2026-03-17T23:59")
    assert "Overdue" not in text(desk.get(desk_of(late)))  # the promised day counts in full
    at("2026-03-18T00:01")
    shown = text(desk.get(QUEUE))
    order = [shown.index(desk_of(each)) for each in (registering, late, newest)]
    assert order == sorted(order)
    assert shown.count("Overdue") == 2
    assert "We promised an answer by 03/17/2026" in text(devs.get(page_of(late)))


def test_every_check_has_to_be_passed(desk, make):
    application = make(State.CHECKING)
    some = {"passed": list(CHECKS)[1:]}
    assert set(errors_of(desk.post(desk_of(application, "verify"), some))) == {"passed"}
    odd = {"passed": [*CHECKS, "likes-us"]}
    assert set(errors_of(desk.post(desk_of(application, "verify"), odd))) == {"passed"}
    assert state_of(application) == State.CHECKING


def test_declining_names_the_checks_and_the_reason_and_the_applicant_reads_both(
    desk, devs, make, mailoutbox
):
    application = make(State.CHECKING)
    refused = desk.post(desk_of(application, "decline"), {"note": "No."})
    assert set(errors_of(refused)) == {"unmet"}
    refused = desk.post(desk_of(application, "decline"), {"unmet": ["website"], "note": " "})
    assert set(errors_of(refused)) == {"note"}
    given = {"unmet": ["website"], "note": "The site names a different company."}
    desk.post(desk_of(application, "decline"), given)
    assert state_of(application) == State.DECLINED
    shown = text(devs.get(page_of(application)))
    assert "The site names a different company." in shown
    assert str(CHECKS["website"]) in shown
    assert "Apply again" in shown
    assert "different company" not in mailoutbox[0].body


def test_asking_for_more_leaves_the_promised_day_and_is_answered(desk, devs, make, mailoutbox):
    application = make(State.CHECKING)
    due = application.due_on
    desk.post(desk_of(application, "ask"), {"question": "Which register do you mean?"})
    assert mailoutbox[0].subject == "We have a question about your application for API Distribution"
    assert "register do you" not in mailoutbox[0].body
    assert "Waits for the applicant" in text(desk.get(QUEUE))
    shown = text(devs.get(page_of(application)))
    assert "Which register do you mean?" in shown
    devs.post(page_of(application, "messages/"), {"text": "That of Wisconsin."})
    application.refresh_from_db()
    assert (application.asked_at, application.due_on) == (None, due)
    assert "Waits for the applicant" not in text(desk.get(QUEUE))


def test_changed_details_answer_a_question_and_leave_a_trace(desk, devs, make):
    application = make(State.CHECKING)
    desk.post(desk_of(application, "ask"), {"question": "Which website?"})
    new = {**DETAILS, "website": "https://other.example.com"}
    incomplete = devs.post(page_of(application, "edit/"), {**new, "purpose": "", "save": "1"})
    assert set(errors_of(incomplete)) == {"purpose"}
    devs.post(page_of(application, "edit/"), new)
    application.refresh_from_db()
    assert (application.asked_at, application.website) == (None, "https://other.example.com")
    assert application.events.get(kind="changed").note == "website"


@pytest.mark.parametrize("step", ["verify", "approve", "end"])
def test_no_step_is_taken_before_its_time(desk, make, step):
    application = make()
    answer = desk.post(desk_of(application, step), {**PASSED, "note": "Now."}, follow=True)
    assert (state_of(application), said(answer)) == (State.SUBMITTED, ["error"])


def test_a_step_that_is_none_is_not_there(desk, make):
    assert desk.post(desk_of(make(), "bless")).status_code == 404


def test_nobody_decides_about_the_own_application(desk, reviewer, make):
    own = make(account=reviewer)
    assert "Somebody else decides" in text(desk.get(desk_of(own)))
    assert said(desk.post(desk_of(own, "begin"), follow=True)) == ["error"]
    assert said(desk.post(desk_of(own, "messages"), {"text": "Yes!"}, follow=True)) == ["error"]
    assert (state_of(own), own.messages.count()) == (State.SUBMITTED, 0)


@pytest.mark.parametrize(
    ("group", "status"),
    [("App review", 200), ("Front desk", 403), ("Auditor", 403), ("Operations", 403)],
)
def test_only_those_who_approve_services_review(staff, make, group, status):
    browser, application = staff(group), make()
    for page in (QUEUE, desk_of(application), desk_of(application, "begin")):
        assert browser.get(page).status_code == status
    browser.post(desk_of(application, "messages"), {"text": "Hello"})
    browser.post(desk_of(application, "begin"))
    assert (state_of(application) == State.CHECKING) is (status == 200)
    assert application.messages.exists() is (status == 200)


def test_those_who_are_not_staff_are_led_to_the_door(devs, make):
    application = make()
    assert devs.get(desk_of(application)).status_code == 302
    devs.post(desk_of(application, "begin"))
    assert state_of(application) == State.SUBMITTED


def test_the_desk_counts_what_waits(desk, make):
    make()
    assert QUEUE in text(desk.get("/admin/"))


def test_an_account_that_was_closed_waits_for_nobody(desk, developer, make):
    make()
    developer.is_active = False
    developer.save()
    assert "Growth Charts LLC" not in text(desk.get(QUEUE))


@pytest.mark.parametrize("model", [PartnerEvent, TermsAcceptance])
def test_history_and_acceptances_cannot_be_changed(make, model):
    make(State.CHECKING)
    row = model.objects.first()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    assert model.objects.filter(pk=row.pk).exists()
