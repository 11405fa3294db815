"""The rules of registration, whoever takes an app in."""

import json
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.smart.clients import registration
from fhirapi.smart.clients.registration import origins_of, problem_of_redirect_uri
from fhirapi.smart.models import Client
from tests.smart.apps import CALLBACK, details
from tests.smart.jwks import ec_jwk, private_jwk

Kind = Client.Kind
KEYS = {"keys": [ec_jwk()]}
PAIR = {
    Kind.PUBLIC: {},
    Kind.SYMMETRIC: {},
    Kind.ASYMMETRIC: {"jwks": KEYS},
    Kind.BACKEND: {"jwks": KEYS},
}


def wrong(kind: str = Kind.SYMMETRIC, **changes: Any) -> registration.Problems:
    return registration.problems(details(kind, **{**PAIR.get(Kind(kind), {}), **changes}))


@pytest.mark.parametrize("kind", registration.APP_KINDS)
def test_a_plain_app_of_each_kind_is_taken(kind: str) -> None:
    assert wrong(kind) == {}


@pytest.mark.parametrize(
    ("kind", "scope"),
    [(Kind.PUBLIC, "user/*.cruds"), (Kind.SYMMETRIC, "user/Observation.write"),
     (Kind.ASYMMETRIC, "user/*.*"), (Kind.BACKEND, "system/*.cruds"),
     (Kind.SYMMETRIC, "user/Observation.cu?category=laboratory")],
)  # fmt: skip
def test_scopes_that_write_are_kept_where_somebody_treats_patients(kind: str, scope: str) -> None:
    assert wrong(kind, scopes=(scope,)) == {}


@pytest.mark.parametrize("letters", ["write", "*", "cruds", "c", "rds"])
def test_no_scope_of_a_patient_writes(letters: str) -> None:
    [told] = wrong(scopes=(f"patient/*.{letters}",))["scopes"]
    assert told.startswith(f"patient/*.{letters}: Patient Access reads only.")
    assert "user/" in told


def test_nobody_registers_an_access_key() -> None:
    assert "kind" in registration.problems(details(Kind.ACCESS_KEY))


@pytest.mark.parametrize(
    "uri",
    [
        CALLBACK,
        "https://app.example.com:8443/cb?from=q",
        "https://app.example.com",
        "http://localhost:9876/callback",
        "http://127.0.0.1/callback",
        "http://[::1]:4000/callback",
        "com.example.app:/callback",
    ],
)
def test_redirect_uris_are_https_loopback_or_of_private_use(uri: str) -> None:
    assert problem_of_redirect_uri(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "callback",
        "//app.example.com/callback",
        "http://app.example.com/callback",
        "http://localhost.example.com/callback",
        "http://127.0.0.1.example.com/callback",
        "http://127.0.0.1@evil.example/callback",
        "https://user:secret@app.example.com/",
        "https://app.example.com/callback#here",
        "https://app.example.com/callback#",
        "https://*.example.com/callback",
        "https://app.example.com;sandbox/callback",
        "https://app.example.com,x/callback",
        "https://app.example.com'/callback",
        "https://app%2Fexample.com/callback",
        "https://app.example.com/*",
        "https:///callback",
        "https:app.example.com",
        "https://app.example.com/a b",
        "https://app.example.com:port/",
        "https://app.example.com\\@evil.example/",
        "https://éxample.com/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "myapp:/callback",
        "com.example.app://callback",
        "com.example.app:callback",
        "file:///etc/passwd",
        "https://app.example.com/" + "a" * 200,
    ],
)
def test_other_redirect_uris_are_refused(uri: str) -> None:
    assert problem_of_redirect_uri(uri)


_PIECES = st.sampled_from(
    ["https", "http", "com.example.app", "javascript", ":", "/", "//", "@", "#", "*", "?", ".",
     ":80", "localhost", "127.0.0.1", "[::1]", "app.example.com", "evil.example", "\\", " ", "\n"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=9).map("".join)))
def test_what_passes_is_exact_and_leads_to_the_app_only(uri: str) -> None:
    if problem_of_redirect_uri(uri):
        return
    parts = urlsplit(uri)
    assert not set("#* \\\n") & set(uri)
    assert "@" not in parts.netloc
    if parts.scheme == "http":
        assert parts.hostname in ("localhost", "127.0.0.1", "::1")
    elif parts.scheme != "https":
        assert "." in parts.scheme
        assert parts.netloc == ""


def test_a_scheme_of_its_own_is_for_public_apps() -> None:
    uri = ("com.example.app:/callback",)
    assert wrong(Kind.PUBLIC, redirect_uris=uri) == {}
    assert "redirect_uris" in wrong(Kind.SYMMETRIC, redirect_uris=uri)


def test_an_app_has_one_to_ten_redirect_uris_and_a_backend_service_none() -> None:
    many = tuple(f"{CALLBACK}/{number}" for number in range(11))
    assert wrong(redirect_uris=()) == {"redirect_uris": ["Name at least one redirect URI."]}
    assert wrong(redirect_uris=many[:10]) == {}
    assert "redirect_uris" in wrong(redirect_uris=many)
    assert "redirect_uris" in wrong(Kind.BACKEND, redirect_uris=(CALLBACK,))


