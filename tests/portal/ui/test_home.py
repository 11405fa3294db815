"""The first page after signing in: what each finds there at once."""

from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links
from fhirapi.store.load import load
from tests import people
from tests.portal.ui.browser import signed_in, text
from tests.smart import app


def test_a_patient_sees_what_the_record_holds(rebecca):
    load([people.encounter(f"e-{n}", "142859", "2024-01-01", "Headache") for n in range(7)])
    response = signed_in(rebecca.account).get("/portal/")
    totals = {each.section.slug: each.total for each in response.context["home"].record.main}
    assert (totals["visits"], totals["labs"]) == (7, 0)
    assert "/portal/patients/142859/record/visits/" in text(response)


def test_a_provider_finds_patients_and_those_opened_lately(dr_grey):
    browser = signed_in(dr_grey.account)
    assert "Opened lately" not in text(browser.get("/portal/"))
    for patient_id in ("142859", "142860", "142859"):
        browser.get(f"/portal/patients/{patient_id}/")
    response = browser.get("/portal/")
    assert [each.id for each in response.context["home"].recent] == ["142859", "142860"]
    assert "Find a patient" in text(response)


def test_who_is_no_longer_under_care_is_not_shown_as_opened_lately(dr_grey):
    browser = signed_in(dr_grey.account)
    browser.get("/portal/patients/142859/")
    links.unlink(dr_grey.account, "Practitioner", by=None)
    assert "Rebecca" not in text(browser.get("/portal/"))


def test_a_parent_sees_whose_records_can_be_opened(practice):
    relative = {
        "resourceType": "RelatedPerson",
        "id": "mother",
        "patient": {"reference": "Patient/142859"},
    }
    load([relative])
    account = people.account("mother", "Mona", "Larson", wants_patient=True)
    links.link(account, "RelatedPerson", "mother", method=RecordLink.Method.DEMO)
    browser = signed_in(account)
    assert "Rebecca Larson" in text(browser.get("/portal/"))
    assert '<a href="/portal/record/">Records</a>' in text(browser.get("/portal/"))
    assert browser.get("/portal/record/", follow=True).request["PATH_INFO"].endswith("/142859/")


def test_a_developer_sees_the_own_apps_with_their_status(rebecca, john):
    app.register("mine", name="Heart diary", user=rebecca.account)
    app.register("off", name="Old thing", user=rebecca.account, disabled_at="2026-01-01T00:00Z")
    app.register("other", name="Not mine", user=john.account)
    page = text(signed_in(rebecca.account).get("/portal/"))
    assert ("Heart diary" in page, "Disabled" in page, "Not mine" in page) == (True, True, False)


def test_the_first_page_tells_deeds_and_not_that_pages_were_read(rebecca):
    people.make_key(rebecca, ["142859"])
    browser = signed_in(rebecca.account)
    browser.get("/portal/patients/142859/")
    told = [each.what for each in browser.get("/portal/").context["home"].activity]
    assert "Created an access key" in told
    assert not any("Searched" in each for each in told)
