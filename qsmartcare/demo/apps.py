"""The demo's registered apps, one of each kind SMART knows.

https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from fhirapi.smart.clients import clients, provider_access
from fhirapi.smart.models import Client, ClientSecret, RecordLink
from fhirapi.smart.secrets import digest
from fhirapi.smart.tokens import backend_access
from portal.accounts.models import Account
from qsmartcare.kept import Kept

_LAUNCH = "http://localhost:9876/launch"
_CALLBACKS = ("http://localhost:9876/callback", "http://127.0.0.1:9876/callback")
_ORIGINS = ("http://localhost:9876", "http://127.0.0.1:9876")
_IDENTITY = "openid fhirUser profile offline_access online_access"
_PATIENT = f"{_IDENTITY} launch launch/patient launch/encounter patient/*.rs"
_USER = f"{_PATIENT} user/*.rs"


@dataclass(frozen=True)
class App:
    told_as: str
    """Its name in demo.json."""
    name: str
    scopes: str
    is_confidential: bool = True
    redirect_uris: tuple[str, ...] = _CALLBACKS
    has_secret: bool = False
    signs_with: str | None = None
    """The algorithm of its private_key_jwt; SMART asks servers for both RS384 and ES384."""
    is_partner: bool = False
    """Approved for Provider Access."""

    @property
    def client_id(self) -> str:
        return f"demo-{self.told_as}"

    @property
    def kind(self) -> str:
        return self.told_as.removeprefix("partner-")


APPS = (
    App("public", "Demo phone app", _PATIENT, is_confidential=False),
    App("confidential-symmetric", "Demo web app", _USER, has_secret=True),
    App("confidential-asymmetric", "Demo clinic app", _USER, signs_with="ES384"),
    App("backend-service", "Demo backend service", "system/*.rs", redirect_uris=(),
        signs_with="RS384"),
    App("partner-confidential-symmetric", "Demo partner app", f"{_USER} user/*.cruds",
        has_secret=True, is_partner=True),
    App("partner-backend-service", "Demo partner service", "system/*.rs system/*.cruds",
        redirect_uris=(), signs_with="ES384", is_partner=True),
)  # fmt: skip


def ensure_apps(kept: Kept, partner: Account) -> dict[str, dict[str, Any]]:
    """``partner``: whose apps are those that may write; nobody owns the others."""
    return {app.told_as: _ensure(app, kept, partner if app.is_partner else None) for app in APPS}


def remove_apps() -> None:
    made = Client.objects.filter(client_id__in=[app.client_id for app in APPS])
    for client in made:
        backend_access.withdraw(client, by=None)
    made.delete()


def _ensure(app: App, kept: Kept, owner: Account | None) -> dict[str, Any]:
    secret, private_jwk = _secret(app, kept), _private_jwk(app, kept)
    is_backend = not app.redirect_uris
    client, _ = Client.objects.update_or_create(
        client_id=app.client_id,
        defaults={
            "name": app.name,
            "user": owner,
            "kind": app.kind,
            "client_type": Client.CLIENT_CONFIDENTIAL
            if app.is_confidential
            else Client.CLIENT_PUBLIC,
            "authorization_grant_type": Client.GRANT_CLIENT_CREDENTIALS
            if is_backend
            else Client.GRANT_AUTHORIZATION_CODE,
            "redirect_uris": " ".join(app.redirect_uris),
            "launch_uri": _LAUNCH if app.redirect_uris else "",
            "client_secret": secrets.token_hex(20),  # unusable: secrets are rows of their own
            "allowed_origins": "" if is_backend else " ".join(_ORIGINS),
            "disabled_at": None,
            "jwks": {"keys": [_public_part(private_jwk)]} if private_jwk else None,
            "allowed_scopes": app.scopes,
            "algorithm": Client.RS256_ALGORITHM,
        },
    )
    if secret and not clients.has_secret(client, secret):
        ClientSecret.objects.create(client=client, digest=digest(secret), hint=secret[-4:])
    if app.is_partner and not client.may_write:
        provider_access.approve(client, by=None, note="Made by the demo.")
    if is_backend and backend_access.standing_grant(client) is None:
        backend_access.approve(client, by=None, method=RecordLink.Method.DEMO)
    told: dict[str, Any] = {
        "type": app.kind,
        "name": app.name,
        "client_id": app.client_id,
        "redirect_uris": list(app.redirect_uris),
        "launch_uri": _LAUNCH if app.redirect_uris else None,
        "scopes": app.scopes.split(),
    }
    if app.is_partner:
        told["provider_access"] = True
    if secret:
        told["secret"] = told["client_secret"] = secret  # the contract's word, and OAuth's
    if private_jwk:
        told["private_jwk"] = private_jwk
    return told


def _secret(app: App, kept: Kept) -> str | None:
    if not app.has_secret:
        return None
    return str(kept.get(f"{app.client_id}.secret", lambda: secrets.token_urlsafe(30)))


def _private_jwk(app: App, kept: Kept) -> dict[str, str] | None:
    if app.signs_with is None:
        return None
    made: dict[str, str] = kept.get(f"{app.client_id}.private_jwk", lambda: _new_jwk(app))
    return made


def _new_jwk(app: App) -> dict[str, Any]:
    if app.signs_with == "ES384":
        made = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()))
    else:
        made = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048))
    kid = secrets.token_hex(8)
    jwk = json.loads(made) | {"alg": app.signs_with, "use": "sig", "kid": kid}
    return {**jwk, "key_ops": ["sign"]}


def _public_part(jwk: dict[str, str]) -> dict[str, Any]:
    names = ("kty", "crv", "x", "y", "n", "e", "alg", "use", "kid")
    return {name: jwk[name] for name in names if name in jwk} | {"key_ops": ["verify"]}
