"""The signed assertions of clients: RFC 7523, as SMART narrows it."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhirapi.smart.models import AccessToken, Client, SpentAssertion
from tests.people import Person
from tests.smart import flow, jwks
from tests.smart.apps import app as registered
from tests.smart.asking import assert_refused, exchange, signed
from tests.smart.flow import App


def said_by(app: App) -> dict[str, Any]:
    """The claims of a right assertion."""
    now = int(time.time())
    return {"iss": app.id, "sub": app.id, "aud": flow.TOKEN, "exp": now + 60, "jti": "1"}


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
@pytest.mark.parametrize("aud", [flow.TOKEN, f"{flow.TOKEN}.php", [flow.TOKEN]])
def test_an_assertion_proves_the_client(rebecca: Person, algorithm: str, aud: Any) -> None:
    app = flow.asymmetric(algorithm)
    assert signed(app, rebecca, app.assertion(aud=aud)).status_code == 200


def test_its_keys_may_be_at_an_address(rebecca: Person, publisher: jwks.Publisher) -> None:
    publisher.publish(flow.key_pair("ES384")[1])
    app = App(registered(None, Client.Kind.ASYMMETRIC, jwks_uri=publisher.url))
    assert signed(app, rebecca, app.assertion(header={"jku": publisher.url})).status_code == 200


def test_a_replayed_assertion_is_refused(rebecca: Person) -> None:
    app = flow.asymmetric()
    text = app.assertion()
    assert signed(app, rebecca, text).status_code == 200
    AccessToken.objects.all().delete()
    response = signed(app, rebecca, text)
    assert_refused(response)
    assert "used before" in response.json()["error_description"]


def test_the_same_jti_of_two_clients_is_no_replay(rebecca: Person) -> None:
    for app in (flow.asymmetric(), flow.asymmetric()):
        assert signed(app, rebecca, app.assertion(jti="one")).status_code == 200
    assert SpentAssertion.objects.count() == 2


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"sub": None},
        {"iss": None},
        {"iss": "a\x00b", "sub": "a\x00b"},
        {"aud": "https://elsewhere.example/token"},
        {"aud": flow.FHIR},
        {"aud": None},
        {"aud": {"a": 1}},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 256},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 10**30},
    ],
)
def test_a_wrong_claim_is_refused(rebecca: Person, claims: dict[str, Any]) -> None:
    app = flow.asymmetric()
    assert_refused(signed(app, rebecca, app.assertion(**claims)))


@pytest.mark.parametrize(
    ("claim", "seconds", "is_taken"),
    [
        ("exp", -30, True),
        ("exp", -90, False),
        ("exp", 330, True),
        ("exp", 420, False),
        ("iat", 30, True),
        ("iat", 90, False),
        ("nbf", 30, True),
        ("nbf", 90, False),
    ],
)
def test_clocks_may_differ_by_a_minute(
    rebecca: Person, claim: str, seconds: int, is_taken: bool
) -> None:
    app = flow.asymmetric()
    moment = int(time.time()) + seconds
    response = signed(app, rebecca, app.assertion(**{claim: moment}))
    assert (response.status_code == 200) == is_taken


@pytest.mark.parametrize("header", [{"kid": "another"}, {"kid": ""}, {}])
def test_the_key_must_be_a_registered_one(rebecca: Person, header: dict[str, str]) -> None:
    app = flow.asymmetric()
    text = jwt.encode(said_by(app), flow.key_pair("ES384")[0], "ES384", headers=header)
    assert_refused(signed(app, rebecca, text))


def test_another_key_under_the_same_kid_does_not_sign_for_the_client(rebecca: Person) -> None:
    app = flow.asymmetric()
    strange = ec.generate_private_key(ec.SECP384R1())
    text = jwt.encode(said_by(app), strange, "ES384", headers={"kid": "es384"})
    assert_refused(signed(app, rebecca, text))


def test_no_other_algorithm_is_taken(rebecca: Person) -> None:
    app = flow.asymmetric("RS384")
    private, _ = flow.key_pair("RS384")
    for algorithm in ("RS256", "RS512", "PS384"):
        text = jwt.encode(said_by(app), private, algorithm, headers={"kid": "rs384"})
        assert_refused(signed(app, rebecca, text))


def test_alg_none_and_the_public_key_as_a_shared_secret_are_refused(rebecca: Person) -> None:
    app = flow.asymmetric("RS384")
    unsigned = jwt.encode(said_by(app), "", "none", headers={"kid": "rs384"})
    public = flow.key_pair("RS384")[0].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with_pem = hs384(said_by(app), pem)
    for text in (unsigned, with_pem):
        assert_refused(signed(app, rebecca, text))


def hs384(claims: dict[str, Any], secret: bytes) -> str:
    """PyJWT refuses to sign so; an attacker does not use PyJWT."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    head = part(json.dumps({"alg": "HS384", "kid": "rs384"}).encode())
    body = f"{head}.{part(json.dumps(claims).encode())}"
    return f"{body}.{part(hmac.new(secret, body.encode(), hashlib.sha384).digest())}"


def test_a_jku_that_was_not_registered_is_refused(rebecca: Person) -> None:
    app = flow.asymmetric()
    text = app.assertion(header={"jku": "https://attacker.example/jwks.json"})
    assert_refused(signed(app, rebecca, text))


@pytest.mark.parametrize("kind", ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
def test_another_assertion_type_is_refused(rebecca: Person, kind: str) -> None:
    app = flow.asymmetric()
    response = exchange(app, rebecca, client_assertion=app.assertion(), client_assertion_type=kind)
    assert_refused(response)


def test_the_forms_client_id_must_be_the_assertions(rebecca: Person) -> None:
    app = flow.asymmetric()
    assert signed(app, rebecca, app.assertion(), client_id=app.id).status_code == 200
    AccessToken.objects.all().delete()
    assert_refused(signed(app, rebecca, app.assertion(), client_id="another"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "jku", "crit", "b64", "x5c"]), _JSON
    ),
    claims=st.dictionaries(
        st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "jti"]), _JSON
    ),
    signature=st.binary(max_size=100),
)
def test_no_made_up_assertion_authenticates(
    rebecca: Person, header: dict[str, Any], claims: dict[str, Any], signature: bytes
) -> None:
    app = _once(rebecca)
    told = {"alg": "ES384", "kid": "es384", **header}
    said = {**said_by(app), **claims}
    parts = [json.dumps(told).encode(), json.dumps(said).encode(), signature]
    text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    response = app.exchange("any", client_assertion=text, client_assertion_type=flow.JWT_BEARER)
    assert_refused(response)


@settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(text=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_no_text_breaks_the_reading_of_assertions(rebecca: Person, text: str) -> None:
    app = _once(rebecca)
    response = app.exchange("any", client_assertion=text, client_assertion_type=flow.JWT_BEARER)
    assert response.status_code == 400


def _once(person: Person) -> App:
    """One app for all examples of a test."""
    client = Client.objects.filter(kind=Client.Kind.ASYMMETRIC).first()
    return App(client) if client else flow.asymmetric()
