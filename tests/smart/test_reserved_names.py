"""Names that could be taken for the product's own are refused, whoever does not own it."""

import pytest

from fhirapi.smart.clients import registration
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.clients.reserved import is_reserved
from fhirapi.smart.models import Client

LOOK_ALIKES = (
    "QSmartCare", "qsmartcare", "Q Smart Care", "Q-Smart-Care Portal", "The QSmartCare app",
    "QSmartC\u0430re", "Q5martCare", "QSrnartCare", "QSm\u00e1rtCare", "\uff31SmartCare",
    "Smart Care Q", "Q\u200cSmartCare",
)  # fmt: skip


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_recognized(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name", ["SmartCare", "Heart diary", "Cares", "Q", "", "CareSmart", "心臓", "\u0421\u043c"]
)
def test_other_names_are_free(name: str) -> None:
    assert not is_reserved(name)


def details(name: str) -> Details:
    return Details(
        kind=Client.Kind.PUBLIC,
        name=name,
        redirect_uris=("https://app.example.com/callback",),
        scopes=("patient/*.rs",),
    )


def test_an_app_of_others_may_not_bear_it() -> None:
    assert "name" in registration.problems(details("QSmartCare"))


def test_an_app_of_staff_may() -> None:
    assert registration.problems(details("QSmartCare"), is_ours=True) == {}
