"""Administration: who gets in, the decisions about accounts, and that no secret is shown."""

import re
from datetime import UTC, date, datetime
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessKey, AccessToken, RecordLink, RefreshToken
from fhirapi.smart.people import keys, team
from fhirapi.store.models import Content
from portal.accounts.models import Account, FailedSignIn, PinDevice
from tests.people import PASSWORD, PIN, make_key
from tests.portal.accounts.conftest import PATIENT_DOOR, signed_in, try_door

LOGIN = "/admin/login/"
ACCOUNTS = "/admin/portal/account/"
LISTS = [
    "portal_account", "portal_registration", "fhirapi_recordlink", "fhirapi_accesskey",
    "fhirapi_client", "fhirapi_dataaccessgrant", "fhirapi_accesstoken", "fhirapi_refreshtoken",
    "fhirapi_auditrecord", "fhirapi_content", "auth_group",
]  # fmt: skip


@pytest.fixture
def admin(administrator: Account) -> Client:
    return signed_in(administrator)


def act(admin: Client, action: str, *accounts: Account):
    entered = {"action": action, "_selected_action": [account.pk for account in accounts]}
    return admin.post(ACCOUNTS, entered, follow=True)


@pytest.mark.parametrize("language", ["en", "es"])
def test_dates_are_written_as_everywhere(admin, make, language):
    account = make("ann", birth_date=date(1980, 4, 23))
    Account.objects.filter(pk=account.pk).update(last_login=datetime(2026, 3, 5, 20, 7, tzinfo=UTC))
    admin.cookies["qsmartcare_language"] = language
    assert "03/05/2026 8:07 PM" in admin.get(f"{ACCOUNTS}?q=ann").content.decode()
    page = admin.get(f"{ACCOUNTS}{account.pk}/change/").content.decode()
    assert 'value="04/23/1980"' in page


def test_its_door_asks_for_the_same_three_fields(client, administrator):
    page = client.get(LOGIN)
    assert [str(field.label) for field in page.context["form"]] == ["Username", "Password", "PIN"]
    assert try_door(client, LOGIN, "root", next=ACCOUNTS).url == ACCOUNTS


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"pin": "9999"}])
def test_a_wrong_password_or_pin_opens_nothing(client, administrator, wrong):
    assert try_door(client, LOGIN, "root", **wrong).status_code == 200
    assert client.get("/admin/").status_code == 302


def test_it_locks_out_like_every_door(client, administrator):
    for _ in range(5):
        response = try_door(client, LOGIN, "root", "wrong")
    assert response.status_code == 429


def test_a_patient_is_led_home(client, patient):
    assert try_door(client, LOGIN, "rebecca").url == "/portal/"
    assert client.get("/admin/", follow=True).redirect_chain[0][0].startswith(LOGIN)


def test_a_session_without_the_pin_opens_nothing(client, administrator):
    client.force_login(administrator, "portal.accounts.signin.PasswordAndPinBackend")
    assert client.get("/admin/").status_code == 302


def test_signing_out_leads_back_to_its_door(admin):
    assert admin.post("/admin/logout/").url == LOGIN
    assert admin.get("/admin/").status_code == 302


def test_a_password_cannot_be_changed_past_the_pin(admin, patient):
    assert admin.get("/admin/password_change/").url == "/portal/settings/password/"
    assert admin.get(f"{ACCOUNTS}{patient.pk}/password/").status_code in (302, 404)


@pytest.mark.parametrize("page", LISTS)
def test_every_list_opens_and_can_be_searched(admin, dr_grey, api, page):
    api.as_(make_key(dr_grey, ["142859"]))
    address = reverse(f"admin:{page}_changelist")
    assert admin.get(address).status_code == 200
    assert admin.get(address, {"q": "142859"}).status_code == 200


def change_page(row) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def test_no_page_shows_a_secret(admin, dr_grey, api):
    key = make_key(dr_grey, ["142859"])
    session = api.as_(key)
    key.refresh_from_db()
    token, refresh = AccessToken.objects.get(), RefreshToken.objects.get()
    account = Account.objects.get(username="grey")
    secrets = [
        keys.reveal_secret(key), key.secret_encrypted, key.secret_digest, session.token,
        session.answer["refresh_token"], token.token_checksum, refresh.token_checksum,
        account.password, PinDevice.objects.get(user=account).pin_hash, PIN,
    ]  # fmt: skip
    rows = [key, token, refresh, account, key.data_access_grant, key.data_access_grant.client]
    pages = [reverse(f"admin:{page}_changelist") for page in LISTS]
    pages += [change_page(row) for row in rows]
    for page in pages:
        shown = admin.get(page)
        assert shown.status_code == 200
        assert not [secret for secret in secrets if secret in shown.content.decode()]


