"""A developer registers an app, and changes it."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from fhirapi.smart.access import granular
from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client as App
from tests.people import Person
from tests.portal.developers.conftest import page_of, register
from tests.portal.ui.browser import text
from tests.smart.apps import app, approve
from tests.smart.jwks import ec_jwk, private_jwk

KEYS = json.dumps({"keys": [ec_jwk()]})


def made() -> App:
    found: App = clients.apps().get()
    return found


def error_of(response: Any, field: str) -> str:
    assert response.status_code == 200
    assert not clients.apps().exists()
    return " ".join(response.context["form"].errors[field])


def test_only_who_has_signed_in_sees_apps() -> None:
    for address in ("/portal/apps/", "/portal/apps/new/", "/portal/apps/new/public/"):
        assert "/patient/index.html?next=" in Client().get(address)["Location"]


def test_the_list_is_empty_first_and_says_what_to_do(rebeccas: Client) -> None:
    page = text(rebeccas.get("/portal/apps/"))
    assert "You have not registered an app yet" in page
    assert "/portal/apps/new/" in page


def test_each_kind_is_explained_and_has_its_form(rebeccas: Client) -> None:
    page = text(rebeccas.get("/portal/apps/new/"))
    for kind in ("public", "confidential-symmetric", "confidential-asymmetric", "backend-service"):
        assert f"/portal/apps/new/{kind}/" in page
        assert rebeccas.get(f"/portal/apps/new/{kind}/").status_code == 200
    assert rebeccas.get("/portal/apps/new/access-key/").status_code == 404


def test_a_form_has_the_fields_of_its_kind_only(rebeccas: Client) -> None:
    public = text(rebeccas.get("/portal/apps/new/public/"))
    backend = text(rebeccas.get("/portal/apps/new/backend-service/"))
    assert 'name="redirect_uris"' in public
    assert 'name="jwks"' not in public
    assert 'name="redirect_uris"' not in backend
    assert 'name="jwks"' in backend


def test_a_web_app_is_registered_and_its_secret_is_shown_once(
    rebeccas: Client, rebecca: Person
) -> None:
    response = register(rebeccas, "confidential-symmetric")
    page = text(response)
    found = re.search(r'id="client-secret"[^>]*>([0-9a-f]+)<', page)
    assert found
    assert clients.has_secret(made(), found[1])
    assert made().client_id in page
    assert response["Cache-Control"] == "no-store, private, no-transform"
    assert made().user == rebecca.account
    assert found[1] not in text(rebeccas.get(page_of(made())))


def test_a_public_app_is_registered_without_a_secret(rebeccas: Client) -> None:
    response = register(rebeccas, "public", privacy=["policy", "no_sale"])
    assert response["Location"] == page_of(made())
    assert made().allowed_origins == "https://app.example.com http://localhost:3000"
    assert made().allowed_scopes == "openid fhirUser launch/patient patient/*.rs"
    assert made().privacy_attested_at
    assert "2 of 5 statements" in text(rebeccas.get(page_of(made())))


def test_an_app_with_a_key_pair_gives_its_public_keys(rebeccas: Client) -> None:
    register(rebeccas, "confidential-asymmetric", jwks=KEYS)
    assert made().jwks == json.loads(KEYS)
    assert "1 public key, given here" in text(rebeccas.get(page_of(made())))


def test_a_backend_service_waits_for_an_administrator(rebeccas: Client, rebecca: Person) -> None:
    register(rebeccas, "backend-service", jwks_uri="https://app.example.com/jwks")
    assert "waits for an administrator" in text(rebeccas.get(page_of(made())))
    assert "Waiting for approval" in text(rebeccas.get("/portal/apps/"))
    approve(made(), rebecca.account)
    assert "waits for an administrator" not in text(rebeccas.get(page_of(made())))


@pytest.mark.parametrize(
    ("kind", "changes", "field", "words"),
    [
        ("public", {"name": ""}, "name", "Give the app the name"),
        ("public", {"redirect_uris": ""}, "redirect_uris", "at least one"),
        ("public", {"redirect_uris": "http://a.example/"}, "redirect_uris", "Use https."),
        ("public", {"redirect_uris": "https://a.example/#x"}, "redirect_uris", "not an address"),
        ("public", {"common_scopes": []}, "more_scopes", "at least one scope"),
        ("public", {"common_scopes": ["system/*.rs"]}, "common_scopes", "not one of"),
        ("public", {"more_scopes": "system/*.rs"}, "more_scopes", "for backend services"),
        ("public", {"logo_uri": "http://a.example/"}, "logo_uri", "https://"),
        ("public", {"contacts": "nobody"}, "contacts", "not an email address"),
        ("public", {"allowed_origins": "*"}, "allowed_origins", "Write an origin as"),
        ("backend-service", {}, "jwks_uri", "the address of your public keys"),
        ("backend-service", {"jwks": "{"}, "jwks", "This is not JSON."),
        ("backend-service", {"jwks": '{"keys": [{"kid": NaN}]}'}, "jwks", "This is not JSON."),
        ("backend-service", {"jwks": '{"keys": [{"kid": "\\ud800"}]}'}, "jwks", "not JSON."),
        ("backend-service", {"jwks": "[]"}, "jwks", "not a JWK Set"),
        ("backend-service", {"jwks": KEYS, "more_scopes": "openid"}, "more_scopes", "system/"),
        ("backend-service", {"jwks": KEYS, "jwks_uri": "https://a.example/"}, "jwks", "not both"),
        ("backend-service", {"jwks_uri": "http://a.example/"}, "jwks_uri", "https://"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_beside_its_field(
    rebeccas: Client, kind: str, changes: dict[str, Any], field: str, words: str
) -> None:
    assert words in error_of(register(rebeccas, kind, **changes), field)


def test_a_private_key_is_refused_and_not_kept(rebeccas: Client) -> None:
    response = register(rebeccas, "backend-service", jwks=json.dumps({"keys": [private_jwk()]}))
    assert "Send the public key only" in error_of(response, "jwks")


def test_everything_wrong_is_told_at_once(rebeccas: Client) -> None:
    response = register(rebeccas, "public", name="", redirect_uris="x", logo_uri="y")
    assert response.context["form"].errors.keys() == {"name", "redirect_uris", "logo_uri"}


def test_an_account_has_so_many_apps(
    rebeccas: Client, rebecca: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.developers.views.MOST_APPS", 1)
    app(rebecca.account)
    assert "as many as an account may have" in text(register(rebeccas, "public"))
    assert clients.apps().count() == 1


def test_the_form_of_an_app_holds_what_is_known_and_saving_changes_nothing(
    rebeccas: Client,
) -> None:
    given = {"description": "For hearts", "launch_uri": "https://app.example.com/launch",
             "more_scopes": "patient/Observation.read", "contacts": "a@example.com, b@example.com",
             "privacy": ["policy"]}  # fmt: skip
    register(rebeccas, "public", **given)
    before = vars(made())
    form = rebeccas.get(page_of(made(), "edit/")).context["form"]
    rebeccas.post(page_of(made(), "edit/"), form.initial)
    after = vars(made())
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"_state", "updated"}


def test_a_changed_app_is_as_it_was_entered(rebeccas: Client) -> None:
    register(rebeccas, "public")
    changes = {"name": "Pulse", "redirect_uris": "com.example.pulse:/cb", "more_scopes": "openid"}
    response = rebeccas.post(page_of(made(), "edit/"), changes)
    assert response["Location"] == page_of(made())
    assert made().redirect_uris == "com.example.pulse:/cb"
    assert (made().name, made().allowed_scopes) == ("Pulse", "openid")


def test_a_wrong_change_is_told_and_not_saved(rebeccas: Client) -> None:
    register(rebeccas, "public")
    response = rebeccas.post(page_of(made(), "edit/"), {"name": "", "redirect_uris": "x"})
    assert "Please check what you entered" in text(response)
    assert made().name == "Heart diary"


def test_scopes_are_told_in_words(rebeccas: Client, rebecca: Person) -> None:
    made = app(rebecca.account, scopes=("offline_access", "patient/Condition.rs"))
    page = text(rebeccas.get(page_of(made)))
    assert "Keep access while you are not using the app" in page
    assert f"<td>{granular.in_words('patient/Condition.rs')}, of one patient</td>" in page


def test_what_an_app_may_ask_for_is_offered_in_the_readers_language(rebeccas: Client) -> None:
    page = rebeccas.get("/portal/apps/new/public/", headers={"Accept-Language": "es"})
    assert "Iniciar su sesión" in text(page)
    assert "Sign you in" not in text(page)
    assert "The app has a privacy policy" not in text(page)
