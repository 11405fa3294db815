"""What the authorization endpoint refuses, and to whom it says so. RFC 6749 4.1.2.1, RFC 9700"""

import logging
import re
import time
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from fhirapi.smart.models import AccessToken, AuthorizationCode, Client
from tests.people import Person
from tests.portal.ui.browser import signed_in, text
from tests.smart import app
from tests.smart.app import App, answer


@pytest.fixture
def rebeccas(rebecca: Person) -> App:
    app.register()
    return App(signed_in(rebecca.account))


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": f"{app.CALLBACK}/"},
        {"redirect_uri": f"{app.CALLBACK}?next=https://evil.example"},
        {"redirect_uri": "https://app.example.evil.example/callback"},
        {"redirect_uri": None},
        {"redirect_uri": ""},
        {"redirect_uri": [app.CALLBACK, "https://evil.example/"]},
        {"redirect_uri": f"{app.CALLBACK}\x00"},
        {"client_id": "no-such-app"},
        {"client_id": None},
        {"client_id": ["the-app", "other-app"]},
        {"client_id": "the-app\x00"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_apps_own(rebeccas, changed, caplog):
    caplog.set_level(logging.WARNING)
    response = rebeccas.ask(**changed)
    assert response.status_code == 400
    assert "Location" not in response
    reference = re.search(r"[0-9A-F]{8}</strong>", text(response))
    assert reference
    assert reference[0][:8] in caplog.text


@pytest.mark.parametrize(
    "changed",
    [
        {"disabled_at": timezone.now()},
        {"kind": Client.Kind.ACCESS_KEY},
        {"kind": Client.Kind.BACKEND},
    ],
)
def test_a_client_that_nobody_is_asked_for_gets_no_page(rebecca, changed):
    app.register(**changed)
    assert App(signed_in(rebecca.account)).ask().status_code == 400


def test_a_loopback_redirect_uri_is_compared_with_its_port(rebecca):
    app.register(redirect_uris="http://127.0.0.1:5000/callback")
    asked = App(signed_in(rebecca.account)).ask(redirect_uri="http://127.0.0.1:6000/callback")
    assert asked.status_code == 400


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"aud": None}, "invalid_request", "aud is missing"),
    ({"aud": "https://other.example/fhir"}, "invalid_request", "aud must be"),
    ({"aud": "http://testserver"}, "invalid_request", "aud must be"),
    ({"response_type": None}, "invalid_request", "response_type"),
    ({"response_type": "token"}, "unsupported_response_type", "response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type", "response_type"),
    ({"response_mode": "fragment"}, "invalid_request", "response_mode"),
    ({"request": "eyJ"}, "request_not_supported", "request"),
    ({"request_uri": "https://app.example/r"}, "request_uri_not_supported", "request_uri"),
    ({"code_challenge": None}, "invalid_request", "PKCE"),
    ({"code_challenge": ""}, "invalid_request", "PKCE"),
    ({"code_challenge_method": None}, "invalid_request", "S256"),
    ({"code_challenge_method": "plain"}, "invalid_request", "S256"),
    ({"code_challenge": "too-short"}, "invalid_request", "43"),
    ({"code_challenge": app.challenge() + "="}, "invalid_request", "43"),
    ({"scope": None}, "invalid_scope", "scope"),
    ({"scope": "system/*.rs patient/Nothing.rs whatever"}, "invalid_scope", "None of"),
    ({"scope": "launch"}, "invalid_scope", "None of"),
    ({"scope": " ".join(f"patient/Patient.r?_id={n}" for n in range(201))}, "invalid_scope", "200"),
    ({"scope": ["openid", "patient/*.rs"]}, "invalid_request", "scope must not be repeated"),
    ({"launch": "abc"}, "invalid_request", "scope launch"),
    ({"launch": "abc", "scope": "launch patient/*.rs"}, "invalid_request", "launch is unknown"),
    ({"nonce": "n" * 256}, "invalid_request", "nonce"),
    ({"nonce": "a\x00b"}, "invalid_request", "character"),
    ({"prompt": "none login"}, "invalid_request", "prompt"),
    ({"prompt": "create"}, "invalid_request", "prompt"),
    ({"max_age": "soon"}, "invalid_request", "max_age"),
    ({"prompt": "none"}, "consent_required", "not approved"),
]


@pytest.mark.parametrize(("changed", "error", "words"), REFUSED)
def test_the_app_hears_what_to_change(rebeccas, settings, changed, error, words):
    told = answer(rebeccas.ask(**changed))
    assert (told["error"], told["state"], told["iss"]) == (error, "xyz", settings.FHIR_BASE_URL)
    assert words in told["error_description"]
    assert re.fullmatch(r"[ !#-\[\]-~]+", told["error_description"])  # RFC 6749 4.1.2.1
    assert not AuthorizationCode.objects.exists()