@pytest.mark.parametrize(
    "filters",
    [{"service": "provider"}, {"approval": "waiting"}, {"q": "grey@"}, {"q": "Ada Grey"}],
)
def test_accounts_are_found_by_filter_and_search(admin, patient, provider, filters):
    shown = admin.get(ACCOUNTS, filters).context["cl"].queryset
    assert list(shown) == [provider]


def test_the_link_filter_tells_linked_from_waiting_patients(admin, rebecca, make):
    waiting = make("waiting", wants_patient=True)
    shown = admin.get(ACCOUNTS, {"record": "waiting"}).context["cl"].queryset
    assert list(shown) == [waiting]
    shown = admin.get(ACCOUNTS, {"record": "linked"}).context["cl"].queryset
    assert list(shown) == [rebecca.account]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["dr-grey", "dr-strange"]), (" ", ["dr-grey", "dr-strange"]),
        ("gre", ["dr-grey"]), ("GR\x00E", ["dr-grey"]), ("%", []), ("\\", []), ("nobody", []),
    ],
)  # fmt: skip
def test_practitioners_are_looked_for_with_any_text(admin, provider, practice, asked, found):
    page = admin.get(f"{ACCOUNTS}{provider.pk}/approve/", {"q": asked})
    assert [each.id for each in page.context["practitioners"]] == found


def test_approving_asks_which_practitioner_and_tells_the_person(
    admin, provider, practice, mailoutbox
):
    page = act(admin, "approve", provider)
    assert [found.id for found in page.context["practitioners"]] == ["dr-grey"]
    admin.post(page.request["PATH_INFO"], {"resource_id": "dr-grey"})
    provider.refresh_from_db()
    assert provider.is_provider
    assert RecordLink.objects.get(account=provider).resource_id == "dr-grey"
    assert AuditRecord.objects.filter(action="approve", account_id=provider.pk).exists()
    assert mailoutbox[0].to == [provider.email]


@pytest.mark.parametrize(
    ("resource_id", "says"),
    [("", "Choose a record"), ("nobody", "There is no Practitioner"), ("x" * 65, "at most 64")],
)
def test_approving_as_nobody_is_refused(admin, provider, practice, resource_id, says):
    page = admin.post(f"{ACCOUNTS}{provider.pk}/approve/", {"resource_id": resource_id})
    assert says in page.content.decode()
    provider.refresh_from_db()
    assert not provider.is_provider


def test_approval_can_be_withdrawn(admin, provider, practice):
    admin.post(f"{ACCOUNTS}{provider.pk}/approve/", {"resource_id": "Practitioner/dr-grey"})
    page = act(admin, "withdraw", provider)
    assert b"Practitioner/dr-grey" in page.content
    admin.post(page.request["PATH_INFO"])
    provider.refresh_from_db()
    assert not provider.is_provider
    assert not RecordLink.objects.filter(revoked_at=None).exists()


def test_linking_shows_the_evidence_and_leaves_an_audit_record(admin, patient, practice):
    page = act(admin, "link", patient)
    assert [found.id for found in page.context["candidates"]] == ["142859"]
    assert b"does not agree" in page.content
    assert AuditRecord.objects.filter(action="patient-search", patient_ids=["142859"]).exists()
    admin.post(page.request["PATH_INFO"], {"resource_id": "142859"})
    link = RecordLink.objects.get(account=patient)
    assert (link.method, link.linked_by.username) == ("administrator", "root")


def test_a_record_of_somebody_else_cannot_be_linked(admin, rebecca, make):
    second = make("second", wants_patient=True)
    page = admin.post(f"{ACCOUNTS}{second.pk}/link/", {"resource_id": "142859"})
    assert b"already linked to another account" in page.content


def test_unlinking_closes_the_record(admin, rebecca):
    page = act(admin, "unlink", rebecca.account)
    admin.post(page.request["PATH_INFO"])
    assert not RecordLink.objects.filter(revoked_at=None).exists()


