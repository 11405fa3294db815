"""The own trail, and for a patient who opened the record."""

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import team
from tests import people
from tests.people import make_key
from tests.portal.ui.browser import approve, signed_in, text

PAGE = "/portal/activity/"
Action = AuditRecord.Action


def told(response):
    return [(each.who, each.what) for each in response.context["entries"]]


def test_a_patient_sees_who_opened_the_record(rebecca, dr_grey):
    record(
        Action.READ,
        account_id=dr_grey.account.pk,
        resource_type="Condition",
        patient_ids=["142859", "142860"],
        address="10.1.2.3",
    )
    response = signed_in(rebecca.account).get(PAGE)
    words = "Read: Problems, diagnoses and health concerns (your record)"
    assert told(response)[0] == ("Ada Grey, provider", words)
    assert "10.1.2.3" not in text(response)
    assert "142860" not in text(response)


@pytest.mark.parametrize(
    ("action", "words"),
    [(Action.CREATE, "Added"), (Action.UPDATE, "Changed"), (Action.DELETE, "Deleted")],
)
def test_a_patient_sees_who_changed_the_record(rebecca, dr_grey, action, words):
    for _ in range(3):
        record(
            action, account_id=dr_grey.account.pk, client_id="app", resource_type="Condition",
            patient_ids=["142859"],
        )  # fmt: skip
    browser = signed_in(rebecca.account)
    told_once = f"{words}: Problems, diagnoses and health concerns, 3 times (your record)"
    for asked in ({}, {"tab": "record"}, {"did": "changed"}):
        assert told(browser.get(PAGE, asked))[0] == ("Ada Grey, provider", told_once)
    assert told(browser.get(PAGE, {"did": "opened"})) == []


def test_a_change_that_was_refused_is_told_as_the_try_it_was(dr_grey):
    record(
        Action.UPDATE, account_id=dr_grey.account.pk, client_id="app", resource_type="Goal",
        outcome=AuditRecord.Outcome.DENIED,
    )  # fmt: skip
    approve(dr_grey.account)
    response = signed_in(dr_grey.account).get(PAGE)
    assert told(response)[0] == ("Your app", "Tried to change: Goals of treatment")


def test_staff_of_the_practice_are_called_that(rebecca, dr_grey):
    nurse = people.account("mia", "Mia", "Moore", wants_provider=True)
    lead = RecordLink.objects.get(account=dr_grey.account)
    member = team.join(lead, nurse, "clinical", by_id=None, address=None)
    signed_in(nurse).get("/portal/patients/142859/")
    assert told(signed_in(rebecca.account).get(PAGE))[0][0] == "Mia Moore, staff of the practice"
    team.leave(member, address=None)
    assert told(signed_in(rebecca.account).get(PAGE))[0][0] == "Mia Moore, staff of the practice"


def test_the_label_of_somebody_elses_key_is_not_told(rebecca, dr_grey):
    key = make_key(dr_grey, ["142859", "142860"], label="For John Wright")
    page = text(signed_in(rebecca.account).get(PAGE))
    assert "Created an access key" in page
    assert "John Wright" not in page
    assert key.access_key_id not in page


def test_what_concerns_another_record_is_not_told(rebecca, john, dr_grey):
    record(Action.READ, account_id=dr_grey.account.pk, patient_ids=["142860"])
    assert "Ada Grey" not in text(signed_in(rebecca.account).get(PAGE))


def test_a_provider_sees_only_the_own_doings(rebecca, dr_grey):
    assert rebecca.key
    approve(dr_grey.account)
    assert told(signed_in(dr_grey.account).get(PAGE)) == [
        ("The practice", "Link between account and record changed")
    ]


def test_a_refused_try_is_not_laid_at_the_owners_door(rebecca):
    denied = AuditRecord.Outcome.DENIED
    record(Action.SIGN_IN, account_id=rebecca.account.pk, outcome=denied)
    response = signed_in(rebecca.account).get(PAGE)
    assert told(response)[0] == ("Not known", "Tried to sign in")
    assert "Refused" in text(response)


def test_the_newest_come_first_and_the_rest_on_further_pages(rebecca):
    for number in range(30):
        record(Action.SIGN_IN, account_id=rebecca.account.pk, address=f"10.0.0.{number}")
    browser = signed_in(rebecca.account)
    first = browser.get(PAGE)
    assert first.context["entries"][0].address == "10.0.0.29"
    assert len(first.context["entries"]) == 25
    second = browser.get(PAGE, {"before": first.context["older"]})
    assert [each.address for each in second.context["entries"]][:2] == ["10.0.0.4", "10.0.0.3"]
    assert second.context["older"] is None


@pytest.mark.parametrize("before", ["-1", "abc", "9" * 40, "1.5", "²", ""])
def test_a_page_that_cannot_be_is_the_first_page(rebecca, before):
    response = signed_in(rebecca.account).get(PAGE, {"before": before})
    assert response.status_code == 200
    assert response.context["entries"]


def test_an_account_that_was_deleted_is_not_named(rebecca):
    record(Action.READ, account_id=999_999, resource_type="Patient", patient_ids=["142859"])
    assert told(signed_in(rebecca.account).get(PAGE))[0][0] == "Somebody whose account is gone"


def test_nobody_sees_activity_without_signing_in(client, db):
    assert client.get(PAGE).status_code == 302


def test_what_was_read_in_the_portal_is_not_laid_at_an_apps_door(rebecca):
    for client_id in ("heart-diary", None):
        record(
            Action.READ,
            account_id=rebecca.account.pk,
            client_id=client_id,
            resource_type="Condition",
            patient_ids=["142859"],
        )
    response = signed_in(rebecca.account).get(PAGE)
    assert [who for who, _what in told(response)][:2] == ["You", "Your app"]


def test_kinds_of_data_are_offered_in_the_readers_language(rebecca):
    response = signed_in(rebecca.account).get(PAGE, headers={"Accept-Language": "es"})
    assert "Alergias e intolerancias" in text(response)
    assert "Allergies and intolerances" not in text(response)


def test_to_a_patient_the_own_list_is_no_search_for_patients(rebecca):
    record(Action.PATIENT_SEARCH, account_id=rebecca.account.pk, patient_ids=["142859"])
    response = signed_in(rebecca.account).get(PAGE)
    assert told(response)[0] == ("You", "Saw which records the account opens")
