"""A launch from the app's first request to its tokens. RFC 6749 4.1, SMART App Launch 2.2"""

import time
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from django.test import Client as Browser
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.authorization import consented
from fhirapi.smart.models import AuthorizationCode, Client, DataAccessGrant
from portal.accounts.models import Account
from tests.api import Api
from tests.people import PASSWORD, PIN, Person
from tests.portal.accounts.conftest import try_door
from tests.portal.ui.browser import signed_in, text
from tests.smart import app
from tests.smart.app import App, answer, form_of

AGAIN = [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}]


@pytest.fixture
def rebeccas(rebecca: Person) -> App:
    app.register()
    return App(signed_in(rebecca.account))


def test_an_approval_ends_in_tokens_for_the_record(rebeccas: App, api: Api, settings):
    told = answer(rebeccas.approve())
    assert (told["state"], told["iss"]) == ("xyz", settings.FHIR_BASE_URL)
    tokens = rebeccas.exchange(told["code"]).json()
    assert tokens["scope"] == "launch/patient patient/*.rs"
    assert (tokens["patient"], tokens["need_patient_banner"]) == ("142859", True)
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert Browser().get("/R4-patient-api/Patient/142859", headers=headers).status_code == 200
    assert Browser().get("/R4-patient-api/Patient/142860", headers=headers).status_code == 404


def test_the_code_is_bound_to_the_approval(rebeccas: App, rebecca: Person):
    rebeccas.approve(scope="launch/patient patient/*.rs offline_access")
    grant = DataAccessGrant.objects.get()
    assert AuthorizationCode.objects.get().data_access_grant == grant
    assert grant.account_id == rebecca.account.pk
    assert grant.patient_ids == ["142859"]
    assert grant.context == {"patient": "142859", "need_patient_banner": True}
    assert grant.scope == "launch/patient patient/*.rs offline_access"


def test_signing_in_alone_opens_no_record(rebeccas: App):
    tokens = rebeccas.exchange(answer(rebeccas.approve(scope="openid"))["code"]).json()
    assert tokens["id_token"]
    assert "patient" not in tokens
    assert DataAccessGrant.objects.get().patient_ids == []
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert Browser().get("/R4-patient-api/Patient/142859", headers=headers).status_code == 403


def test_scopes_for_everybody_are_not_tied_to_one_patient(rebeccas: App):
    rebeccas.approve(scope="launch/patient patient/*.rs user/*.rs")
    assert DataAccessGrant.objects.get().patient_ids is None


@pytest.mark.parametrize(
    ("scope", "length"),
    [
        ("patient/*.rs offline_access", timedelta(days=365)),
        ("patient/*.rs online_access", timedelta(hours=12)),
        ("patient/*.rs", timedelta(hours=12)),
    ],
)
def test_an_approval_lasts_a_year_offline_and_else_a_day(rebecca, scope, length):
    app.register(allowed_scopes="patient/*.rs offline_access online_access")
    App(signed_in(rebecca.account)).approve(scope=scope)
    ends = DataAccessGrant.objects.get().expires_at
    assert abs(ends - timezone.now() - length) < timedelta(minutes=1)


def test_denying_tells_the_app_and_the_trail(rebeccas: App, rebecca: Person):
    told = answer(rebeccas.decide("deny"))
    assert (told["error"], told["state"]) == ("access_denied", "xyz")
    assert not DataAccessGrant.objects.exists()
    denied = AuditRecord.objects.get(action="consent")
    assert (denied.outcome, denied.account_id) == ("denied", rebecca.account.pk)
    assert denied.client_id == "the-app"


def test_an_approval_stands_in_the_trail(rebeccas: App, rebecca: Person):
    rebeccas.approve()
    approved = AuditRecord.objects.get(action="consent")
    assert (approved.outcome, approved.patient_ids) == ("success", ["142859"])


