"""Queues: decided beside the evidence, declined with a letter, and taken back."""

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import team
from fhirapi.store.load import load
from portal.operations.models import Declined
from tests import people
from tests.portal.operations.conftest import said

ACCOUNTS = "/admin/portal/account/"


@pytest.mark.parametrize("name", ["providers", "identities", "apps", "services"])
def test_every_queue_opens_empty_and_full(admin, name, request):
    assert b"Nothing waits here" in admin.get(f"/admin/queue/{name}/").content
    for fixture in ("provider", "patient", "app", "service"):
        request.getfixturevalue(fixture)
    assert len(admin.get(f"/admin/queue/{name}/").context["page"].object_list) == 1


def test_there_is_no_other_queue(admin):
    assert admin.get("/admin/queue/partners/").status_code == 404


def test_a_candidate_stands_beside_the_account(admin, patient, practice):
    page = admin.get(f"{ACCOUNTS}{patient.pk}/link/")
    lines = {line.words: line for line in page.context["comparison"]}
    assert lines["Name"].told == "Rebecca Larson"
    assert lines["Name"].cells[0].verdict == "agrees"
    assert (lines["Email"].cells[0].text, lines["Email"].cells[0].verdict) == ("", "differs")


def test_what_agrees_is_marked(admin, patient):
    record = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")
    load([{**record, "telecom": [{"system": "email", "value": patient.email}]}])
    page = admin.get(f"{ACCOUNTS}{patient.pk}/link/")
    email = next(line for line in page.context["comparison"] if line.words == "Email")
    assert (email.cells[0].text, email.cells[0].verdict) == (patient.email, "agrees")


def test_matching_leads_to_the_next_who_waits(admin, patient, practice):
    answer = admin.post(f"{ACCOUNTS}{patient.pk}/link/", {"resource_id": "142859"})
    assert answer.url == "/admin/queue/identities/"
    assert admin.get(answer.url).context["page"].paginator.count == 0


@pytest.mark.parametrize(
    ("who", "name", "words"),
    [("patient", "identities", "beyond doubt"), ("provider", "providers", "could\nnot approve")],
)
def test_declining_takes_from_the_queue_and_writes_a_letter(
    admin, request, mailoutbox, who, name, words
):
    account = request.getfixturevalue(who)
    page = admin.post(f"/admin/queue/{name}/{account.pk}/decline/", follow=True)
    assert said(page) == ["success"]
    assert list(page.context["page"]) == []
    assert mailoutbox[0].to == [account.email]
    assert words in mailoutbox[0].body


def test_declining_is_audited_and_can_be_taken_back(admin, patient, administrator):
    admin.post(f"/admin/queue/identities/{patient.pk}/decline/")
    page = admin.post(f"/admin/queue/identities/{patient.pk}/reopen/", follow=True)
    assert list(page.context["page"]) == [patient]
    details = AuditRecord.objects.filter(action="approve", account_id=patient.pk)
    assert f"declined as patient by account {administrator.pk}" in [e.detail for e in details]


def test_who_does_not_wait_cannot_be_declined(admin, rebecca):
    page = admin.post(f"/admin/queue/identities/{rebecca.account.pk}/decline/", follow=True)
    assert said(page) == ["error"]
    assert not Declined.objects.exists()


def test_a_provider_whose_approval_was_withdrawn_does_not_wait_again(admin, dr_grey):
    admin.post(f"{ACCOUNTS}{dr_grey.account.pk}/withdraw/")
    assert list(admin.get("/admin/queue/providers/").context["page"]) == []


def test_approving_somebody_who_was_declined_forgets_that(admin, provider, practice):
    admin.post(f"/admin/queue/providers/{provider.pk}/decline/")
    admin.post(f"{ACCOUNTS}{provider.pk}/approve/", {"resource_id": "dr-grey"})
    assert not Declined.objects.exists()
    assert RecordLink.objects.filter(account=provider, revoked_at=None).exists()


@pytest.mark.parametrize("asked", ["wants_patient", "wants_provider"])
def test_who_has_joined_a_team_waits_for_no_approval(admin, make, dr_grey, asked):
    nurse = make("nurse", **{asked: True})
    lead = RecordLink.objects.get(account=dr_grey.account)
    team.join(lead, nurse, "front-desk", by_id=None, address=None)
    waiting = admin.get("/admin/queue/providers/").context["page"].object_list
    assert nurse not in waiting
    listed = admin.get(f"{ACCOUNTS}?approval=waiting").context["cl"].queryset
    assert nurse not in listed


def test_who_asked_to_be_a_provider_waits_again_after_leaving(admin, make, dr_grey):
    nurse = make("nurse", wants_provider=True)
    lead = RecordLink.objects.get(account=dr_grey.account)
    team.leave(team.join(lead, nurse, "clinical", by_id=None, address=None), address=None)
    waiting = admin.get("/admin/queue/providers/").context["page"].object_list
    assert nurse in waiting


def test_nor_is_told_of_one_when_the_own_record_is_linked(admin, make, practice, mailoutbox):
    nurse = make("nurse", wants_patient=True, wants_provider=True)
    admin.post(f"{ACCOUNTS}{nurse.pk}/link/", {"resource_id": "142859"})
    assert "linked to your health record" in " ".join(mailoutbox[0].body.split())
