"""Reviewers hear by letter of what waits for them."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client as Browser

from portal.accounts.models import Account
from portal.operations import groups
from portal.partners import steps
from portal.partners.programs import State
from tests import people
from tests.bulk.exporting import work
from tests.portal.partners.conftest import DETAILS, Make, accepted, desk_of, page_of

# A worker has connections of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(reviewer: Account) -> Account:
    """Of the group, beside the administrator; and one whose right is another."""
    groups.ensure()
    made = people.account("tara", "Tara", "Team", is_staff=True)
    made.groups.add(Group.objects.get(name="App review"))
    other = people.account("otto", "Otto", "Other", is_staff=True)
    other.groups.add(Group.objects.get(name="Auditor"))
    return made


def told(mailoutbox: Any) -> list[tuple[str, str]]:
    work()
    letters = [(letter.to[0], letter.subject) for letter in mailoutbox]
    mailoutbox.clear()
    return sorted(letters)


def test_each_who_decides_hears_of_a_new_application(
    devs: Browser, make: Make, team: Account, mailoutbox: Any
) -> None:
    made = make(State.DRAFT)
    devs.post(page_of(made, "submit/"), accepted())
    mailoutbox.clear()  # that to the applicant
    work()
    assert sorted(letter.to[0] for letter in mailoutbox) == [
        "rita@example.com", "tara@example.com",
    ]  # fmt: skip
    [body, _] = (letter.body for letter in mailoutbox)
    assert desk_of(made) in body
    assert DETAILS["organization"] not in body
    assert "Dee" not in body


def test_of_the_messages_that_nobody_has_read_the_first_is_told(
    devs: Browser, desk: Browser, make: Make, mailoutbox: Any
) -> None:
    application = make()
    told(mailoutbox)
    for words in ("A question.", "And another."):
        devs.post(page_of(application, "messages/"), {"text": words})
    subject = "Partner program: a message about an application for API Distribution"
    a_message = ("rita@example.com", subject)
    assert told(mailoutbox) == [a_message]
    desk.get(desk_of(application))  # read
    devs.post(page_of(application, "messages/"), {"text": "Thank you."})
    assert told(mailoutbox) == [a_message]


def test_details_that_were_asked_for_are_told(
    devs: Browser, make: Make, reviewer: Account, mailoutbox: Any
) -> None:
    application = make()
    steps.ask(application, by=reviewer)
    told(mailoutbox)
    devs.post(page_of(application, "edit/"), {**DETAILS, "register": "Another register, 7"})
    [(to, subject)] = told(mailoutbox)
    assert to == reviewer.email
    assert "details" in subject


def test_nobody_is_told_of_the_own_application(
    make: Make, reviewer: Account, mailoutbox: Any
) -> None:
    make(account=reviewer)
    assert told(mailoutbox) == []


def test_who_may_not_decide_any_more_is_not_told(
    make: Make, reviewer: Account, mailoutbox: Any
) -> None:
    make()
    Account.objects.filter(pk=reviewer.pk).update(is_superuser=False)
    assert told(mailoutbox) == []
