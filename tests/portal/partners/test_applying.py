"""Applying: a draft that may leave out, a submission that may not, and what is promised then."""

import pytest
from django.utils import translation

from fhirapi.audit.models import AuditRecord
from portal.partners import own, terms
from portal.partners.models import PartnerApplication, TermsAcceptance
from portal.partners.programs import Program, State
from tests.portal.partners.conftest import (
    APPLY,
    DETAILS,
    PROGRAMS,
    READING,
    accepted,
    errors_of,
    page_of,
    said,
    state_of,
)
from tests.portal.ui.browser import text

pytestmark = pytest.mark.django_db


def test_anybody_reads_what_the_programs_are_and_by_when_we_decide(client):
    shown = text(client.get(PROGRAMS))
    assert "Open Access" in shown
    assert "API Distribution" in shown
    assert "within 10 business days" in shown
    assert "within 5 business days" in shown
    assert client.get("/partners/terms/").status_code == 200


def test_applying_takes_an_account(client):
    answer = client.get(APPLY)
    assert answer.status_code == 302
    assert "next=%2Fpartners%2Fapply%2Fapi-distribution%2F" in answer["Location"]


def test_another_program_is_none(devs):
    assert devs.get("/partners/apply/gold/").status_code == 404


def test_the_form_knows_what_the_account_knows(devs):
    assert 'value="dev@example.com"' in text(devs.get(APPLY))


def test_from_the_form_to_the_promise(devs, developer, at, mailoutbox):
    at("2026-11-23T10:00")
    answer = devs.post(APPLY, {**DETAILS, "continue": "1"})
    made = PartnerApplication.objects.get()
    assert answer["Location"] == page_of(made, "submit/")
    assert "Growth Charts LLC" in text(devs.get(answer["Location"]))
    shown = text(devs.post(page_of(made, "submit/"), accepted(), follow=True))
    assert state_of(made) == State.SUBMITTED
    assert "We answer by <strong>12/08/2026</strong>" in shown  # over Thanksgiving
    assert mailoutbox[0].to == ["dev@example.com"]
    assert mailoutbox[0].subject == "Your application for API Distribution: Submitted"
    assert "12/08/2026" in mailoutbox[0].body
    assert "Growth" not in mailoutbox[0].body
    [trail] = AuditRecord.objects.filter(action="partner")
    assert (trail.account_id, trail.detail) == (
        developer.pk,
        f"partner application {made.pk}: submitted",
    )


def test_a_draft_may_leave_out_what_is_not_known_yet(devs):
    answer = devs.post(APPLY, {"organization": "Growth Charts LLC", "save": "1"}, follow=True)
    assert said(answer) == ["success"]
    made = PartnerApplication.objects.get()
    assert (made.state, made.organization, made.website) == (State.DRAFT, "Growth Charts LLC", "")
    assert devs.get(APPLY)["Location"] == page_of(made)
    assert devs.get(page_of(made))["Location"] == page_of(made, "edit/")


def test_a_draft_is_not_submitted_with_something_missing(devs, make):
    draft = make(State.DRAFT)
    devs.post(page_of(draft, "edit/"), {**DETAILS, "website": "", "save": "1"})
    answer = devs.post(page_of(draft, "submit/"), accepted())
    assert answer["Location"] == page_of(draft, "edit/")
    assert state_of(draft) == State.DRAFT
    refused = devs.post(page_of(draft, "edit/"), {**DETAILS, "website": "", "continue": "1"})
    assert errors_of(refused) == {"website": ["Enter the address of the website."]}


def test_a_draft_is_deleted_and_nothing_is_left(devs, make):
    draft = make(State.DRAFT)
    devs.post(page_of(draft, "edit/"), {"discard": "1"})
    assert not PartnerApplication.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("website", "growth.example.com"),
        ("website", "http://growth.example.com"),
        ("privacy_policy", "javascript:alert(1)"),
        ("contact_email", "nobody"),
        ("security_email", "@"),
        ("organization", "x" * 201),
        ("purpose", "x" * 2001),
        ("organization", "nul\x00l"),
    ],
)
@pytest.mark.parametrize("button", ["save", "continue"])
def test_what_is_malformed_is_told_at_its_field_and_nothing_is_kept(devs, field, value, button):
    answer = devs.post(APPLY, {**DETAILS, field: value, button: "1"})
    assert set(errors_of(answer)) == {field}
    assert not PartnerApplication.objects.exists()


def test_open_access_is_not_asked_what_it_writes(devs):
    devs.post("/partners/apply/open-access/", {**DETAILS, "continue": "1"})
    made = PartnerApplication.objects.get()
    assert (made.program, made.data_written) == (Program.OPEN_ACCESS, "")


