"""Applicants with their browsers, an application in any state, and a reviewer at the desk."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client as Browser
from django.utils import timezone

from portal.accounts.models import Account
from portal.operations import groups
from portal.partners import steps, terms
from portal.partners.models import PartnerApplication
from portal.partners.programs import Program, State
from tests import people
from tests.portal.accounts.conftest import signed_in as signed_in_at_the_door
from tests.portal.ui.browser import signed_in

DETAILS = {
    "organization": "Growth Charts LLC",
    "register": "Secretary of State of Wisconsin, G012345",
    "website": "https://growth.example.com",
    "address": "1 Main Street\nMadison, WI 53703",
    "contact_name": "Dee Veloper",
    "contact_email": "dee@growth.example.com",
    "contact_phone": "(608) 555-0147",
    "security_email": "security@growth.example.com",
    "product_name": "Growth chart",
    "product_description": "Draws how children grow.",
    "privacy_policy": "https://growth.example.com/privacy",
    "data_read": "Weights and heights.",
    "data_written": "Weights and heights that a nurse enters.",
    "purpose": "To draw them.",
    "hosting": "In the United States.",
}
READING = {name: value for name, value in DETAILS.items() if name != "data_written"}
PROGRAMS = "/partners/"
APPLY = "/partners/apply/api-distribution/"
Make = Callable[..., PartnerApplication]
_WAY = (State.SUBMITTED, State.CHECKING, State.REGISTRATION, State.APPROVED)


@pytest.fixture
def developer(db: None) -> Account:
    return people.account("dev", "Dee", "Veloper")


@pytest.fixture
def stranger(db: None) -> Account:
    return people.account("eve", "Eve", "Other")


@pytest.fixture
def reviewer(db: None) -> Account:
    return people.account("rita", "Rita", "Reviewer", is_staff=True, is_superuser=True)


@pytest.fixture
def devs(developer: Account) -> Browser:
    return signed_in(developer)


@pytest.fixture
def strangers(stranger: Account) -> Browser:
    return signed_in(stranger)


@pytest.fixture
def desk(reviewer: Account) -> Browser:
    return signed_in_at_the_door(reviewer)


@pytest.fixture
def staff(db: None) -> Callable[[str], Browser]:
    """A browser of somebody who is in this one group."""

    def staff(group: str) -> Browser:
        groups.ensure()
        made = people.account("sam", "Sam", "Staff", is_staff=True)
        made.groups.add(Group.objects.get(name=group))
        return signed_in_at_the_door(made)

    return staff


@pytest.fixture
def make(developer: Account, reviewer: Account) -> Make:
    """An application that has gone its way up to a state."""

    def make(
        state: State = State.SUBMITTED,
        program: Program = Program.API_DISTRIBUTION,
        account: Account | None = None,
    ) -> PartnerApplication:
        owner = account or developer
        details = DETAILS if program == Program.API_DISTRIBUTION else READING
        made = PartnerApplication.objects.create(account=owner, program=program, **details)
        if state == State.DRAFT:
            return made
        steps.submit(made, terms.current(), language="en", by=owner)
        further = (steps.begin_check, steps.verify, steps.approve)
        for step in further[: _WAY.index(state)]:
            step(made, by=reviewer)
        made.refresh_from_db()
        return made

    return make


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the clock, in the practice's time zone."""

    def at(moment: str) -> None:
        stopped = datetime.fromisoformat(moment).replace(tzinfo=timezone.get_default_timezone())
        monkeypatch.setattr("django.utils.timezone.now", lambda: stopped)

    return at


def page_of(application: PartnerApplication, page: str = "") -> str:
    return f"/partners/applications/{application.pk}/{page}"


def desk_of(application: PartnerApplication, step: str = "") -> str:
    return f"/admin/queue/partner-applications/{application.pk}/{step and step + '/'}"


def state_of(application: PartnerApplication) -> str:
    application.refresh_from_db()
    return str(application.state)


def accepted(**changes: Any) -> dict[str, Any]:
    return {"accepts": "on", "read": terms.current().digest, **changes}


def said(response: Any) -> list[str]:
    return [message.level_tag for message in response.context["messages"]]


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)
