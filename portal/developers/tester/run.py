"""One run of the tester: what the app that we play knows, and the steps so far."""

import base64
import hashlib
import json
import secrets
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from fhirapi import encryption
from fhirapi.smart.clients import assertion
from fhirapi.smart.models import Client
from portal.developers.tester import wire
from portal.developers.tester.wire import Step

_KEY = "launch_tester"
_LONGEST = 3600  # seconds that a run may last: as long as its token
_ASSERTION_SECONDS = 240
_MOST_STEPS = 20


class WrongKey(ValueError):
    """What was pasted is no private key that signs RS384 or ES384."""


@dataclass
class Run:
    client_id: str
    mode: str
    scope: str
    redirect_uri: str = ""
    began: float = field(default_factory=time.time)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    addresses: dict[str, str] = field(default_factory=dict)
    authorize_url: str = ""
    code: str = ""
    access_token: str = ""
    refresh_token: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)

    def add(self, step: Step) -> None:
        self.steps = [*self.steps, step.as_json()][-_MOST_STEPS:]

    @property
    def shown(self) -> list[Step]:
        return [Step(**each) for each in self.steps]

    def discover(self) -> None:
        self._find(_("Discovery: where are the addresses?"), "smart-configuration")
        if self.addresses and "openid" in self.scope.split():
            title = _("OpenID discovery: where does one ask who has signed in?")
            self._find(title, "openid-configuration")

    def _find(self, title: str, document: str) -> None:
        found = wire.get(title, f"{settings.FHIR_BASE_URL}/.well-known/{document}")
        self.add(found.step)
        named = {name: value for name, value in found.told.items() if isinstance(value, str)}
        self.addresses = {**self.addresses, **named}

    def ask(self, launch: str = "") -> None:
        """Makes the address to which the browser goes. PKCE: RFC 7636 4.2"""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "aud": settings.FHIR_BASE_URL,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        if launch:
            asked["launch"] = launch
        address = self.addresses["authorization_endpoint"]
        self.authorize_url = f"{address}?{urlencode(asked)}"
        title = _("Authorize: the browser asks for a code")
        self.add(wire.told_by_browser(title, address, asked))

    def come_back(self, query: dict[str, str]) -> None:
        """The answer to it, at the redirect URI. It is taken once."""
        problem = self._wrong(query)
        self.code = "" if problem else query.get("code", "")
        self.authorize_url, self.state = "", ""
        title = _("Callback: the browser comes back with the code")
        self.add(wire.told_by_browser(title, self.redirect_uri, query, problem))

    def _wrong(self, query: dict[str, str]) -> str:
        if not self.state or not secrets.compare_digest(
            query.get("state", "").encode(), self.state.encode()
        ):
            return _("The state is not the one of this run: an app has to stop here.")
        if error := query.get("error"):
            return f"{error}: {query.get('error_description', '')}"
        return "" if query.get("code") else _("There is no code in the address.")

    def exchange(self, shows: dict[str, str]) -> None:
        """The code for tokens, then what a new app would do first."""
        form = {
            "grant_type": "authorization_code",
            "code": self.code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **shows,
        }
        self.code = ""
        told = self._token(_("Token: the code is exchanged"), form)
        if not self.access_token:
            return
        userinfo = self.addresses.get("userinfo_endpoint")
        if userinfo and "openid" in str(told.get("scope", "")).split():
            title = _("Userinfo: who has signed in?")
            self.add(wire.get(title, userinfo, self.access_token).step)
        self.read(str(told.get("patient") or ""))

    def refresh(self, shows: dict[str, str]) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token, **shows}
        told = self._token(_("Refresh: a new access token"), form)
        if told:
            self.read(str(told.get("patient") or ""))

    def ask_as_service(self, shows: dict[str, str]) -> None:
        form = {"grant_type": "client_credentials", "scope": self.scope, **shows}
        if self._token(_("Token: the service signs for itself"), form):
            self.read("")

    def introspect(self) -> None:
        form = {"token": self.access_token}
        title = _("Introspection: does the token still work?")
        address = self.addresses["introspection_endpoint"]
        self.add(wire.post(title, address, form, self.access_token).step)

    def read(self, patient_id: str) -> None:
        asked = f"Patient/{patient_id}" if patient_id else "Patient?_count=1"
        address = f"{settings.FHIR_BASE_URL}/{asked}"
        self.add(wire.get(_("FHIR: the first read"), address, self.access_token).step)

    def _token(self, title: str, form: dict[str, str]) -> dict[str, Any]:
        found = wire.post(title, self.addresses["token_endpoint"], form)
        self.add(found.step)
        if found.told:
            self.access_token = str(found.told.get("access_token", ""))
            self.refresh_token = str(found.told.get("refresh_token", ""))
        return found.told


def shows(client: Client, address: str, given: dict[str, str]) -> dict[str, str]:
    """The fields by which the app proves who it is. Raises WrongKey."""
    if client.kind in (Client.Kind.ASYMMETRIC, Client.Kind.BACKEND):
        signed = _assertion(str(client.client_id), address, given.get("private_jwk", ""))
        return {"client_assertion_type": assertion.TYPE, "client_assertion": signed}
    named = {"client_id": str(client.client_id)}
    if client.kind == Client.Kind.SYMMETRIC:
        return {**named, "client_secret": given.get("client_secret", "")}
    return named


def _assertion(client_id: str, address: str, private_jwk: str) -> str:
    now = int(time.time())
    claims = {
        "iss": client_id, "sub": client_id, "aud": address, "jti": uuid.uuid4().hex, "iat": now,
        "exp": now + _ASSERTION_SECONDS,
    }  # fmt: skip
    try:
        told = json.loads(private_jwk)
        algorithm = "ES384" if told.get("kty") == "EC" else "RS384"
        key = jwt.PyJWK(told, algorithm)
        return jwt.encode(claims, key.key, algorithm, headers={"kid": told["kid"]})
    except (ValueError, TypeError, KeyError, AttributeError, jwt.PyJWTError):
        raise WrongKey from None


def keep(request: HttpRequest, run: Run) -> None:
    request.session[_KEY] = encryption.encrypt(json.dumps(asdict(run)))


def kept(request: HttpRequest, client_id: str) -> Run | None:
    """This session's run with this app, while it lasts."""
    encrypted = request.session.get(_KEY)
    if encrypted is None:
        return None
    try:
        run = Run(**json.loads(encryption.decrypt(encrypted)))
    except (encryption.InvalidToken, ValueError, TypeError):
        return None
    is_over = time.time() > run.began + _LONGEST
    return None if is_over or run.client_id != client_id else run


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
