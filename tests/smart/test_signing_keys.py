"""What signs our tokens: the keys of the JWKS, each with its own algorithm and no other."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fhirapi.smart.models import AccessToken
from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.tokens import key_ring
from tests.api import Api, Session
from tests.people import Person


@pytest.fixture
def session(api: Api, rebecca: Person) -> Session:
    return api.as_(rebecca.key)


def claims_of(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(session.token, options={"verify_signature": False})
    return found


def named(session: Session) -> dict[str, str]:
    """The key by which the session's own token is verified."""
    return {"kid": jwt.get_unverified_header(session.token)["kid"]}


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


def test_an_access_token_may_be_signed_with_the_rsa_key(session: Session) -> None:
    key = key_ring.current().signing()
    headers = {"kid": key.kid}
    token = jwt.encode(claims_of(session), key.of_identity, "RS256", headers=headers)
    assert status(session, token) == 200


@pytest.mark.parametrize("kid", ["another", "", None, ["of", "several"]])
def test_a_key_is_found_by_its_name_alone(session: Session, kid: Any) -> None:
    _, body, signature = session.token.split(".")
    header = {"alg": "ES256", "typ": "at+jwt", "kid": kid}
    header = {name: value for name, value in header.items() if value is not None}
    encoded = jwt.utils.base64url_encode(json.dumps(header).encode()).decode()
    assert status(session, f"{encoded}.{body}.{signature}") == 401


def test_a_strange_key_signs_nothing(session: Session) -> None:
    strange = ec.generate_private_key(ec.SECP256R1())
    token = jwt.encode(claims_of(session), strange, "ES256", headers=named(session))
    assert status(session, token) == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS384", "ES384", ["ES256"], None])
def test_no_other_algorithm_is_believed(session: Session, algorithm: Any) -> None:
    _, body, signature = session.token.split(".")
    header = json.dumps({"alg": algorithm, "typ": "at+jwt", **named(session)}).encode()
    encoded = jwt.utils.base64url_encode(header).decode()
    assert status(session, f"{encoded}.{body}.{signature}") == 401


def test_the_public_key_is_no_shared_secret(session: Session) -> None:
    public = key_ring.current().signing().of_access.public_key()
    raw = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    token = jwt.encode(claims_of(session), raw, "HS256", headers=named(session))
    assert status(session, token) == 401
