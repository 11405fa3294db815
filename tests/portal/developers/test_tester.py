"""The launch tester asks only ourselves, takes each answer once, and shows no secret."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from jwt.algorithms import ECAlgorithm
from pytest_django import Settings

from fhirapi.smart.models import Client as App
from portal.developers.tester import run as runs
from portal.developers.tester import wire
from portal.developers.tester.run import Run, WrongKey, shows
from tests.people import Person
from tests.portal.developers.conftest import page_of
from tests.portal.ui.browser import text
from tests.smart import flow
from tests.smart.apps import app

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def made(rebecca: Person, settings: Settings) -> App:
    settings.BASE_URL, settings.FHIR_BASE_URL = NOWHERE, f"{NOWHERE}/R4-patient-api"
    return app(rebecca.account, scopes=("openid", "launch", "patient/*.rs"))


@pytest.fixture
def running() -> Run:
    return Run("some-app", "standalone", "openid", f"{NOWHERE}/callback")


def switch(browser: Client, made: App, wanted: str) -> None:
    browser.post(page_of(made, "tester/redirect/"), {"wanted": wanted})
    made.refresh_from_db()


def test_the_test_redirect_uri_comes_and_goes(rebeccas: Client, made: App) -> None:
    own = f"{NOWHERE}{page_of(made, 'tester/callback/')}"
    switch(rebeccas, made, "1")
    assert own in made.redirect_uris.split()
    assert "Start a run" in text(rebeccas.get(page_of(made, "tester/")))
    switch(rebeccas, made, "0")
    assert own not in made.redirect_uris.split()


def test_a_server_that_is_not_reached_is_a_step_that_failed(rebeccas: Client, made: App) -> None:
    switch(rebeccas, made, "1")
    start = {"mode": "standalone", "scope": ""}
    page = text(rebeccas.post(page_of(made, "tester/start/"), start, follow=True))
    assert "could not be reached" in page


def test_an_ehr_launch_needs_a_patient_whom_one_sees(rebeccas: Client, made: App) -> None:
    switch(rebeccas, made, "1")
    start = {"mode": "ehr", "scope": "", "patient": "142860"}
    page = text(rebeccas.post(page_of(made, "tester/start/"), start))
    assert "You see no patient with this id." in page


def test_an_answer_that_nobody_waits_for_is_not_taken(rebeccas: Client, made: App) -> None:
    asked = page_of(made, "tester/callback/")
    page = text(rebeccas.get(asked, {"code": "abc", "state": "xyz"}, follow=True))
    assert "No run of the tester waits" in page


@pytest.mark.parametrize("page", ["", "start/", "redirect/", "callback/", "exchange/", "end/"])
def test_somebody_elses_app_is_not_tested(johns: Client, made: App, page: str) -> None:
    address = page_of(made, f"tester/{page}")
    send = johns.get if page in ("", "callback/") else johns.post
    assert send(address).status_code == 404


@pytest.mark.parametrize(
    "query", [{"code": "abc"}, {"code": "abc", "state": "forged"}, {"error": "access_denied"}]
)
def test_an_answer_with_another_state_gives_no_code(running: Run, query: dict[str, str]) -> None:
    running.come_back(query)
    assert running.code == ""
    assert running.shown[-1].problem


def test_an_answer_is_taken_once(running: Run) -> None:
    answer = {"code": "a-code-of-some-length", "state": running.state}
    running.come_back(answer)
    assert running.code == "a-code-of-some-length"
    assert "a-code-of-some-length" not in json.dumps(running.steps)
    running.come_back(answer)
    assert running.code == ""


def test_what_a_session_keeps_is_encrypted(running: Run, rf: Any, settings: Settings) -> None:
    request = rf.get("/")
    request.session = {}
    running.access_token = "a token that opens a record"
    runs.keep(request, running)
    assert "token" not in request.session["launch_tester"]
    assert runs.kept(request, "some-app") == running
    assert runs.kept(request, "another-app") is None


def test_nobody_but_ourselves_is_asked(settings: Settings) -> None:
    settings.BASE_URL = "https://ehr.example.org"
    for elsewhere in ("http://127.0.0.1/", "https://ehr.example.org.evil.example/"):
        assert wire.get("x", elsewhere).step.problem


def test_secrets_are_not_in_what_is_shown() -> None:
    form = {"client_secret": "sesame-open-now-please", "scope": "openid"}
    step = wire.post("x", f"{NOWHERE}/token", form, "a-token-of-some-length-here").step
    shown = json.dumps(step.as_json())
    assert "sesame-open-now-please" not in shown
    assert "a-token-of-some-length-here" not in shown
    assert "$CLIENT_SECRET" in step.curl


def test_a_pasted_key_signs_as_the_token_address_wants_it(rebecca: Person) -> None:
    made = flow.asymmetric()
    private, public = flow.key_pair("ES384")
    jwk = json.dumps({**json.loads(ECAlgorithm.to_jwk(private)), "kid": public["kid"]})
    shown = shows(made.client, flow.TOKEN, {"private_jwk": jwk})
    answer = made.post(
        "token", grant_type="authorization_code", code=flow.code(made, rebecca),
        redirect_uri="https://app.example.com/callback", code_verifier=flow.VERIFIER, **shown,
    )  # fmt: skip
    assert answer.status_code == 200


@pytest.mark.parametrize("jwk", ["", "x", "{}", "[]", '{"kty": "RSA", "kid": "a"}', '{"kty":"EC"}'])
def test_what_is_no_key_is_told(rebecca: Person, jwk: str) -> None:
    with pytest.raises(WrongKey):
        shows(flow.asymmetric().client, flow.TOKEN, {"private_jwk": jwk})


def test_no_more_than_two_wait_for_ourselves_at_once() -> None:
    """A process has eight threads; with all of them in here nobody would answer."""
    both = [wire._at_once.acquire(blocking=False) for _ in range(2)]
    try:
        found = wire.get("Discovery", f"{settings.BASE_URL}/x")
    finally:
        for _ in both:
            wire._at_once.release()
    assert "Others test" in found.step.problem
    assert "Others test" not in wire.get("Discovery", f"{NOWHERE}/x").step.problem