def test_the_origin_of_a_web_page_is_that_of_its_redirect_uri() -> None:
    uris = [CALLBACK, "https://APP.example.com/two", "com.example.app:/cb", "http://[::1]:4000/cb"]
    assert origins_of(uris) == ("https://app.example.com", "http://[::1]:4000")
    assert wrong(allowed_origins=origins_of(uris)) == {}
    for origin in ("https://app.example.com/", "https://a.example.com/x", "*", "http://a.example"):
        assert "allowed_origins" in wrong(allowed_origins=(origin,))


@pytest.mark.parametrize(
    ("kind", "scopes"),
    [
        (Kind.SYMMETRIC, ("system/*.rs",)),
        (Kind.PUBLIC, ("patient/*.rs", "system/Patient.rs")),
        (Kind.BACKEND, ("patient/*.rs",)),
        (Kind.BACKEND, ("system/*.rs", "offline_access")),
        (Kind.SYMMETRIC, ("patient/Dragon.rs",)),
        (Kind.SYMMETRIC, ("patient/*.sr",)),
        (Kind.SYMMETRIC, ("everything",)),
        (Kind.SYMMETRIC, ("patient/Observation.rs?favourite=yes",)),
        (Kind.SYMMETRIC, ("patient/*.rs?category=x",)),
        (Kind.SYMMETRIC, ()),
    ],
)
def test_scopes_are_known_and_fit_the_kind(kind: str, scopes: tuple[str, ...]) -> None:
    assert list(wrong(kind, scopes=scopes)) == ["scopes"]


def test_scopes_of_both_versions_and_granular_ones_are_taken() -> None:
    granular = "patient/Observation.rs?category=http://terminology.hl7.org/x|laboratory"
    assert wrong(scopes=("patient/*.read", "user/Condition.rs", granular, "launch")) == {}


def test_keys_are_given_in_one_way_and_public_ones_only() -> None:
    url = "https://app.example.com/jwks"
    assert wrong(Kind.ASYMMETRIC, jwks=None, jwks_uri=url) == {}
    assert "jwks" in wrong(Kind.ASYMMETRIC, jwks_uri=url)
    assert "jwks_uri" in wrong(Kind.ASYMMETRIC, jwks=None)
    assert "jwks_uri" in wrong(Kind.ASYMMETRIC, jwks=None, jwks_uri="http://app.example.com/")
    assert "jwks" in wrong(Kind.BACKEND, jwks={"keys": [private_jwk()]})
    assert "jwks" in wrong(Kind.SYMMETRIC, jwks=KEYS)
    assert "jwks_uri" in wrong(Kind.PUBLIC, jwks_uri=url)


def test_an_app_has_a_name_of_a_readable_length() -> None:
    assert "name" in wrong(name="  ")
    assert "name" in wrong(name="x" * 101)


@pytest.mark.parametrize("name", ["\u200b", "\u200d", "Heart\ndiary", "\u202eyraid", "a\u2066b"])
def test_a_name_is_there_to_see_and_turns_nothing_round(name: str) -> None:
    assert "name" in wrong(name=name)


@pytest.mark.parametrize("name", ["Heart diary", "C.", "日記", "نیم\u200cروز", "💓"])
def test_a_name_may_be_in_any_script(name: str) -> None:
    assert wrong(name=name) == {}


@pytest.mark.parametrize("name", ["client_uri", "logo_uri", "policy_uri", "tos_uri"])
def test_pages_and_pictures_are_https(name: str) -> None:
    assert wrong(**{name: "https://example.com/page#privacy"}) == {}
    for uri in ("http://example.com/", "javascript:alert(1)", "https:///x", "https://u@h/"):
        assert wrong(**{name: uri}) == {name: [registration.NO_PAGE]}


def test_a_launch_address_follows_the_rules_of_redirect_uris() -> None:
    assert wrong(launch_uri="https://app.example.com/launch") == {}
    assert "launch_uri" in wrong(launch_uri="http://app.example.com/launch")
    assert "launch_uri" in wrong(Kind.BACKEND, launch_uri="https://app.example.com/launch")


def test_contacts_are_email_addresses() -> None:
    assert wrong(contacts=("dev@example.com",)) == {}
    assert "contacts" in wrong(contacts=("somebody",))
    assert "contacts" in wrong(contacts=("dev@example.com",) * 6)


@pytest.mark.parametrize("kind", [Kind.ASYMMETRIC, Kind.PUBLIC])
def test_deeply_nested_keys_are_refused(kind: str) -> None:
    deep = json.loads("[" * 900 + "]" * 900)
    assert "jwks" in wrong(kind, jwks={"keys": [ec_jwk()], "more": deep})
    assert "jwks" in wrong(kind, jwks={"keys": [ec_jwk()], "more": deep}, jwks_uri="https://a.b/c")


def test_what_the_database_cannot_keep_is_refused() -> None:
    assert "name" in wrong(name="a\x00b")
    assert "jwks" in wrong(Kind.BACKEND, jwks={"keys": [ec_jwk(more="\x00")]})


@pytest.mark.parametrize("kind", registration.APP_KINDS)
def test_keys_nested_beyond_reason_are_refused_whatever_the_kind(kind: str) -> None:
    deep = orjson.loads("[" * 1000 + "]" * 1000)
    assert set(wrong(kind, jwks={"keys": [ec_jwk(x5c=deep)]})) == {"jwks"}
