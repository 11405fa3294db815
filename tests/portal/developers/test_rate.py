"""An app's developer reads how often the app may ask."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from fhirapi.smart import rates
from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client as App
from tests.people import Person
from tests.portal.developers.conftest import page_of
from tests.portal.ui.browser import text
from tests.smart.apps import app


@pytest.fixture
def made(rebecca: Person) -> Iterator[App]:
    rates.forget()
    yield app(rebecca.account)
    rates.forget()


def limits(rebeccas: Client, made: App) -> str:
    return text(rebeccas.get(page_of(made, "usage/")))


def test_it_is_the_one_of_everybody(rebeccas: Client, made: App, settings: Settings) -> None:
    settings.REQUESTS_A_MINUTE = 6000
    assert "6,000 a minute" in limits(rebeccas, made)


@pytest.mark.parametrize(("rate", "words"), [(1200, "1,200 a minute"), (0, "Not limited")])
def test_or_its_own(rebeccas: Client, made: App, rebecca: Person, rate: int, words: str) -> None:
    clients.set_rate(made, rate, by=rebecca.account)
    rates.forget()
    assert words in limits(rebeccas, made)
