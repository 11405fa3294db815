"""The console's half of OAuth: PKCE, what comes back, and assertions that the server takes."""

import base64
import hashlib
import json
from typing import Any

import jwt
import pytest
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.node import run
from tests.people import Person
from tests.smart import flow

OAUTH = {"console/oauth.js": "{ Refused, assertion, asking, challengeOf, comeBack }"}
SETUP = {
    "base": flow.FHIR, "token": flow.TOKEN, "authorize": f"{flow.FHIR}/oauth2/authorize",
    "callback": "http://localhost:8000/console/callback",
}  # fmt: skip
WAITS = {"state": "the-state", "verifier": "v", "app": {"id": "a"}, "shown": {}}


def private_jwk(algorithm: str) -> str:
    private, public = flow.key_pair(algorithm)
    kind: Any = ECAlgorithm if algorithm == "ES384" else RSAAlgorithm
    return json.dumps({**json.loads(kind.to_jwk(private)), "kid": public["kid"], "alg": "any"})


def test_the_challenge_is_the_digest_of_the_verifier() -> None:
    digest = hashlib.sha256(flow.VERIFIER.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert run(OAUTH, "return challengeOf(given);", flow.VERIFIER) == expected


def test_the_request_has_what_smart_asks_for_and_new_secrets_each_time() -> None:
    code = """
    const app = { id: "the-app", kind: "public" };
    const more = { launch: "xyz", shown: {} };
    return Promise.all([1, 2].map(() => asking(given, app, "patient/*.rs", more)));
    """
    first, second = run(OAUTH, code, SETUP)
    for name in ("response_type=code", "client_id=the-app", "launch=xyz", "aud=", "state=",
                 "code_challenge=", "code_challenge_method=S256", "redirect_uri="):  # fmt: skip
        assert name in first["address"]
    assert first["waits"]["verifier"] not in first["address"]
    assert first["waits"]["state"] != second["waits"]["state"]
    assert 43 <= len(first["waits"]["verifier"]) <= 128


@pytest.mark.parametrize(
    ("query", "waits", "error"),
    [
        ("code=x&state=the-state", None, "wrong-state"),
        ("code=x&state=forged", WAITS, "wrong-state"),
        ("code=x", WAITS, "wrong-state"),
        ("code=x&state=the-state&iss=https://elsewhere.example", WAITS, "wrong-issuer"),
        ("error=access_denied&state=the-state", WAITS, "access_denied"),
        ("state=the-state", WAITS, "no-code"),
    ],
)
def test_an_answer_that_is_not_right_is_not_used(query: str, waits: Any, error: str) -> None:
    code = """
    globalThis.fetch = () => { throw new Error("the code was sent"); };
    const [setup, waits, query] = given;
    try { await comeBack(setup, waits, new URLSearchParams(query)); } catch (told) {
      return told instanceof Refused ? told.error : told.message;
    }
    """
    assert run(OAUTH, code, [SETUP, waits, query]) == error


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_the_server_takes_an_assertion_that_the_page_has_signed(
    rebecca: Person, algorithm: str
) -> None:
    made = flow.asymmetric(algorithm)
    signed = run(
        OAUTH,
        "return assertion(given.jwk, given.client, given.audience);",
        {"jwk": private_jwk(algorithm), "client": made.id, "audience": flow.TOKEN},
    )
    assert jwt.get_unverified_header(signed)["alg"] == algorithm
    answer = made.post(
        "token", grant_type="authorization_code", code=flow.code(made, rebecca),
        redirect_uri="https://app.example.com/callback", code_verifier=flow.VERIFIER,
        client_assertion_type=flow.JWT_BEARER, client_assertion=signed,
    )  # fmt: skip
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("jwk", ["", "x", "{}", "[]", '{"kty": "RSA", "kid": "a", "d": "x"}'])
def test_what_is_no_private_key_is_told(jwk: str) -> None:
    code = "try { await assertion(given, 'a', 'b'); } catch (told) { return told.error; }"
    assert run(OAUTH, code, jwk) == "wrong-key"


def test_a_public_key_signs_nothing() -> None:
    _private, public = flow.key_pair("ES384")
    code = "try { await assertion(given, 'a', 'b'); } catch (told) { return told.error; }"
    assert run(OAUTH, code, json.dumps(public)) == "wrong-key"
