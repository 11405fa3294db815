"""The front desk: staff who decide about accounts, and what they can not do."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import RecordLink
from portal.accounts.models import Account
from portal.operations import groups
from tests.portal.accounts.conftest import signed_in

ACCOUNTS = "/admin/portal/account/"


@pytest.fixture
def clerk(make):
    made = make("clerk", is_staff=True, wants_patient=True, email="clerk@example.com")
    groups.ensure()
    made.groups.add(Group.objects.get(name="Front desk"))
    return made


@pytest.fixture
def desk(clerk):
    return signed_in(clerk)


def test_the_command_makes_the_group_and_restores_it(db):
    call_command("create_staff_groups")
    group = Group.objects.get(name="Front desk")
    group.permissions.clear()
    call_command("create_staff_groups", verbosity=0)
    rights = set(group.permissions.values_list("codename", flat=True))
    assert rights == {right.partition(".")[2] for right in groups.GROUPS["Front desk"]}


def test_they_approve_a_provider(desk, provider, practice, mailoutbox):
    page = desk.get(f"{ACCOUNTS}{provider.pk}/change/")
    assert b"Approve the provider" in page.content
    desk.post(f"{ACCOUNTS}{provider.pk}/approve/", {"resource_id": "dr-grey"})
    provider.refresh_from_db()
    assert provider.is_provider
    assert mailoutbox[0].to == [provider.email]


def test_they_link_and_unlink_a_patient(desk, clerk, patient, practice):
    desk.post(f"{ACCOUNTS}{patient.pk}/link/", {"resource_id": "142859"})
    assert RecordLink.objects.get(account=patient, revoked_at=None).linked_by == clerk
    desk.post(f"{ACCOUNTS}{patient.pk}/unlink/")
    assert not RecordLink.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("action", ["send_recovery_letter", "lift_sign_in_lock"])
def test_they_help_people_who_cannot_sign_in(desk, patient, action):
    entered = {"action": action, "_selected_action": [patient.pk]}
    page = desk.post(ACCOUNTS, entered, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["success"]


@pytest.mark.parametrize("page", ["portal_account", "portal_registration", "fhirapi_auditrecord",
                                  "fhirapi_recordlink"])  # fmt: skip
def test_they_read_accounts_registrations_links_and_the_trail(desk, rebecca, page):
    assert desk.get(reverse(f"admin:{page}_changelist")).status_code == 200


@pytest.mark.parametrize("page", ["fhirapi_content", "fhirapi_accesskey", "fhirapi_client",
                                  "fhirapi_accesstoken", "auth_group"])  # fmt: skip
def test_they_see_no_records_keys_apps_tokens_or_groups(desk, rebecca, page):
    assert desk.get(reverse(f"admin:{page}_changelist")).status_code == 403


def test_no_link_leads_them_to_a_page_that_is_closed_to_them(desk, rebecca):
    page = desk.get(ACCOUNTS).content.decode()
    assert "Patient/142859" in page
    assert "/admin/fhirapi/content/" not in page


def test_they_cannot_edit_an_account(desk, patient):
    page = desk.get(f"{ACCOUNTS}{patient.pk}/change/")
    assert b'name="email"' not in page.content
    answer = desk.post(f"{ACCOUNTS}{patient.pk}/change/", {"email": "mine@example.com"})
    assert answer.status_code == 403
    assert Account.objects.get(pk=patient.pk).email == patient.email


def test_they_cannot_link_their_own_account(desk, clerk, practice):
    assert b"../link/" not in desk.get(f"{ACCOUNTS}{clerk.pk}/change/").content
    answer = desk.post(f"{ACCOUNTS}{clerk.pk}/link/", {"resource_id": "142859"})
    assert answer.status_code == 403
    assert not RecordLink.objects.exists()


def test_staff_who_may_only_look_decide_nothing(make, patient, practice):
    looker = make("looker", is_staff=True)
    groups.ensure()
    group = Group.objects.get(name="Front desk")
    rights = group.permissions.exclude(codename="decide_account")
    looker.user_permissions.set(rights)
    browser = signed_in(looker)
    assert b"../link/" not in browser.get(f"{ACCOUNTS}{patient.pk}/change/").content
    answer = browser.post(f"{ACCOUNTS}{patient.pk}/link/", {"resource_id": "142859"})
    assert answer.status_code == 403


def test_what_they_decide_stands_in_the_trail_under_their_name(desk, clerk, provider, practice):
    desk.post(f"{ACCOUNTS}{provider.pk}/approve/", {"resource_id": "dr-grey"})
    assert AuditRecord.objects.get(action="approve").detail == f"approved by account {clerk.pk}"
