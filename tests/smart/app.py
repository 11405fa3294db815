"""A SMART app as the tests play it: asks for a code in somebody's browser and exchanges it."""

import base64
import hashlib
import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.test import Client as Browser

from fhirapi.smart.models import Client

AUTHORIZE = "/R4-patient-api/oauth2/authorize"
TOKEN = "/R4-patient-api/oauth2/token.php"
CALLBACK = "https://app.example/callback"
VERIFIER = "a-verifier-of-forty-three-characters-or-more"
_BOX = re.compile(r'<input type="checkbox" name="grant" value="([^"]*)"( checked)?>')
_RADIO = re.compile(r'<input type="radio" name="(\w+)" value="([^"]*)" checked>')


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def register(client_id: str = "the-app", **changed: Any) -> Client:
    """A public app with an https redirect URI, unless something else is said."""
    details = {
        "name": "Growth Chart",
        "kind": Client.Kind.PUBLIC,
        "client_type": Client.CLIENT_PUBLIC,
        "authorization_grant_type": Client.GRANT_AUTHORIZATION_CODE,
        "algorithm": Client.RS256_ALGORITHM,
        "redirect_uris": CALLBACK,
        "allowed_scopes": "openid fhirUser offline_access launch launch/patient launch/encounter "
        "patient/*.rs user/*.rs",
    }
    made: Client = Client.objects.create(client_id=client_id, **{**details, **changed})
    return made


@dataclass
class App:
    """What the app sends is in ``params``; None leaves one out."""

    browser: Browser
    client_id: str = "the-app"
    params: dict[str, Any] = field(default_factory=dict)

    def address(self, **changed: Any) -> str:
        params = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": "launch/patient patient/*.rs",
            "state": "xyz",
            "aud": settings.FHIR_BASE_URL,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **self.params,
            **changed,
        }
        sent = {name: value for name, value in params.items() if value is not None}
        return f"{AUTHORIZE}?{urlencode(sent, doseq=True)}"

    def ask(self, **changed: Any) -> Any:
        return self.browser.get(self.address(**changed))

    def decide(self, decision: str, *, without: tuple[str, ...] = (), **changed: Any) -> Any:
        """Fills in the consent page as it comes, takes the ticks off ``without``, and sends it."""
        fields = changed.pop("fields", {})
        address = self.address(**changed)
        form = form_of(self.browser.get(address))
        ticked = [each for each in form["grant"] if each not in without]
        sent = {**form, "grant": ticked, "decision": decision, "csrfmiddlewaretoken": "x", **fields}
        return self.browser.post(address, sent)

    def approve(self, **changed: Any) -> Any:
        return self.decide("approve", **changed)

    def exchange(self, code: str, **changed: Any) -> Any:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changed,
        }
        left = {name: value for name, value in sent.items() if value is not None}
        return self.browser.post(TOKEN, left)


def form_of(page: Any) -> dict[str, Any]:
    """The boxes that are ticked and the choices that are made."""
    text = page.content.decode()
    ticked = [html.unescape(value) for value, is_ticked in _BOX.findall(text) if is_ticked]
    return {"grant": ticked, **dict(_RADIO.findall(text))}


def answer(response: Any) -> dict[str, str]:
    """What the app finds in the address that it is sent back to."""
    assert response.status_code in (302, 303), response.content.decode()[-3000:]
    parts = urlsplit(response["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == CALLBACK
    return dict(parse_qsl(parts.query, strict_parsing=True))