def test_a_stranger_signs_in_first_and_comes_back(rebecca: Person):
    app.register()
    browser = Browser()
    asked = App(browser)
    door = asked.ask()
    assert door["Location"].startswith("/patient/index.html?next=%2FR4-patient-api%2Foauth2")
    page = browser.get(door["Location"])
    assert "<strong>Growth Chart</strong> asks for access" in text(page)
    assert "https://app.example" in page["Content-Security-Policy"]
    who = {"username": "rebecca", "password": PASSWORD, "pin": PIN}
    back = browser.post(door["Location"], who)
    assert dict(parse_qsl(urlsplit(back["Location"]).query)) == dict(
        parse_qsl(urlsplit(asked.address()).query)
    )
    assert "Growth Chart asks for access" in text(browser.get(back["Location"]))


def test_the_way_to_the_other_door_keeps_the_request(rebecca: Person):
    app.register()
    door = Browser().get(App(Browser()).ask()["Location"])
    assert 'href="/app/index.html?next=%2FR4-patient-api%2Foauth2%2Fauthorize' in text(door)


@pytest.mark.parametrize("wanted", ["//evil.example/R4-patient-api/oauth2/authorize", "/portal/"])
def test_a_door_names_no_app_for_other_pages(db, wanted):
    app.register()
    door = Browser().get("/patient/index.html", {"next": wanted})
    assert "asks for access" not in text(door)
    assert "app.example" not in door["Content-Security-Policy"]


def test_an_app_may_ask_by_post(rebeccas: App):
    """The cookie stays away from another site's POST, so the browser asks again by GET."""
    query = urlsplit(rebeccas.address()).query
    response = Browser().post(app.AUTHORIZE, dict(parse_qsl(query)))
    assert response.status_code == 303
    assert dict(parse_qsl(urlsplit(response["Location"]).query)) == dict(parse_qsl(query))
    assert "Growth Chart asks" in text(rebeccas.browser.get(response["Location"]))


def test_nobody_signed_in_is_told_to_an_app_that_wants_no_page(rebecca: Person):
    app.register()
    assert answer(App(Browser()).ask(prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("changed", AGAIN)
def test_signing_in_again_can_be_demanded(rebeccas: App, changed):
    door = rebeccas.ask(**changed)
    assert door["Location"].startswith("/patient/index.html?next=")
    assert "_auth_user_id" not in rebeccas.browser.session
    wanted = dict(parse_qsl(urlsplit(door["Location"]).query))["next"]
    assert try_door(rebeccas.browser, door["Location"], "rebecca").status_code == 302
    assert "Growth Chart asks" in text(rebeccas.browser.get(wanted))
    assert "code" in answer(rebeccas.approve(**changed))
    assert rebeccas.ask(**changed)["Location"].startswith("/patient/")  # anew for another code


@pytest.mark.parametrize("changed", AGAIN)
def test_a_form_sent_past_the_page_does_not_stand_in_for_signing_in_again(rebeccas: App, changed):
    ticks = form_of(rebeccas.ask())
    sent = {**ticks, "decision": "approve", "csrfmiddlewaretoken": "x"}
    answered = rebeccas.browser.post(rebeccas.address(**changed), sent)
    assert answered["Location"].startswith("/patient/index.html?next=")
    assert not DataAccessGrant.objects.exists()


def test_taking_the_demand_off_the_address_does_not_bring_the_session_back(rebeccas: App):
    rebeccas.ask(prompt="login")
    assert rebeccas.ask()["Location"].startswith("/patient/index.html?next=")
    assert answer(rebeccas.ask(prompt="none"))["error"] == "login_required"


def test_who_was_not_signed_in_signs_in_once(rebecca: Person):
    app.register()
    asked = App(Browser())
    door = asked.ask(prompt="login", max_age="0")
    try_door(asked.browser, door["Location"], "rebecca")
    assert "Growth Chart asks" in text(asked.ask(prompt="login", max_age="0"))


def test_the_app_hears_when_this_session_began_not_when_another_did(rebeccas: App):
    session = rebeccas.browser.session
    session["signed_in_at"] = began = int(time.time()) - 3600
    session.save()
    signed_in(Account.objects.get(username="rebecca"))  # at another desk, just now
    code = answer(rebeccas.approve(scope="openid launch/patient patient/*.rs"))["code"]
    told = jwt.decode(
        rebeccas.exchange(code).json()["id_token"], options={"verify_signature": False}
    )
    assert told["auth_time"] == began


def test_somebody_else_can_sign_in_instead(rebeccas: App):
    assert rebeccas.decide("switch")["Location"].startswith("/patient/index.html?next=")
    assert "_auth_user_id" not in rebeccas.browser.session


def test_the_same_is_not_asked_twice(rebeccas: App):
    rebeccas.approve()
    assert "code" in answer(rebeccas.ask())
    assert "code" in answer(rebeccas.ask(prompt="none"))
    assert "code" in answer(rebeccas.ask(scope="launch/patient patient/Condition.read"))
    assert DataAccessGrant.objects.count() == 1
    assert AuditRecord.objects.filter(detail="as approved before").count() == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"scope": "launch/patient patient/*.rs offline_access"},
        {"scope": "launch/patient patient/*.rs user/Patient.rs"},
        {"scope": "openid patient/*.rs"},
        {"prompt": "consent"},
    ],
)
def test_anything_new_is_asked(rebeccas: App, changed):
    rebeccas.approve()
    assert "Growth Chart asks" in text(rebeccas.ask(**changed))


