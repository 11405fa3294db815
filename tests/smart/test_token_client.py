"""Who a client is at the token address: by the way it is registered for, and by no other."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessToken, AuthorizationCode, Client, SpentAssertion
from tests.people import Person
from tests.smart import flow, jwks
from tests.smart.apps import CALLBACK
from tests.smart.apps import app as registered
from tests.smart.flow import App


def basic(client_id: str, secret: str) -> dict[str, str]:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def exchange(app: App, person: Person, headers: Any = None, **shown: str) -> Any:
    """With exactly these fields of authentication."""
    return app.post(
        "token", headers, grant_type="authorization_code", code=flow.code(app, person),
        redirect_uri=CALLBACK, code_verifier=flow.VERIFIER, **shown,
    )  # fmt: skip


def signed(app: App, person: Person, text: str, **more: str) -> Any:
    fields = {"client_assertion_type": flow.JWT_BEARER, "client_assertion": text, **more}
    return exchange(app, person, **fields)


def said_by(app: App) -> dict[str, Any]:
    """The claims of a right assertion."""
    now = int(time.time())
    return {"iss": app.id, "sub": app.id, "aud": flow.TOKEN, "exp": now + 60, "jti": "1"}


def assert_refused(response: Any, error: str = "invalid_client") -> None:
    assert response.status_code in (400, 401)
    assert response.json()["error"] == error
    assert len(response.json()["error_description"]) > 10
    assert not AccessToken.objects.exists()


def test_a_secret_comes_in_the_header_or_in_the_form(rebecca: Person) -> None:
    app = flow.symmetric()
    assert exchange(app, rebecca, basic(app.id, app.secret)).status_code == 200
    in_form = exchange(app, rebecca, client_id=app.id, client_secret=app.secret)
    assert in_form.status_code == 200


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_a_wrong_secret_is_an_invalid_client_with_a_challenge(rebecca: Person, secret: str) -> None:
    app = flow.symmetric()
    response = exchange(app, rebecca, basic(app.id, secret))
    assert_refused(response)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")


def test_two_secrets_live_side_by_side_until_one_ends(rebecca: Person) -> None:
    app = flow.symmetric()
    newer = clients.new_secret(app.client, by=None)
    for secret in (app.secret, newer):
        assert exchange(app, rebecca, basic(app.id, secret)).status_code == 200
    app.client.secrets.update(expires_at=timezone.now() - timedelta(seconds=1))
    AccessToken.objects.all().delete()
    assert_refused(exchange(app, rebecca, basic(app.id, newer)))


def test_a_public_client_names_itself_in_the_form_or_in_a_header_without_password(
    rebecca: Person,
) -> None:
    app = flow.public()
    assert exchange(app, rebecca, client_id=app.id).status_code == 200
    assert exchange(app, rebecca, basic(app.id, "")).status_code == 200


def test_a_public_client_has_no_secret(rebecca: Person) -> None:
    app = flow.public()
    assert_refused(exchange(app, rebecca, client_id=app.id, client_secret="anything"))


@pytest.mark.parametrize("make", [flow.symmetric, flow.asymmetric])
def test_no_confidential_client_gets_in_by_its_name(make: Any, rebecca: Person) -> None:
    app = make()
    assert_refused(exchange(app, rebecca, client_id=app.id))
    assert_refused(exchange(app, rebecca, basic(app.id, "")))


def test_a_client_of_the_key_pair_kind_gets_in_by_no_secret(rebecca: Person) -> None:
    app = flow.asymmetric()
    secret = clients.new_secret(app.client, by=None)
    assert_refused(exchange(app, rebecca, client_id=app.id, client_secret=secret))


@pytest.mark.parametrize("make", [flow.public, flow.symmetric])
def test_an_assertion_suits_only_clients_registered_for_it(make: Any, rebecca: Person) -> None:
    app = make()
    app.client.jwks = {"keys": [flow.key_pair("ES384")[1]]}
    app.client.save()
    assert_refused(signed(app, rebecca, app.assertion()))


def test_two_ways_at_once_are_an_invalid_request(rebecca: Person) -> None:
    app = flow.symmetric()
    in_both = exchange(app, rebecca, basic(app.id, app.secret), client_secret=app.secret)
    assert_refused(in_both, "invalid_request")
    with_assertion = signed(app, rebecca, app.assertion(), client_secret=app.secret)
    assert_refused(with_assertion, "invalid_request")


def test_header_and_form_name_the_same_client(rebecca: Person) -> None:
    app = flow.symmetric()
    response = exchange(app, rebecca, basic(app.id, app.secret), client_id="another")
    assert_refused(response, "invalid_request")


@pytest.mark.parametrize("make", [flow.public, flow.symmetric, flow.asymmetric])
def test_a_disabled_client_gets_nothing(make: Any, rebecca: Person) -> None:
    app = make()
    Client.objects.update(disabled_at=timezone.now())
    response = app.exchange(flow.code(app, rebecca))
    assert_refused(response)
    assert "disabled" in response.json()["error_description"]


@pytest.mark.parametrize("shown", [{}, {"client_id": "nobody"}, {"client_secret": "x"}])
def test_an_unknown_client_is_refused(rebecca: Person, shown: dict[str, str]) -> None:
    assert_refused(exchange(flow.public(), rebecca, **shown))


@pytest.mark.parametrize("named", ["nobody", "a-secret-in-the-wrong-field", "x" * 200])
def test_what_names_no_client_does_not_come_into_the_trail(rebecca: Person, named: str) -> None:
    """People put the secret into the wrong field."""
    app = flow.symmetric()
    exchange(app, rebecca, client_id=named, client_secret="x")
    exchange(app, rebecca, client_id=app.id, client_secret="x")
    denied = AuditRecord.objects.filter(action="token", outcome="denied").order_by("id")
    assert [each.client_id for each in denied] == [None, app.id]


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic /w==", "Basic \xe9"])
def test_a_header_that_cannot_be_read_is_refused(rebecca: Person, header: str) -> None:
    assert_refused(exchange(flow.public(), rebecca, {"authorization": header}))


# --- Assertions --------------------------------------------------------------------------------


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


def test_a_refused_client_does_not_use_up_the_code(rebecca: Person) -> None:
    app = flow.symmetric()
    code = flow.code(app, rebecca)
    app.exchange(code, client_secret="wrong")
    assert AuthorizationCode.objects.get(code=code).token_family is None
    assert app.exchange(code).status_code == 200
