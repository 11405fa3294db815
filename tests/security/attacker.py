"""Somebody at an address who speaks HTTP to the product, with or without what it takes."""

import html
import json
import re
import socket
from typing import Any

import requests

from tests.product import Product

_HIDDEN = re.compile(r'<input type="hidden" name="(?P<name>[^"]+)" value="(?P<value>[^"]*)"')
DOOR = "/patient/index.html"
TOKEN = "/R4-patient-api/oauth2/token"


class Attacker:
    def __init__(self, target: Product, address: str) -> None:
        self.target, self.address = target, address
        self.demo: dict[str, Any] = json.loads((target.data_dir / "demo.json").read_text())
        self.http = requests.Session()
        self.http.headers["X-Forwarded-For"] = address

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        url = f"{self.target.address}{path}"
        return self.http.request(method, url, timeout=60, allow_redirects=False, **more)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.ask("GET", path, **more)

    def fill_in(self, page: str, **fields: str) -> requests.Response:
        """The page's form, with the token that its page has."""
        hidden = {
            each["name"]: html.unescape(each["value"])
            for each in _HIDDEN.finditer(self.get(page).text)
        }
        return self.ask("POST", page, data={**hidden, **fields})

    def guess(self, username: str) -> requests.Response:
        return self.fill_in(DOOR, username=username, password="wrong", pin="0")

    def sign_in_as(self, who: str) -> requests.Response:
        named = {name: self.demo["accounts"][who][name] for name in ("username", "password", "pin")}
        return self.fill_in(DOOR, **named)

    def exchange(self, access_key_id: str, secret: str) -> requests.Response:
        return self.ask(
            "POST",
            TOKEN,
            data={
                "grant_type": "authorization_code",
                "client_id": access_key_id,
                "client_secret": secret,
            },
        )

    def token(self, label: str = "Demo") -> dict[str, str]:
        """The header of somebody who has the access key."""
        key = next(each for each in self.demo["access_keys"] if each["label"] == label)
        answer = self.exchange(key["access_key_id"], key["secret_access_key"]).json()
        return {"Authorization": f"Bearer {answer['access_token']}"}

    def raw(self, request: bytes) -> bytes:
        """The first of what is answered to these bytes."""
        with socket.create_connection(("127.0.0.1", self.target.port), timeout=60) as connection:
            connection.sendall(request)
            return connection.recv(65536)