def test_what_was_declined_is_asked_again_and_the_last_word_counts(rebeccas: App):
    rebeccas.approve()
    rebeccas.decide("approve", prompt="consent", without=("patient/Coverage.rs",))
    assert rebeccas.ask().status_code == 200
    granted = DataAccessGrant.objects.latest("id")
    assert "patient/*.rs" not in granted.scope
    assert "Coverage" not in granted.scope


@pytest.mark.parametrize("ended", ["revoked_at", "expires_at"])
def test_an_approval_that_ended_is_forgotten(rebeccas: App, ended):
    rebeccas.approve()
    DataAccessGrant.objects.update(**{ended: timezone.now()})
    assert rebeccas.ask().status_code == 200


def test_an_approval_of_another_app_or_person_counts_for_nothing(rebeccas: App, john: Person):
    rebeccas.approve()
    app.register("other-app")
    assert rebeccas.ask(client_id="other-app").status_code == 200
    assert App(signed_in(john.account)).ask().status_code == 200


def test_a_public_app_on_the_device_is_confirmed_each_time(rebecca: Person):
    """RFC 8252 8.6: any program there could say to be it."""
    local = "http://127.0.0.1:5000/callback"
    app.register(redirect_uris=local)
    rebeccas = App(signed_in(rebecca.account), params={"redirect_uri": local})
    rebeccas.approve()
    assert rebeccas.ask().status_code == 200
    Client.objects.update(kind=Client.Kind.SYMMETRIC)
    assert rebeccas.ask().status_code == 302


def test_who_approves_the_same_again_approves_it_for_as_long_as_the_page_says(rebeccas: App):
    rebeccas.approve()
    DataAccessGrant.objects.update(expires_at=timezone.now() + timedelta(hours=2))
    rebeccas.approve(prompt="consent")
    later = timezone.now() + timedelta(hours=11)
    assert DataAccessGrant.objects.get(expires_at__gt=later)
    rebeccas.ask()
    assert DataAccessGrant.objects.count() == 1


def test_an_approval_that_is_ended_meanwhile_is_not_made_anew(rebeccas: App, rebecca: Person):
    """Somebody revokes it while the app comes back: nobody is asked, and nothing is approved."""
    rebeccas.approve()
    [before] = DataAccessGrant.objects.all()
    consented.end(rebecca.account, before.client, address=None)
    scopes = before.scope.split()
    consented.approve(
        rebecca.account, before.client, scopes, before.context, before=before, address=None
    )
    assert not DataAccessGrant.objects.filter(revoked_at=None).exists()
