"""What each group of staff may open, and that everything else is closed to it."""

import pytest

PAGES = {
    "/admin/queue/providers/": {"Front desk"},
    "/admin/queue/identities/": {"Front desk"},
    "/admin/queue/apps/": {"App review"},
    "/admin/queue/apps/{app}/": {"App review"},
    "/admin/queue/services/": {"App review"},
    "/admin/queue/services/{service}/": {"App review"},
    "/admin/guardian/{patient}/": {"Front desk"},
    "/admin/portal/account/": {"Front desk"},
    "/admin/portal/account/{patient}/link/": {"Front desk"},
    "/admin/fhirapi/auditrecord/": {"Front desk", "Auditor"},
    "/admin/fhirapi/recordlink/": {"Front desk", "Auditor"},
    "/admin/fhirapi/dataaccessgrant/": {"Auditor"},
    "/admin/fhirapi/client/": {"App review"},
    "/admin/jobs/": {"Auditor", "Operations"},
    "/admin/portal/announcement/": {"Operations"},
    "/admin/portal/announcement/add/": {"Operations"},
    "/admin/portal/incident/": {"Operations"},
    "/admin/portal/incident/add/": {"Operations"},
    "/admin/portal/subscription/": set(),
    "/admin/fhirapi/content/": set(),
    "/admin/fhirapi/accesskey/": set(),
    "/admin/auth/group/": set(),
}


@pytest.mark.parametrize("group", ["Front desk", "App review", "Auditor", "Operations"])
def test_each_group_opens_its_pages_and_no_other(staff, group, app, service, patient):
    browser = staff(group)
    ids = {"app": app.pk, "service": service.pk, "patient": patient.pk}
    opened = {page for page in PAGES if browser.get(page.format(**ids)).status_code == 200}
    assert opened == {page for page, groups in PAGES.items() if group in groups}


@pytest.mark.parametrize("group", ["Front desk", "App review", "Auditor", "Operations"])
def test_the_front_page_leads_nobody_to_a_closed_page(staff, group, app):
    import re

    browser = staff(group)
    links = set(re.findall(r'href="(/admin/[^"]*)"', browser.get("/admin/").content.decode()))
    assert {link for link in links if browser.get(link).status_code not in (200, 302)} == set()


def test_an_app_reviewer_does_not_change_an_app(staff, app):
    browser = staff("App review")
    answer = browser.post(f"/admin/fhirapi/client/{app.pk}/change/", {"name": "Mine"})
    assert answer.status_code == 403


def test_a_patient_opens_none_of_it(patient, app):
    from tests.portal.accounts.conftest import signed_in

    browser = signed_in(patient)
    for page in PAGES:
        address = page.format(app=app.pk, service=app.pk, patient=patient.pk)
        assert browser.get(address).status_code == 302
