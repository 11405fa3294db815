"""A person whose browser has no script: opens pages, fills in their forms, follows the answer."""

import html
import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

import requests

Fields = dict[str, str | list[str]]
_HIDDEN = re.compile(r'<input type="hidden" name="(?P<name>[^"]+)" value="(?P<value>[^"]*)"')


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str
    pin: str

    @classmethod
    def of(cls, account: dict[str, str]) -> "Credentials":
        return cls(account["username"], account["password"], account["pin"])


class Visitor:
    def __init__(self, demo: dict[str, Any]) -> None:
        self.demo = demo
        self.http = requests.Session()
        self.page: requests.Response | None = None

    @property
    def text(self) -> str:
        assert self.page is not None
        return html.unescape(self.page.text)

    @property
    def address(self) -> str:
        assert self.page is not None
        return self.page.url

    def open(self, path: str) -> "Visitor":
        self.page = self.http.get(urljoin(self.demo["base_url"], path), timeout=10)
        assert self.page.status_code == 200, f"{path}: {self.page.status_code}"
        return self

    def send(self, fields: Fields, action: str | None = None) -> "Visitor":
        """Sends the open page's form with these fields, its hidden ones included."""
        assert self.page is not None
        hidden = {
            each["name"]: html.unescape(each["value"]) for each in _HIDDEN.finditer(self.page.text)
        }
        action = urljoin(self.page.url, action or "")
        self.page = self.http.post(action, {**hidden, **fields}, timeout=10)
        assert self.page.status_code == 200, f"{action}: {self.page.status_code}"
        return self

    def register(self, person: dict[str, str], service: str) -> "Visitor":
        given, _, family = person["name"].partition(" ")
        born = date.fromisoformat(person["birth_date"])
        return self.open("/app/registration.html").send(
            {
                "first_name": given,
                "middle_name": "",
                "last_name": family,
                "birth_date": f"{born:%m/%d/%Y}",
                "email": person["email"],
                "city": "Madison",
                "state": "WI",
                "facility": "QSmartCare Demo Practice",
                "services": service,
                "phone": person["phone"],
            }
        )

    def letter_to(self, email: str) -> str:
        """The newest letter in the demo's outbox to this address."""
        self.open("/demo/outbox/")
        letters = self.text.split("<article")[1:]
        return next(each for each in letters if f"To {email}" in each)

    def confirm(self, email: str, chosen: Credentials) -> "Visitor":
        found = re.search(r'href="([^"]+/app/confirm/[^"]+)"', self.letter_to(email))
        assert found
        return self.open(found[1]).send(
            {
                "username": chosen.username,
                "password": chosen.password,
                "password_again": chosen.password,
                "pin": chosen.pin,
                "pin_again": chosen.pin,
            }
        )

    def sign_in(self, who: Credentials, door: str) -> "Visitor":
        fields: Fields = {"username": who.username, "password": who.password, "pin": who.pin}
        return self.open(door).send(fields)

    def make_key(self, label: str, patients: list[str]) -> str:
        """Returns the AccessKeyID."""
        self.open("/portal/api/new/")
        dates = re.findall(r'name="(valid_\w+)" value="([^"]+)"', self.text)
        self.send({**dict(dates), "label": label, "patients": patients, "save": "1"})
        found = re.search(r"/portal/api/([0-9A-F]{16})/$", self.address)
        assert found, self.text
        return found[1]

    def secret_of(self, access_key_id: str, pin: str) -> str:
        self.open(f"/portal/api/{access_key_id}/secret/").send({"pin": pin})
        found = re.search(r'id="secret-value"[^>]*>([0-9a-f]+)<', self.text)
        assert found, self.text
        return found[1]

    def switch_off(self, access_key_id: str) -> "Visitor":
        self.open(f"/portal/api/{access_key_id}/")
        return self.send({"active": "no"}, action="status/")