def test_the_app_hears_that_somebody_signed_in_too_long_ago(rebeccas):
    session = rebeccas.browser.session
    session["signed_in_at"] = int(time.time()) - 3600
    session.save()
    told = answer(rebeccas.ask(prompt="none", max_age="60"))
    assert told["error"] == "login_required"
    assert "too long ago" in told["error_description"]


def test_what_is_refused_is_refused_to_the_form_as_well(rebeccas):
    sent = {"decision": "approve", "grant": ["patient/Patient.rs"], "csrfmiddlewaretoken": "x"}
    told = answer(rebeccas.browser.post(rebeccas.address(aud="https://other.example"), sent))
    assert told["error"] == "invalid_request"
    assert not AuthorizationCode.objects.exists()


def test_the_form_cannot_change_what_the_address_asks_for(rebeccas):
    smuggled = {"code_challenge": "x" * 43, "redirect_uri": "https://evil.example/", "nonce": "n"}
    rebeccas.approve(fields=smuggled)
    code = AuthorizationCode.objects.get()
    assert (code.redirect_uri, code.code_challenge) == (app.CALLBACK, app.challenge())
    assert code.nonce == ""


@pytest.mark.parametrize("state", [None, ["one", "two"]])
def test_a_state_that_is_missing_or_doubled_is_not_sent_back(rebeccas, state):
    told = answer(rebeccas.ask(aud="https://other.example", state=state))
    assert "state" not in told


def test_both_spellings_of_the_fhir_base_are_its_audience(rebeccas, settings):
    assert "code" in answer(rebeccas.approve(aud=f"{settings.FHIR_BASE_URL}/"))


def test_an_address_with_a_query_of_its_own_keeps_it(rebecca):
    with_query = "https://app.example/callback?tenant=7"
    app.register(redirect_uris=with_query)
    rebeccas = App(signed_in(rebecca.account), params={"redirect_uri": with_query})
    assert answer(rebeccas.ask(aud=None))["tenant"] == "7"
    assert answer(rebeccas.approve())["tenant"] == "7"


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "another-verifier-of-forty-three-characters-"},
        {"code_verifier": None},
        {"redirect_uri": "https://app.example/other"},
        {"client_id": "other-app"},
    ],
)
def test_a_code_that_was_stolen_or_injected_is_worthless(rebeccas, changed):
    """RFC 9700 4.5: bound to the client, the redirect URI and the verifier."""
    app.register("other-app", redirect_uris=f"{app.CALLBACK} https://app.example/other")
    code = answer(rebeccas.approve())["code"]
    response = rebeccas.exchange(code, **changed)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert not AccessToken.objects.exists()


def test_a_code_works_once(rebeccas):
    code = answer(rebeccas.approve())["code"]
    assert rebeccas.exchange(code).status_code == 200
    assert rebeccas.exchange(code).status_code == 400


def test_a_form_that_another_site_sends_approves_nothing(rebecca):
    app.register()
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(rebecca.account, backend="portal.accounts.signin.PasswordAndPinBackend")
    sent = {"decision": "approve", "grant": "patient/Patient.rs"}
    address = App(browser).address()
    assert browser.post(address, {**sent, "csrfmiddlewaretoken": "x" * 32}).status_code == 403
    assert browser.post(address, sent).status_code == 303  # asked again as a GET
    assert not AuthorizationCode.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("resource", "https://other.example/fhir"),
        ("resource", ["https://a.example", "https://b.example"]),
        ("claims", "[]"),
        ("claims", "5"),
        ("claims", "{"),
        ("claims", '{"id_token": null}'),
        ("ui_locales", "de fr"),
        ("id_token_hint", "eyJ"),
        ("data_access_grant", "1"),
        ("client", "other-app"),
        ("user", "1"),
        ("scopes", "user/*.rs"),
        ("expires", "2099-01-01"),
        ("code", "mine"),
        ("%ff", "%ff"),
    ],
)
def test_parameters_without_a_meaning_here_change_nothing(rebeccas, rebecca, name, value):
    told = answer(rebeccas.approve(scope="openid launch/patient patient/*.rs", **{name: value}))
    code = AuthorizationCode.objects.get()
    assert (code.user, code.code) == (rebecca.account, told["code"])
    assert code.scope == "openid launch/patient patient/*.rs"
    assert rebeccas.exchange(told["code"]).status_code == 200
