"""The code flow of the collection, as Postman goes it with the fields that it is given.

Its runtime has no window in which a person signs in; Chromium is that here.
https://learning.postman.com/docs/sending-requests/authorization/oauth-20/
"""

import base64
import hashlib
import re
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from tests import postman
from tests.browser import steps

FOLDER = "3 SMART code flow with PKCE"
VERIFIER = "a-verifier-as-postman-makes-it-of-forty-three-letters"


class Flow:
    """The collection's fields with the environment's values put in, as Postman does."""

    def __init__(self, running: dict[str, Any], **values: str) -> None:
        files = f"{running['base_url']}/downloads/qsmartcare.postman_"
        self.collection = requests.get(f"{files}collection.json", timeout=20).json()
        self.environment = requests.get(f"{files}environment.json", timeout=20).json()
        for each in self.environment["values"]:
            each["value"] = values.get(each["key"], each["value"])
        known = {each["key"]: each["value"] for each in self.environment["values"]}
        self._known = {**known, "$guid": str(uuid.uuid4())}
        folder = next(each for each in self.collection["item"] if each["name"] == FOLDER)
        self.fields: list[dict[str, Any]] = folder["item"][0]["request"]["auth"]["oauth2"]

    def __getitem__(self, name: str) -> str:
        return self._filled(next(each["value"] for each in self.fields if each["key"] == name))

    def _filled(self, text: str) -> str:
        return re.sub(r"\{\{(.+?)\}\}", lambda found: self._known[found[1]], text)

    def asked(self) -> str:
        more = next(each["value"] for each in self.fields if each["key"] == "authRequestParams")
        digest = hashlib.sha256(VERIFIER.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self["clientId"],
            "redirect_uri": self["redirect_uri"],
            "scope": self["scope"],
            "state": self["state"],
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": self["challengeAlgorithm"],
            **{each["key"]: self._filled(each["value"]) for each in more},
        }
        return f"{self['authUrl']}?{urlencode(query)}"

    def exchanged(self, code: str) -> dict[str, Any]:
        """Postman sends both names of the client, also where it has no secret."""
        assert self["client_authentication"] == "body"
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER,
                "redirect_uri": self["redirect_uri"], "client_id": self["clientId"],
                "client_secret": self["clientSecret"]}  # fmt: skip
        answer = requests.post(self["accessTokenUrl"], form, timeout=20)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


def register(page: Page, kind: str, redirect_uri: str) -> dict[str, str]:
    page.goto(f"/portal/apps/new/{kind}/")
    page.get_by_label("Name of the app").fill("Postman")
    page.get_by_label("Redirect URIs").fill(redirect_uri)
    page.get_by_role("button", name="Register app").click()
    secret = ""
    if kind == "confidential-symmetric":
        secret = page.locator("#client-secret").inner_text()
        page.get_by_role("link", name="I have it").click()
    page.wait_for_url(re.compile("/portal/apps/[^/]+/$"))
    return {"smart_client_id": page.url.split("/")[-2], "smart_client_secret": secret}


@pytest.mark.parametrize("kind", ["public", "confidential-symmetric"])
def test_postman_gets_a_token_by_consent_and_reads_with_it(
    page: Page, running: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    steps.sign_in_as(page, running, "patient")
    callback = Flow(running)["redirect_uri"]
    flow = Flow(running, **register(page, kind, callback))
    page.route(f"{callback}**", lambda route: route.fulfill(body="Back in Postman"))
    page.goto(flow.asked())
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Back in Postman")).to_be_visible()
    given = parse_qs(urlsplit(page.url).query)
    assert given["state"] == [flow["state"]]
    told = flow.exchanged(given["code"][0])
    assert told["patient"] == "142859"
    flow.fields.append({"key": "accessToken", "value": told["access_token"], "type": "string"})
    ran = postman.run(tmp_path, flow.collection, flow.environment, FOLDER)
    assert ran["failures"] == []
    assert ran["requests"] == [["Patients of the approval", 200]]
