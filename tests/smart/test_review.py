"""The review of an app."""

from datetime import UTC, date, datetime

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients, review
from fhirapi.smart.models import Client
from tests.people import Person
from tests.smart.apps import app, details

Review = Client.Review


@pytest.fixture
def waiting(rebecca: Person) -> Client:
    made = app(rebecca.account)
    review.ask(made, by=rebecca.account)
    return made


def test_an_app_waits_from_the_moment_its_developer_asks(waiting: Client) -> None:
    assert list(review.waiting()) == [waiting]
    assert waiting.review_asked_at is not None


@pytest.mark.parametrize(
    ("asked", "promised"),
    [
        ("2026-11-23", date(2026, 12, 1)),  # over Thanksgiving
        ("2026-11-27", date(2026, 12, 4)),
        ("2026-12-18", date(2026, 12, 28)),  # over Christmas
    ],
)
def test_five_business_days_are_promised(waiting: Client, asked: str, promised: date) -> None:
    waiting.review_asked_at = datetime.fromisoformat(f"{asked}T12:00:00").replace(tzinfo=UTC)
    assert review.due(waiting) == promised


def test_nobody_asks_twice(waiting: Client, rebecca: Person) -> None:
    with pytest.raises(review.NotToBeReviewed):
        review.ask(waiting, by=rebecca.account)


def test_a_decision_is_kept_with_who_made_it_and_recorded(waiting: Client, john: Person) -> None:
    review.decide(waiting, is_approved=False, note="Whose logo is that?", by=john.account)
    waiting.refresh_from_db()
    assert (waiting.review, waiting.reviewed_by) == (Review.DECLINED, john.account)
    assert waiting.review_note == "Whose logo is that?"
    last = AuditRecord.objects.latest("pk")
    assert (last.action, last.detail) == ("client-review", "review: declined")


def test_nothing_is_decided_twice(waiting: Client, john: Person) -> None:
    review.decide(waiting, is_approved=True, by=john.account)
    with pytest.raises(review.NotWaiting):
        review.decide(waiting, is_approved=False, by=john.account)


def test_after_a_refusal_the_developer_may_ask_again(waiting: Client, rebecca: Person) -> None:
    review.decide(waiting, is_approved=False, by=rebecca.account)
    review.ask(waiting, by=rebecca.account)
    assert waiting.review == Review.WAITING


def test_a_change_of_what_was_looked_at_voids_the_review(waiting: Client, john: Person) -> None:
    review.decide(waiting, is_approved=True, by=john.account)
    clients.change(waiting, details(name="Another name"), by=john.account)
    waiting.refresh_from_db()
    assert (waiting.review, waiting.reviewed_at) == (Review.NOT_ASKED, None)


def test_a_change_of_the_contacts_does_not(waiting: Client, john: Person) -> None:
    review.decide(waiting, is_approved=True, by=john.account)
    clients.change(waiting, details(contacts=("dev@example.com",)), by=john.account)
    waiting.refresh_from_db()
    assert waiting.review == Review.APPROVED