def test_a_decision_that_does_not_fit_the_account_is_refused(admin, patient):
    page = admin.get(f"{ACCOUNTS}{patient.pk}/approve/", follow=True)
    assert b"not possible as the account stands" in page.content


def test_the_accounts_page_leads_to_the_decisions_that_are_possible(admin, provider):
    page = f"{ACCOUNTS}{provider.pk}/change/"
    links = re.findall(r'href="(\.\./\w+/)"', admin.get(page).content.decode())
    opened = [admin.get(urljoin(page, link)) for link in links if "history" not in link]
    assert [page.context["decision"] for page in opened] == ["approve"]


def test_decisions_are_taken_person_by_person(admin, patient, provider):
    assert b"Choose one account" in act(admin, "approve", patient, provider).content


def test_staff_without_the_right_decide_nothing(make, provider):
    client = signed_in(make("clerk", is_staff=True))
    assert client.get(f"{ACCOUNTS}{provider.pk}/approve/").status_code == 403
    assert client.get(ACCOUNTS).status_code == 403


def test_the_recovery_letter_can_be_sent(admin, patient, mailoutbox):
    act(admin, "send_recovery_letter", patient)
    assert "choose new ones here" in mailoutbox[0].body


def test_the_sign_in_lock_can_be_lifted(admin, patient):
    stranger = Client()
    for _ in range(5):
        try_door(stranger, PATIENT_DOOR, "rebecca", "wrong")
    page = admin.get(f"{ACCOUNTS}{patient.pk}/change/")
    assert b"Locked after too many tries" in page.content
    act(admin, "lift_sign_in_lock", patient)
    assert not FailedSignIn.objects.exists()
    assert try_door(stranger, PATIENT_DOOR, "rebecca", PASSWORD).status_code == 302


def test_an_access_key_can_be_switched_off_and_on(admin, rebecca):
    address = reverse("admin:fhirapi_accesskey_changelist")
    for action, is_active in (("deactivate", False), ("activate", True)):
        admin.post(address, {"action": action, "_selected_action": [rebecca.key.pk]})
        assert AccessKey.objects.get().is_active is is_active
    assert AuditRecord.objects.filter(detail__contains="by an administrator").count() == 2


def test_opening_a_resource_leaves_an_audit_record(admin, practice, administrator):
    row = Content.objects.get(resource_id="142859")
    assert b"9999094" in admin.get(reverse("admin:fhirapi_content_change", args=[row.pk])).content
    left = AuditRecord.objects.get(action="read")
    assert (left.account_id, left.patient_ids) == (administrator.pk, ["142859"])


@pytest.mark.parametrize("page", ["fhirapi_auditrecord", "fhirapi_content", "fhirapi_accesskey"])
def test_what_is_a_record_of_facts_cannot_be_edited(admin, rebecca, page):
    assert admin.get(reverse(f"admin:{page}_add")).status_code == 403


def test_the_audit_trail_is_searched_by_patient_and_by_account(admin, rebecca):
    address = reverse("admin:fhirapi_auditrecord_changelist")
    for wanted in ({"patient": "142859"}, {"person": "rebecca"}):
        assert admin.post(address, wanted).context["rows"]


def test_only_a_superuser_gives_rights(admin, make, patient):
    shown = admin.get(f"{ACCOUNTS}{patient.pk}/change/").content
    assert b'name="is_superuser"' in shown
    assert b'name="password"' not in shown


def test_whoever_works_in_a_team_is_not_called_approved(admin, make, dr_grey):
    nurse = make("nurse", wants_provider=True)
    lead = RecordLink.objects.get(account=dr_grey.account)
    team.join(lead, nurse, "clinical", by_id=None, address=None)
    page = admin.get(f"{ACCOUNTS}{nurse.pk}/change/")
    assert [each.value for each in page.context["decisions"]] == ["approve"]
    assert "On a team" in page.content.decode()


def test_the_list_asks_no_more_for_more_members_of_teams(
    admin, make, dr_grey, django_assert_max_num_queries
):
    lead = RecordLink.objects.get(account=dr_grey.account)
    for number in range(10):
        nurse = make(f"nurse{number}", wants_provider=True)
        team.join(lead, nurse, "clinical", by_id=None, address=None)
    with django_assert_max_num_queries(16):
        admin.get(ACCOUNTS)
