"""The page of a team: members, invitations by letter, roles, the end."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import RecordLink, TeamMember
from fhirapi.smart.people import team
from portal.accounts.models import Account
from portal.team.models import TeamInvitation
from tests.people import Person
from tests.portal.ui.browser import signed_in, text

PAGE = "/portal/team/"


def invite(by: Person, email: str = "mia@example.com", role: str = "clinical") -> Any:
    return signed_in(by.account).post(f"{PAGE}invite/", {"email": email, "role": role}, follow=True)


def link() -> str:
    found = re.findall(r"/portal/team/join/\S+", str(outbox.outbox[-1].body))
    return str(found[-1])


def details() -> list[str | None]:
    found = AuditRecord.objects.filter(action="team").order_by("id")
    return list(found.values_list("detail", flat=True))


def test_an_invitation_is_a_letter_and_joining_a_click(dr_grey: Person, mia: Account):
    assert "We have sent a letter to mia@example.com" in text(invite(dr_grey))
    assert "Ada Grey invites you" in outbox.outbox[-1].body
    browser = signed_in(mia)
    assert "Clinical: also reads records" in text(browser.get(link()))
    assert not TeamMember.objects.exists()
    assert "You are on the team now" in text(browser.post(link(), follow=True))
    page = text(signed_in(dr_grey.account).get(PAGE))
    assert "Mia Moore" in page
    assert "Invited, not here yet" not in page
    assert details()[-1] == f"account {mia.pk} joined as clinical"


def test_the_link_works_once(dr_grey: Person, mia: Account):
    invite(dr_grey)
    browser = signed_in(mia)
    browser.post(link())
    team.end(TeamMember.objects.get(), by=dr_grey.account, address=None)
    assert browser.post(link()).status_code == 404
    assert not TeamMember.objects.live().exists()


def test_it_is_only_for_the_owner_of_the_mailbox(dr_grey: Person, rebecca: Person):
    invite(dr_grey)
    response = signed_in(rebecca.account).post(link())
    assert "sent to another address" in text(response)
    assert "mia@example.com" not in text(response)
    assert not TeamMember.objects.exists()


def test_who_has_no_account_is_led_to_make_one(dr_grey: Person, client: Any):
    invite(dr_grey, "new@example.com")
    assert "/app/registration.html" in outbox.outbox[-1].body
    page = text(client.get(link()))
    assert "Create an account" in page
    assert f"/app/index.html?next={link().replace('/', '%2F')}" in page
    assert client.post(link()).status_code == 200
    assert not TeamMember.objects.exists()


def test_the_mailbox_counts_in_any_letter_case(dr_grey: Person, mia: Account):
    invite(dr_grey, "MIA@Example.com")
    signed_in(mia).post(link())
    assert TeamMember.objects.get().account == mia


def test_a_patient_who_joins_has_the_provider_portal_as_well(dr_grey: Person, rebecca: Person):
    invite(dr_grey, "rebecca@example.com")
    signed_in(rebecca.account).post(link())
    account = Account.objects.get(pk=rebecca.account.pk)
    assert (account.wants_patient, account.is_provider) == (True, True)
    assert not account.is_approved_provider


@pytest.mark.parametrize("why", ["too old", "withdrawn", "sent again", "unlinked", "unknown"])
def test_a_link_that_is_closed_says_so(dr_grey: Person, lead: RecordLink, mia: Account, why: str):
    invite(dr_grey)
    address = link() if why != "unknown" else f"{PAGE}join/no-such-token/"
    invitation = TeamInvitation.objects.get()
    if why == "too old":
        TeamInvitation.objects.update(sent_at=timezone.now() - timedelta(hours=48))
    elif why == "unlinked":
        RecordLink.objects.filter(pk=lead.pk).update(revoked_at=timezone.now())
    elif why in ("withdrawn", "sent again"):
        deed = "withdraw" if why == "withdrawn" else "resend"
        signed_in(dr_grey.account).post(f"{PAGE}invitations/{invitation.pk}/{deed}/")
    response = signed_in(mia).post(address)
    assert response.status_code == 404
    assert "This invitation is closed" in text(response)
    assert not TeamMember.objects.exists()


def test_who_was_removed_does_not_come_back_by_an_invitation_of_their_own(
    dr_grey: Person, joined, rebecca: Person
):
    manager = joined("manager")
    email = rebecca.account.email
    signed_in(manager).post(f"{PAGE}invite/", {"email": email, "role": "manager"})
    team.end(TeamMember.objects.get(), by=dr_grey.account, address=None)
    assert signed_in(rebecca.account).post(link()).status_code == 404
    assert "Expired" in text(signed_in(dr_grey.account).get(PAGE))
    signed_in(dr_grey.account).post(f"{PAGE}invitations/{TeamInvitation.objects.get().pk}/resend/")
    assert signed_in(rebecca.account).post(link()).status_code == 302


def test_a_letter_sent_again_works(dr_grey: Person, mia: Account):
    invite(dr_grey)
    TeamInvitation.objects.update(sent_at=timezone.now() - timedelta(hours=50))
    assert "Expired" in text(signed_in(dr_grey.account).get(PAGE))
    signed_in(dr_grey.account).post(f"{PAGE}invitations/{TeamInvitation.objects.get().pk}/resend/")
    signed_in(mia).post(link())
    assert TeamMember.objects.exists()


@pytest.mark.parametrize(
    ("email", "role", "says"),
    [
        ("", "clinical", "Enter an email address."),
        ("mia", "clinical", "Write an email address"),
        ("grey@example.com", "clinical", "is on the team already"),
        ("new@example.com", "owner", "Select a valid choice"),
        ("asked@example.com", "clinical", "is invited already"),
    ],
)
def test_an_invitation_that_cannot_be_says_why(dr_grey: Person, email, role, says):
    invite(dr_grey, "asked@example.com")
    assert says in text(invite(dr_grey, email, role))
    assert TeamInvitation.objects.count() == len(outbox.outbox) == 1


def test_a_mailbox_is_not_flooded(dr_grey: Person):
    invite(dr_grey)
    address = f"{PAGE}invitations/{TeamInvitation.objects.get().pk}/resend/"
    for _ in range(8):
        last = signed_in(dr_grey.account).post(address, follow=True)
    assert "we send no more" in text(last)
    assert len(outbox.outbox) == 5


def test_a_role_is_changed_and_stands_in_both_trails(dr_grey: Person, joined, mia: Account):
    joined("clinical")
    member = TeamMember.objects.get()
    browser = signed_in(dr_grey.account)
    assert browser.post(f"{PAGE}members/{member.pk}/", {"role": "owner"}).status_code == 200
    done = browser.post(f"{PAGE}members/{member.pk}/", {"role": "manager"}, follow=True)
    assert "Manager: also makes access keys" in text(done)
    assert TeamMember.objects.get().role == "manager"
    changed = AuditRecord.objects.filter(action="team", detail__contains="changed to manager")
    assert {each.account_id for each in changed} == {mia.pk, dr_grey.account.pk}


def test_removing_is_asked_first(dr_grey: Person, joined):
    joined("clinical")
    address = f"{PAGE}members/{TeamMember.objects.get().pk}/end/"
    browser = signed_in(dr_grey.account)
    assert "from the team?" in text(browser.get(address))
    assert TeamMember.objects.live().exists()
    assert "is no longer on the team" in text(browser.post(address, follow=True))
    assert not TeamMember.objects.live().exists()


def test_a_member_leaves_alone_and_both_trails_say_so(dr_grey: Person, joined, mia: Account):
    browser = signed_in(joined("clinical"))
    address = f"{PAGE}own/{TeamMember.objects.get().pk}/leave/"
    assert address in text(browser.get("/portal/settings/"))
    assert "Leave the team of Ada Grey?" in text(browser.get(address))
    assert TeamMember.objects.live().exists()
    assert "You have left the team of Ada Grey." in text(browser.post(address, follow=True))
    assert not TeamMember.objects.live().exists()
    assert browser.get("/portal/patients/142859/").status_code == 404
    told = AuditRecord.objects.filter(action="team", detail__contains="ended")
    assert {each.account_id for each in told} == {mia.pk, dr_grey.account.pk}
    assert browser.post(address).status_code == 404


def test_nobody_leaves_in_the_place_of_another(dr_grey: Person, joined, rebecca: Person):
    joined("clinical")
    address = f"{PAGE}own/{TeamMember.objects.get().pk}/leave/"
    for other in (dr_grey, rebecca):
        assert signed_in(other.account).post(address).status_code == 404
    assert TeamMember.objects.live().exists()


def test_a_patient_who_leaves_a_team_is_a_patient_again(dr_grey: Person, rebecca: Person):
    invite(dr_grey, "rebecca@example.com")
    browser = signed_in(rebecca.account)
    browser.post(link())
    assert "Manage FHIR API" in text(browser.get("/portal/"))
    browser.post(f"{PAGE}own/{TeamMember.objects.get().pk}/leave/")
    home = text(browser.get("/portal/"))
    assert "Manage FHIR API" not in home
    assert "waiting for approval" not in home
    assert Account.objects.get(pk=rebecca.account.pk).wants_provider is False


def test_a_provider_who_leaves_a_team_waits_for_approval_again(joined):
    browser = signed_in(joined("clinical"))
    assert "waiting for approval" not in text(browser.get("/portal/"))
    browser.post(f"{PAGE}own/{TeamMember.objects.get().pk}/leave/")
    assert "waiting for approval" in text(browser.get("/portal/"))


def test_a_manager_manages_and_others_find_nothing(dr_strange: Person, rebecca, joined):
    manager = joined("manager")
    member = TeamMember.objects.get().pk
    assert "Mia Moore" in text(signed_in(manager).get(PAGE))
    assert "Mia Moore" not in text(signed_in(dr_strange.account).get(PAGE))
    for deed in (f"members/{member}/", f"members/{member}/end/"):
        assert signed_in(dr_strange.account).post(f"{PAGE}{deed}").status_code == 404
        assert signed_in(rebecca.account).post(f"{PAGE}{deed}").status_code == 404
    assert signed_in(rebecca.account).get(PAGE).status_code == 404


@pytest.mark.parametrize("role", ["front-desk", "clinical"])
def test_other_roles_do_not_manage(joined, role: str):
    member = joined(role)
    assert signed_in(member).get(PAGE).status_code == 404
    form = {"email": "x@example.com", "role": "manager"}
    assert signed_in(member).post(f"{PAGE}invite/", form).status_code == 404


def test_nobody_opens_the_team_without_signing_in(client: Any, db: None):
    assert client.get(PAGE)["Location"].startswith("/patient/index.html?next=")


def test_an_approved_provider_without_a_practitioner_is_told(mia: Account):
    mia.provider_approved_at = timezone.now()
    mia.save()
    assert "not linked to a practitioner" in text(signed_in(mia).get(PAGE))


def test_the_page_takes_no_more_statements_for_more_members(
    dr_grey: Person, lead: RecordLink, django_assert_max_num_queries: Any
):
    for number in range(5):
        made = Account.objects.create(username=f"m{number}", email=f"m{number}@example.com")
        team.join(lead, made, "clinical", by_id=None, address=None)
        invite(dr_grey, f"n{number}@example.com")
    browser = signed_in(dr_grey.account)
    browser.get(PAGE)  # the first page of a session notes where it is
    with django_assert_max_num_queries(9):
        browser.get(PAGE)
