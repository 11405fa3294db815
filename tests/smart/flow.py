"""An app as it speaks to the token address: its secret or key, its codes, its requests."""

import base64
import hashlib
import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client as HttpClient
from django.utils import timezone
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from fhirapi.smart.clients import clients
from fhirapi.smart.models import AuthorizationCode, Client, DataAccessGrant
from tests.people import Person
from tests.smart.apps import CALLBACK, app

FHIR = "http://localhost:8000/R4-patient-api"
TOKEN = f"{FHIR}/oauth2/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-by-far"
SCOPE = "launch/patient openid fhirUser profile offline_access patient/*.rs"


@lru_cache
def key_pair(algorithm: str) -> tuple[Any, dict[str, Any]]:
    """A private key, and the public JWK that belongs to it."""
    if algorithm == "ES384":
        private: Any = ec.generate_private_key(ec.SECP384R1())
        public = json.loads(ECAlgorithm.to_jwk(private.public_key()))
    else:
        private = rsa.generate_private_key(65537, 2048)
        public = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
    return private, {**public, "kid": algorithm.lower(), "alg": algorithm, "use": "sig"}


@dataclass
class App:
    client: Client
    secret: str = ""
    algorithm: str = "ES384"
    http: Any = field(default_factory=HttpClient)
    """What it speaks through: Django's test client, or a Door."""

    @property
    def id(self) -> str:
        return str(self.client.client_id)

    def assertion(self, *, header: Any = None, **claims: Any) -> str:
        now = int(time.time())
        told = {"iss": self.id, "sub": self.id, "aud": TOKEN, "exp": now + 240,
                "jti": uuid.uuid4().hex, **claims}  # fmt: skip
        told = {name: value for name, value in told.items() if value is not None}
        private, public = key_pair(self.algorithm)
        headers = {"kid": public["kid"], **(header or {})}
        return jwt.encode(told, private, self.algorithm, headers=headers)

    def shows(self) -> dict[str, str]:
        """The fields by which it authenticates."""
        if self.client.kind in (Client.Kind.ASYMMETRIC, Client.Kind.BACKEND):
            return {"client_assertion_type": JWT_BEARER, "client_assertion": self.assertion()}
        shown = {"client_id": self.id}
        return {**shown, "client_secret": self.secret} if self.secret else shown

    def post(self, address: str, headers: Any = None, **fields: str) -> Any:
        return self.http.post(f"/R4-patient-api/oauth2/{address}", fields, headers=headers)

    def ask(self, **fields: str) -> Any:
        """The token address, authenticated as the app is registered."""
        return self.post("token", **{**self.shows(), **fields})

    def exchange(self, code: str, **changes: str) -> Any:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
                  "code_verifier": VERIFIER, **changes}  # fmt: skip
        return self.ask(**fields)

    def refresh(self, token: str, **fields: str) -> Any:
        return self.ask(grant_type="refresh_token", refresh_token=token, **fields)


def public() -> App:
    return App(app(None, Client.Kind.PUBLIC))


def symmetric() -> App:
    client = app(None, Client.Kind.SYMMETRIC)
    return App(client, clients.new_secret(client, by=None))


def asymmetric(algorithm: str = "ES384") -> App:
    jwks = {"keys": [key_pair(algorithm)[1]]}
    return App(app(None, Client.Kind.ASYMMETRIC, jwks=jwks), algorithm=algorithm)


def approval(app: App, person: Person, scope: str = SCOPE, **changes: Any) -> DataAccessGrant:
    context = {"patient": person.resource_id}
    told = {"patient_ids": [person.resource_id], "context": context, "scope": scope, **changes}
    return DataAccessGrant.objects.create(account=person.account, client=app.client, **told)


def code(
    app: App, person: Person, scope: str = SCOPE, grant: DataAccessGrant | None = None,
    **changes: Any,
) -> str:  # fmt: skip
    """What the authorize page leaves behind when the person approves."""
    challenge = hashlib.sha256(VERIFIER.encode()).digest()
    told = {
        "code": uuid.uuid4().hex,
        "expires": timezone.now() + timedelta(minutes=1),
        "redirect_uri": CALLBACK,
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
        **changes,
    }
    made = AuthorizationCode.objects.create(
        user=person.account, application=app.client, scope=scope,
        data_access_grant=grant or approval(app, person, scope), **told,
    )  # fmt: skip
    return str(made.code)


def claims_of(id_token: str, app: App) -> dict[str, Any]:
    """Checked as an app checks it."""
    published = app.http.get("/R4-patient-api/oauth2/jwks").json()["keys"]
    kid = jwt.get_unverified_header(id_token)["kid"]
    [jwk] = [each for each in published if each["kid"] == kid]
    found: dict[str, Any] = jwt.decode(
        id_token, jwt.PyJWK(jwk).key, ["RS256"], audience=app.id, issuer=FHIR
    )
    return found


def read(app: App, token: str, path: str = "Patient/142859") -> Any:
    return app.http.get(f"/R4-patient-api/{path}", headers={"authorization": f"Bearer {token}"})
