"""An administrator makes an account a guardian: patient, relative, link, letter, end."""

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links, patients
from fhirapi.store.load import load
from tests.portal.operations.conftest import said


def relative(related_id: str, patient_id: str, account=None) -> None:
    load(
        [
            {
                "resourceType": "RelatedPerson",
                "id": related_id,
                "active": True,
                "patient": {"reference": f"Patient/{patient_id}"},
                "relationship": [{"coding": [{"code": "GUARD", "display": "guardian"}]}],
                "name": [{"family": "Miller", "given": ["Grace"]}],
            }
        ]
    )
    if account is not None:
        links.link(account, "RelatedPerson", related_id, method=RecordLink.Method.DEMO)


def page_of(account) -> str:
    return f"/admin/guardian/{account.pk}/"


def test_the_accounts_page_leads_there(admin, patient):
    assert (
        page_of(patient).encode()
        in admin.get(f"/admin/portal/account/{patient.pk}/change/").content
    )


def test_the_patient_is_found_by_name_number_or_birthday(admin, practice, patient):
    for asked in ("wright", "9999097", "09/30/1965"):
        page = admin.post(page_of(patient), {"q": asked})
        assert [each.id for each in page.context["found"]] == ["142860"]


def test_who_was_shown_stands_in_the_trail(admin, administrator, practice, patient):
    admin.post(page_of(patient), {"q": "wright"})
    left = AuditRecord.objects.get(action="patient-search")
    assert (left.account_id, left.patient_ids) == (administrator.pk, ["142860"])


def test_linking_opens_the_record_and_writes_a_letter(admin, practice, patient, mailoutbox):
    relative("rp-1", "142860")
    page = admin.post(page_of(patient), {"q": "wright", "patient": "142860"})
    assert [each.name for each in page.context["relatives"]] == ["Grace Miller"]
    answer = admin.post(
        page_of(patient), {"patient": "142860", "related_person": "rp-1", "link": "1"}, follow=True
    )
    assert said(answer) == ["success"]
    assert patients.may_see(patient, ["142860"]) == {"142860"}
    assert "the record of somebody you care" in mailoutbox[0].body
    assert "Wright" not in mailoutbox[0].body


def test_nobody_chosen_links_nobody(admin, practice, patient):
    relative("rp-1", "142860")
    page = admin.post(page_of(patient), {"patient": "142860", "link": "1"})
    assert b"Choose who the account is" in page.content
    assert not RecordLink.objects.exists()


def test_a_patient_without_relatives_is_told_of(admin, practice, patient):
    page = admin.post(page_of(patient), {"patient": "142860"})
    assert b"No related person stands in this patient" in page.content


def test_one_of_two_links_is_ended(admin, practice, patient):
    relative("rp-1", "142860", patient)
    relative("rp-2", "7", patient)
    admin.post(f"{page_of(patient)}end/", {"related_person": "rp-1"})
    assert patients.may_see(patient, ["142860", "7"]) == {"7"}


def test_nobody_makes_themselves_a_guardian(staff, practice):
    from portal.accounts.models import Account

    browser = staff("Front desk")
    clerk = Account.objects.get(username="front-desk")
    relative("rp-1", "142860")
    answer = browser.post(
        page_of(clerk), {"patient": "142860", "related_person": "rp-1", "link": "1"}
    )
    assert answer.status_code == 403
    assert not RecordLink.objects.exists()


def test_a_guardian_is_listed_as_that_and_waits_for_no_link(admin, practice, make):
    account = make("grace", wants_patient=True)
    relative("rp-1", "142859", account)
    listed = admin.get("/admin/portal/account/?q=grace").content.decode()
    assert "Guardian" in listed
    assert "Not linked" not in listed
    waiting = admin.get("/admin/portal/account/?record=waiting").context["cl"].queryset
    assert account not in waiting
    guardians = admin.get("/admin/portal/account/?record=guardian").context["cl"].queryset
    assert list(guardians) == [account]
