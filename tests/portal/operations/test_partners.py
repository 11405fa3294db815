"""Provider Access at the desk: decided with a reason, told in a letter, shown to the developer."""

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients, provider_access
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import Client
from portal.partners import steps, terms
from portal.partners.models import PartnerApplication
from portal.partners.programs import Program
from tests.portal.operations.conftest import said
from tests.portal.ui.browser import signed_in, text

WRITING = Details(
    kind=Client.Kind.SYMMETRIC,
    name="Growth chart",
    redirect_uris=("https://growth.example.com/callback",),
    scopes=("openid", "user/*.rs", "user/Observation.cruds"),
)
YES, NO = {"decision": "approve"}, {"decision": "withdraw"}


@pytest.fixture
def partner(developer):
    return clients.register(WRITING, owner=developer)


@pytest.fixture
def standing(developer, administrator):
    """The developer is an approved partner of API Distribution."""
    made = PartnerApplication.objects.create(account=developer, program=Program.API_DISTRIBUTION)
    steps.submit(made, terms.current(), language="en", by=developer)
    for step in (steps.begin_check, steps.verify, steps.approve):
        step(made, by=administrator)
    return made


@pytest.fixture
def page(partner):
    return f"/admin/partner/{partner.pk}/"


def test_it_shows_what_the_app_asks_to_change(admin, page):
    shown = text(admin.get(page))
    assert "See and change: Laboratory results" in shown
    assert "Approve and send the letter" in shown


@pytest.mark.usefixtures("standing")
def test_approving_takes_a_reason_and_writes_a_letter(
    admin, administrator, partner, page, mailoutbox
):
    assert "Say why" in text(admin.post(page, YES))
    partner.refresh_from_db()
    assert (partner.may_write, mailoutbox) == (False, [])
    answer = admin.post(page, {**YES, "note": "Contract of March & May."}, follow=True)
    partner.refresh_from_db()
    assert (partner.may_write, partner.provider_access_by) == (True, administrator)
    assert said(answer) == ["success"]
    assert mailoutbox[0].to == ["dev@example.com"]
    assert mailoutbox[0].subject == "Your app Growth chart may write"
    assert "March & May" in mailoutbox[0].body


def test_withdrawing_takes_a_reason_and_writes_a_letter(admin, partner, page, mailoutbox):
    provider_access.approve(partner, by=None)
    admin.post(page, {**NO, "note": "The contract ended."})
    partner.refresh_from_db()
    assert partner.provider_access_at is None
    assert partner.provider_access_ended_at
    assert "may not write any more" in mailoutbox[0].subject
    assert "The contract ended." in mailoutbox[0].body
    assert "Withdrawn" in text(admin.get(page))


@pytest.mark.usefixtures("standing")
def test_the_letter_speaks_the_developers_language(admin, developer, partner, page, mailoutbox):
    developer.language = "es"
    developer.save()
    admin.post(page, {**YES, "note": "Contrato."})
    assert "acceso de proveedor" in mailoutbox[0].body


@pytest.mark.usefixtures("standing")
def test_a_decision_is_not_made_twice(admin, partner, page, mailoutbox):
    provider_access.approve(partner, by=None)
    answer = admin.post(page, {**YES, "note": "Again."}, follow=True)
    assert (said(answer), mailoutbox) == (["error"], [])
    assert AuditRecord.objects.filter(detail="provider access approved").count() == 1


@pytest.mark.usefixtures("standing")
def test_without_an_address_the_administrator_hears_of_it(admin, developer, page):
    developer.email = ""
    developer.save()
    answer = admin.post(page, {**YES, "note": "A contract."}, follow=True)
    assert said(answer) == ["success", "warning"]


def test_without_a_partner_nothing_is_approved_and_the_page_says_why(admin, partner, page):
    assert "has not applied" in text(admin.get(page))
    answer = admin.post(page, {**YES, "note": "Why not."})
    partner.refresh_from_db()
    assert not partner.may_write
    assert "no approved partner of API Distribution" in text(answer)


def test_what_was_approved_is_withdrawn_without_a_partner(admin, partner, page):
    provider_access.approve(partner, by=None)
    admin.post(page, {**NO, "note": "It ended."})
    partner.refresh_from_db()
    assert not partner.may_write


@pytest.mark.usefixtures("standing")
def test_an_app_that_nobody_owns_has_no_partner(admin, partner, page):
    Client.objects.update(user=None)
    assert "no account owns this app" in text(admin.get(page))
    admin.post(page, {**YES, "note": "Why not."})
    partner.refresh_from_db()
    assert not partner.may_write


@pytest.mark.usefixtures("standing")
def test_the_page_leads_to_the_partners_application(admin, standing, page):
    shown = text(admin.get(page))
    assert f"/admin/queue/partner-applications/{standing.pk}/" in shown
    assert "approved for API Distribution" in shown


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize(
    ("group", "status"),
    [("App review", 200), ("Front desk", 403), ("Auditor", 403), ("Operations", 403)],
)
def test_only_those_who_approve_services_decide(staff, page, partner, group, status):
    browser = staff(group)
    assert browser.get(page).status_code == status
    browser.post(page, {**YES, "note": "Why not."})
    partner.refresh_from_db()
    assert partner.may_write is (status == 200)


def test_an_access_key_is_no_partner(admin, rebecca):
    client = rebecca.key.data_access_grant.client
    assert admin.get(f"/admin/partner/{client.pk}/").status_code == 404


@pytest.mark.parametrize("page_of", ["/admin/queue/apps/{}/", "/admin/fhirapi/client/{}/change/"])
def test_the_other_pages_of_the_app_lead_there(admin, partner, page, page_of):
    assert page in text(admin.get(page_of.format(partner.pk)))
    assert page in text(admin.get("/admin/fhirapi/client/"))


def test_a_service_is_reviewed_with_what_it_asks_to_change(admin, service, developer):
    service.allowed_scopes = "system/*.rs system/Goal.cruds"
    service.save()
    assert "Of the patients it is approved for" in text(
        admin.get(f"/admin/queue/apps/{service.pk}/")
    )
    assert f"/admin/partner/{service.pk}/" in text(
        admin.get(f"/admin/queue/services/{service.pk}/")
    )


def test_the_developer_sees_what_is_not_granted_yet_and_the_reason(developer, partner):
    own = signed_in(developer)
    address = f"/portal/apps/{partner.client_id}/"
    waiting = text(own.get(address))
    assert waiting.count("Not granted yet") == 1
    assert "Not approved" in waiting
    provider_access.approve(partner, by=None, note="A contract.")
    approved = text(own.get(address))
    assert "Not granted yet" not in approved
    assert "A contract." in approved
    provider_access.withdraw(partner, by=None, note="It ended.")
    assert "Withdrawn on" in text(own.get(address))


def test_an_app_that_only_reads_is_not_told_of_writing(developer, app):
    assert "Provider Access" not in text(signed_in(developer).get(f"/portal/apps/{app.client_id}/"))
