"""An app that registered itself is used at once, and what it was given works."""

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from tests.people import Person
from tests.portal.ui.browser import signed_in, text
from tests.smart.app import VERIFIER, App
from tests.smart.apps import CALLBACK
from tests.smart.test_register import app as registered
from tests.smart.test_register import manage

SCOPE = "launch/patient patient/*.rs offline_access"
NATIVE = "com.example.diary:/callback"


def code_of(rebecca: Person, told: dict[str, Any]) -> tuple[App, str]:
    """Rebecca approves the app, or has done so before."""
    redirect_uri = told["redirect_uris"][0]
    params = {"redirect_uri": redirect_uri, "scope": SCOPE}
    app = App(signed_in(rebecca.account), told["client_id"], params)
    response = app.ask()
    if "Location" not in response:
        response = app.approve()
    assert response["Location"].startswith(redirect_uri)
    return app, parse_qs(urlsplit(response["Location"]).query)["code"][0]


def basic(told: dict[str, Any]) -> dict[str, str]:
    pair = f"{told['client_id']}:{told['client_secret']}".encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}


@pytest.mark.parametrize("uri", [CALLBACK, "http://127.0.0.1:3000/cb", NATIVE])
def test_a_public_app_gets_a_token_at_each_kind_of_address(rebecca: Person, uri: str) -> None:
    told = registered(token_endpoint_auth_method="none", redirect_uris=[uri])
    app, code = code_of(rebecca, told)
    response = app.exchange(code, redirect_uri=uri)
    assert response.status_code == 200, response.content
    assert response.json()["patient"] == "142859"


def test_a_scheme_of_its_own_is_refused_to_who_did_not_register_it(rebecca: Person) -> None:
    told = registered(token_endpoint_auth_method="none")
    app = App(signed_in(rebecca.account), told["client_id"], {"redirect_uri": NATIVE})
    response = app.ask()
    assert response.status_code == 400
    assert "Location" not in response


def test_a_secret_that_was_given_out_works_in_the_form_and_in_the_header(rebecca: Person) -> None:
    told = registered()
    app, code = code_of(rebecca, told)
    assert app.exchange(code, redirect_uri=CALLBACK, client_secret="wrong").status_code == 401
    form = app.exchange(code, redirect_uri=CALLBACK, client_secret=told["client_secret"])
    assert form.status_code == 200, form.content
    app, code = code_of(rebecca, told)
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER}  # fmt: skip
    address = urlsplit(f"{settings.FHIR_BASE_URL}/oauth2/token").path
    assert app.browser.post(address, sent, headers=basic(told)).status_code == 200


def test_an_app_that_deleted_itself_is_out_at_once(rebecca: Person) -> None:
    told = registered(token_endpoint_auth_method="none")
    app, code = code_of(rebecca, told)
    token = app.exchange(code, redirect_uri=CALLBACK).json()["access_token"]
    address = "/R4-patient-api/Patient/142859"
    headers = {"authorization": f"Bearer {token}"}
    assert app.browser.get(address, headers=headers).status_code == 200
    manage(told, "delete")
    assert app.browser.get(address, headers=headers).status_code == 401
    assert "Location" not in app.ask(redirect_uri=CALLBACK)


def test_the_consent_page_names_an_app_that_told_no_name_by_its_address(rebecca: Person) -> None:
    told = registered(token_endpoint_auth_method="none", client_name=None)
    app = App(signed_in(rebecca.account), told["client_id"], {"redirect_uri": CALLBACK})
    assert "app.example.com" in text(app.ask())
