"""Staff of every group, with the browser in which each has signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client as Browser

from fhirapi.smart.clients import clients, review
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import Client
from portal.accounts.models import Account
from portal.operations import groups
from tests import people
from tests.portal.accounts.conftest import administrator, make, patient, provider, signed_in

__all__ = ["administrator", "make", "patient", "provider"]

APP = Details(
    kind=Client.Kind.PUBLIC,
    name="Heart diary",
    description="Draws your pulse.",
    redirect_uris=("https://heart.example.com/callback",),
    scopes=("openid", "patient/Observation.rs"),
    policy_uri="https://heart.example.com/privacy",
    contacts=("dev@heart.example.com",),
)


@pytest.fixture
def admin(administrator: Account) -> Browser:
    return signed_in(administrator)


@pytest.fixture
def staff(make: Callable[..., Account]) -> Callable[[str], Browser]:
    """A browser of somebody who is in this one group."""

    def staff(group: str) -> Browser:
        groups.ensure()
        username = group.replace(" ", "-").lower()
        made = make(username, is_staff=True, first_name="Sam", last_name="Staff")
        made.groups.add(Group.objects.get(name=group))
        return signed_in(made)

    return staff


@pytest.fixture
def developer(db: None) -> Account:
    return people.account("dev", "Dee", "Veloper")


@pytest.fixture
def app(developer: Account) -> Client:
    """It waits for a review."""
    made = clients.register(APP, owner=developer)
    review.ask(made, by=developer)
    return made


@pytest.fixture
def service(developer: Account) -> Client:
    details = Details(
        kind=Client.Kind.BACKEND,
        name="Nightly report",
        scopes=("system/*.rs",),
        jwks_uri="https://report.example.com/jwks",
    )
    return clients.register(details, owner=developer)


def said(response: Any) -> list[str]:
    return [message.level_tag for message in response.context["messages"]]
