"""What signs our tokens: the keys of the JWKS, each with its own algorithm and no other."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fhirapi.smart.models import AccessToken
from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.tokens import signing_keys
from tests.api import Api, Session
from tests.people import Person


@pytest.fixture
def session(api: Api, rebecca: Person) -> Session:
    return api.as_(rebecca.key)


def claims_of(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(session.token, options={"verify_signature": False})
    return found


def status(session: Session, token: str) -> int:
    """Of a read with another token that the database knows as this one."""
    AccessToken.objects.update(token_checksum=token_checksum(token))
    session.token = token
    return int(session.get("Patient/142859").status_code)


def test_the_rsa_key_comes_first_for_apps_that_look_at_no_other(api: Api) -> None:
    keys = api.http.get("/R4-patient-api/oauth2/jwks").json()["keys"]
    assert [key["alg"] for key in keys] == ["RS256", "ES256"]
    assert len({key["kid"] for key in keys}) == 2
    assert not {"d", "p", "q"} & {name for key in keys for name in key}


def test_a_token_that_was_signed_with_rsa_before_an_update_still_works(session: Session) -> None:
    token = jwt.encode(claims_of(session), signing_keys.of_identity(), "RS256")
    assert status(session, token) == 200


def test_a_strange_key_signs_nothing(session: Session) -> None:
    strange = ec.generate_private_key(ec.SECP256R1())
    assert status(session, jwt.encode(claims_of(session), strange, "ES256")) == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS384", "ES384", ["ES256"], None])
def test_no_other_algorithm_is_believed(session: Session, algorithm: Any) -> None:
    _, body, signature = session.token.split(".")
    header = json.dumps({"alg": algorithm, "typ": "at+jwt"}).encode()
    encoded = jwt.utils.base64url_encode(header).decode()
    assert status(session, f"{encoded}.{body}.{signature}") == 401


def test_the_public_key_is_no_shared_secret(session: Session) -> None:
    public = signing_keys.of_access().public_key()
    raw = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert status(session, jwt.encode(claims_of(session), raw, "HS256")) == 401
