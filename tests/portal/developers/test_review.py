"""A developer asks for a review when what it needs is there, and reads what came of it."""

from typing import Any

import pytest
from django.test import Client

from fhirapi.smart.clients import review
from fhirapi.smart.models import Client as App
from tests.people import Person
from tests.portal.developers.conftest import page_of
from tests.portal.ui.browser import text
from tests.smart.apps import app

COMPLETE: dict[str, Any] = {
    "description": "Keeps a diary of your heart.",
    "client_uri": "https://app.example.com/",
    "policy_uri": "https://app.example.com/privacy",
    "contacts": ("dev@app.example.com",),
    "privacy_answers": {"asks_first": True},
}


@pytest.fixture
def complete(rebecca: Person) -> App:
    return app(rebecca.account, **COMPLETE)


def ask(browser: Client, made: App) -> str:
    page = text(browser.post(page_of(made, "review/"), follow=True))
    made.refresh_from_db()
    return page


def test_a_complete_app_waits_for_its_review(rebeccas: Client, complete: App) -> None:
    page = ask(rebeccas, complete)
    assert complete.review == App.Review.WAITING
    assert "We look at it by" in page
    assert "Waiting for review" in text(rebeccas.get("/portal/apps/"))


@pytest.mark.parametrize("missing", ["description", "client_uri", "policy_uri", "contacts"])
def test_without_what_it_needs_it_is_not_asked_for(
    rebeccas: Client, rebecca: Person, missing: str
) -> None:
    made = app(rebecca.account, **{**COMPLETE, missing: () if missing == "contacts" else ""})
    assert "Something is missing still" in ask(rebeccas, made)
    assert made.review == App.Review.NOT_ASKED


def test_an_app_of_one_machine_only_is_not_reviewed(rebeccas: Client, rebecca: Person) -> None:
    made = app(rebecca.account, redirect_uris=("http://localhost:3000/cb",), **COMPLETE)
    ask(rebeccas, made)
    assert made.review == App.Review.NOT_ASKED


def test_what_the_reviewer_says_is_shown(rebeccas: Client, rebecca: Person, complete: App) -> None:
    ask(rebeccas, complete)
    note = "The privacy policy does not open."
    review.decide(complete, is_approved=False, note=note, by=rebecca.account)
    page = text(rebeccas.get(page_of(complete)))
    assert note in page
    assert "Ask for review" in page


def test_somebody_else_cannot_ask(johns: Client, complete: App) -> None:
    assert johns.post(page_of(complete, "review/")).status_code == 404
