"""The patients an account may see, and the apps that are opened from their pages."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client as Browser

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import Client, LaunchContext, RecordLink
from fhirapi.smart.people import team
from fhirapi.store.load import load
from tests import people
from tests.people import Person
from tests.portal.ui.browser import approve, signed_in, text
from tests.smart import app

LIST, REBECCA = "/portal/patients/", "/portal/patients/142859/"
LAUNCH = "https://app.example/launch"


@pytest.fixture
def greys(dr_grey: Person) -> Browser:
    load(
        [
            people.encounter("v-1", "142859", "2024-03-05", "Headache"),
            people.encounter("v-2", "142860", "2024-03-05", "X"),
        ]
    )
    return signed_in(approve(dr_grey.account))


@pytest.fixture
def the_app(practice: None) -> Client:
    return app.register(launch_uri=LAUNCH)


def test_a_provider_who_waits_for_approval_is_told(practice):
    page = text(signed_in(people.account("mia", "Mia", "Moore", wants_provider=True)).get(LIST))
    assert "waits for approval" in page
    assert "not linked to a record" not in page


def test_the_front_desk_is_led_to_its_own_page(dr_grey):
    nurse = people.account("mia", "Mia", "Moore")
    lead = RecordLink.objects.get(account=dr_grey.account)
    team.join(lead, nurse, "front-desk", by_id=None, address=None)
    assert 'href="/portal/team/patients/">Find patients</a> shows' in text(
        signed_in(nurse).get(LIST)
    )


def test_a_provider_sees_those_under_care(greys):
    page = text(greys.get(LIST))
    for words in ("Rebecca Larson", "9999094", "04/12/1978", "John Wright"):
        assert words in page
    assert "Zoë" not in page


def test_searching_narrows_the_list(greys):
    page = text(greys.post(LIST, {"find": "wri"}))
    assert "John Wright" in page
    assert "Rebecca Larson" not in page
    assert "No patient begins like that" in text(greys.post(LIST, {"find": "zzz\x00"}))


def test_who_is_seen_on_two_grounds_takes_one_place_on_a_page(greys, dr_grey):
    practitioner = RecordLink.objects.get(account=dr_grey.account).resource_id
    RecordLink.objects.create(
        account=dr_grey.account, resource_type="Staff", resource_id=practitioner, method="team"
    )
    load([people.patient(f"n-{n}", f"Given{n:02}", "Newman", f"N{n}", "2000-01-01")
          for n in range(25)])  # fmt: skip
    found = greys.post(LIST, {"find": "newman"}).context["found"]
    assert [each.name for each in found.people] == [f"Given{n:02} Newman" for n in range(20)]
    assert found.has_more


def test_a_long_list_has_pages_that_keep_what_was_searched(greys):
    load([people.patient(f"n-{n}", f"Given{n:02}", "Newman", f"N{n}", "2000-01-01")
          for n in range(45)])  # fmt: skip
    seen, after = [], ""
    for _page in range(3):
        found = greys.post(LIST, {"find": "newman", "after": after}).context["found"]
        seen += [each.name for each in found.people]
        after = found.people[-1].id
    assert seen == [f"Given{n:02} Newman" for n in range(45)]
    assert not found.has_more
    assert "no further patients" in text(greys.post(LIST, {"find": "newman", "after": "n-44"}))


def test_a_place_in_the_list_that_does_not_exist_shows_nobody(greys):
    assert greys.post(LIST, {"after": "no-such\x00"}).context["found"].people == []


def test_whoever_is_listed_or_opened_stands_in_the_trail(greys):
    greys.get(LIST)
    greys.get(REBECCA)
    listed, opened = AuditRecord.objects.exclude(action="link").order_by("id")
    assert sorted(listed.patient_ids) == ["142859", "142860"]
    assert (opened.action, opened.patient_ids) == ("search", ["142859"])
    assert opened.detail == "portal"


def test_a_patients_page_has_head_visits_and_apps(greys, the_app):
    app.register("no-launch", name="Not Openable")
    app.register("off", name="Switched Off", launch_uri=LAUNCH, disabled_at="2026-01-01T00:00Z")
    app.register("itself", name="Called Itself So", launch_uri=LAUNCH, registration_source="dcr")
    page = text(greys.get(REBECCA))
    for words in ("Rebecca Larson", "9999094", "04/12/1978 (", "female", "03/05/2024", "Headache",
                  "Growth Chart"):  # fmt: skip
        assert words in page
    for name in ("Not Openable", "Switched Off", "Called Itself So"):
        assert name not in page


def test_apps_of_the_practice_and_ones_own_can_be_opened_and_nobody_elses(greys, dr_grey, rebecca):
    staff = people.account("staff", "Sam", "Staff", is_staff=True)
    owners = {"practice": None, "staffs": staff, "own": dr_grey.account, "other": rebecca.account}
    for name, owner in owners.items():
        app.register(name, name=f"App {name}", launch_uri=LAUNCH, user=owner)
    page = text(greys.get(REBECCA))
    assert [name for name in owners if f"App {name}" in page] == ["practice", "staffs", "own"]
    assert greys.post(f"{REBECCA}open/", {"app": "other"}).status_code == 404
    assert greys.post(f"{REBECCA}open/", {"app": "staffs"}).status_code == 303


@pytest.mark.parametrize("patient_id", ["7", "no-such", "142859'", "%00", "142859%00"])
def test_somebody_elses_patient_does_not_exist(greys, the_app, patient_id):
    page = f"{LIST}{patient_id}/"
    assert greys.get(page).status_code == 404
    assert greys.post(f"{page}open/", {"app": "the-app"}).status_code == 404
    assert not LaunchContext.objects.exists()


def test_nobody_sees_a_page_without_signing_in(client, practice):
    assert client.get(LIST).url.startswith("/patient/index.html?next=")
    assert client.get(REBECCA).url.startswith("/patient/index.html?next=")


@pytest.mark.parametrize(("sent", "encounter"), [("v-1", "v-1"), ("", None)])
def test_an_app_is_opened_with_the_patient_and_the_visit(greys, the_app, settings, sent, encounter):
    response = greys.post(f"{REBECCA}open/", {"app": "the-app", "visit": sent})
    assert response.status_code == 303
    assert response.url.startswith(f"{LAUNCH}?")
    assert dict(parse_qsl(urlsplit(response.url).query))["iss"] == settings.FHIR_BASE_URL
    context = LaunchContext.objects.get().context
    assert (context["patient"], context.get("encounter")) == ("142859", encounter)
    assert AuditRecord.objects.get(action="launch").client_id == "the-app"


@pytest.mark.parametrize(
    "sent",
    [{"app": "no-such"}, {}, {"app": "the-app", "visit": "v-2"}, {"app": "the-app\x00x"}],
)
def test_an_app_or_visit_that_is_not_there_opens_nothing(greys, the_app, sent):
    assert greys.post(f"{REBECCA}open/", sent).status_code == 404
    assert not LaunchContext.objects.exists()


def test_the_form_may_lead_to_the_apps(greys, the_app):
    assert "form-action 'self' https://app.example" in greys.get(REBECCA)["Content-Security-Policy"]


def test_a_patient_comes_to_the_own_record_at_once(rebecca):
    browser = signed_in(rebecca.account)
    assert browser.get(LIST).url == REBECCA
    assert "Rebecca Larson" in text(browser.get(REBECCA))
    assert browser.get(f"{LIST}142860/").status_code == 404


def test_an_account_without_a_record_is_told_so(db):
    browser = signed_in(people.account("new", "Nora", "Newman", wants_patient=True))
    assert "not linked to a record" in text(browser.get(LIST))
