"""Browsers of two developers, and what they write into the form of an app."""

from typing import Any

import pytest
from django.test import Client

from fhirapi.smart.models import Client as App
from tests.people import Person
from tests.portal.ui.browser import signed_in
from tests.smart.conftest import publisher

__all__ = ["publisher"]

FORM: dict[str, Any] = {
    "name": "Heart diary",
    "redirect_uris": "https://app.example.com/callback\nhttp://localhost:3000/cb",
    "common_scopes": ["openid", "fhirUser", "launch/patient", "patient/*.rs"],
    "more_scopes": "",
}
SERVICE = {"name": "Nightly report", "more_scopes": "system/*.rs"}


@pytest.fixture
def rebeccas(rebecca: Person) -> Client:
    return signed_in(rebecca.account)


@pytest.fixture
def johns(john: Person) -> Client:
    return signed_in(john.account)


def page_of(app: App, page: str = "") -> str:
    return f"/portal/apps/{app.client_id}/{page}"


def register(browser: Client, kind: str, **changes: Any) -> Any:
    form = SERVICE if kind == App.Kind.BACKEND else FORM
    return browser.post(f"/portal/apps/new/{kind}/", {**form, **changes})