def test_an_account_has_one_open_application_in_a_program(devs, make):
    there = make(State.CHECKING)
    assert devs.post(APPLY, {**DETAILS, "continue": "1"})["Location"] == page_of(there)
    assert devs.post("/partners/apply/open-access/", READING).status_code == 302
    assert PartnerApplication.objects.count() == 2


def test_after_the_end_one_applies_anew_with_what_was_written_before(devs, make):
    devs.post(page_of(make(), "withdraw/"))
    assert 'value="Growth Charts LLC"' in text(devs.get(APPLY))
    devs.post(APPLY, {**DETAILS, "continue": "1"})
    assert PartnerApplication.objects.filter(state=State.DRAFT).count() == 1


def test_nobody_makes_applications_without_end(devs, make, monkeypatch):
    monkeypatch.setattr("portal.partners.applying.MOST", 1)
    devs.post(page_of(make(), "withdraw/"))
    answer = devs.post(APPLY, {**DETAILS, "continue": "1"})
    assert "__all__" in errors_of(answer)
    assert own.MOST == 30


def test_submitting_twice_submits_once(devs, make, mailoutbox):
    draft = make(State.DRAFT)
    for _ in range(2):
        assert devs.post(page_of(draft, "submit/"), accepted())["Location"] == page_of(draft)
    assert TermsAcceptance.objects.count() == draft.events.count() == len(mailoutbox) == 1


def test_the_terms_are_accepted_or_nothing_happens(devs, make):
    draft = make(State.DRAFT)
    answer = devs.post(page_of(draft, "submit/"), accepted(accepts=""))
    assert errors_of(answer) == {"accepts": ["Accept the terms to go on."]}
    assert state_of(draft) == State.DRAFT


def test_it_is_kept_who_accepted_which_text_in_which_language(devs, developer, make):
    developer.language = "es"
    developer.save()
    draft = make(State.DRAFT)
    with translation.override("es"):
        shown = terms.current().text
        devs.post(page_of(draft, "submit/"), accepted())
        digest = terms.current().digest
    [kept] = TermsAcceptance.objects.all()
    assert (kept.version, kept.language, kept.accepted_by) == ("1", "es", developer)
    assert kept.digest == digest
    assert "Tarifas" in shown
    assert kept.digest != terms.current().digest


def test_terms_that_changed_while_they_were_read_are_shown_again(devs, make):
    draft = make(State.DRAFT)
    answer = devs.post(page_of(draft, "submit/"), accepted(read="0" * 64))
    assert "have changed" in text(answer)
    assert state_of(draft) == State.DRAFT
    assert terms.current().digest in text(answer)


def test_newer_terms_are_asked_to_be_accepted_and_the_standing_goes_on(devs, make, monkeypatch):
    partner = make(State.APPROVED)
    assert "The terms have changed" not in text(devs.get(page_of(partner)))
    newer = terms.Terms("2", terms.current().published)
    monkeypatch.setattr(terms.Terms, "template", "partners/terms_1.html")
    monkeypatch.setattr(terms, "VERSIONS", (*terms.VERSIONS, newer))
    shown = text(devs.get(page_of(partner)))
    assert "The terms have changed" in shown
    assert "What the approval opened" in shown
    devs.post(page_of(partner, "terms/"), accepted())
    assert [each.version for each in partner.acceptances.all()] == ["1", "2"]
    assert "The terms have changed" not in text(devs.get(page_of(partner)))


def test_withdrawing_ends_what_waits(devs, make, mailoutbox):
    waiting = make(State.CHECKING)
    assert "Withdraw the application?" in text(devs.get(page_of(waiting, "withdraw/")))
    devs.post(page_of(waiting, "withdraw/"))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.due_on) == (State.WITHDRAWN, None)
    assert "Withdrawn" in mailoutbox[0].subject
    assert devs.post(page_of(waiting, "withdraw/"))["Location"] == page_of(waiting)


@pytest.mark.parametrize("page", ["", "edit/", "submit/", "terms/", "withdraw/"])
def test_an_application_of_somebody_else_is_not_there(strangers, make, page):
    application = make(State.DRAFT if page in ("edit/", "submit/") else State.SUBMITTED)
    before = application.state
    assert strangers.get(page_of(application, page)).status_code == 404
    assert strangers.post(page_of(application, page), accepted()).status_code in (404, 405)
    assert state_of(application) == before


def test_what_was_submitted_is_changed_only_where_more_was_asked(devs, make):
    waiting = make(State.CHECKING)
    assert devs.post(page_of(waiting, "edit/"), DETAILS)["Location"] == page_of(waiting)
    assert not waiting.events.filter(kind="changed").exists()
