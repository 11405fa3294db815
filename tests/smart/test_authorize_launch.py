"""EHR launch: what was open, told once and soon. SMART App Launch 2.2 section 2.0.8"""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.utils import timezone

from fhirapi.smart.authorization import launch
from fhirapi.smart.models import Client, DataAccessGrant, LaunchContext
from fhirapi.store.models import CareRelationship
from tests.people import Person
from tests.portal.ui.browser import approve, signed_in, text
from tests.smart import app
from tests.smart.app import App, answer

SCOPE = "launch patient/*.rs"


@pytest.fixture
def the_app(practice: None) -> Client:
    return app.register(launch_uri="https://app.example/launch?tenant=7")


@pytest.fixture
def greys(dr_grey: Person, the_app: Client) -> App:
    return App(signed_in(approve(dr_grey.account)), params={"scope": SCOPE})


def opened(person: Person, client: Client, **changed: Any) -> str:
    """The ``launch`` that the app is opened with."""
    asked = {"patient_id": "142859", "encounter_id": "v-1", "ip_address": None, **changed}
    address = launch.address(person.account, client, **asked)
    return dict(parse_qsl(urlsplit(address).query))["launch"]


def test_the_app_is_opened_with_issuer_and_an_opaque_launch(dr_grey, the_app, settings):
    address = launch.address(dr_grey.account, the_app, "142859", "v-1", ip_address=None)
    assert address.startswith("https://app.example/launch?tenant=7&")
    query = dict(parse_qsl(urlsplit(address).query))
    assert query["iss"] == settings.FHIR_BASE_URL
    assert "142859" not in query["launch"]
    assert query["launch"] not in str(LaunchContext.objects.values_list())


def test_the_context_is_that_of_the_page_without_a_choice(greys, dr_grey, the_app):
    page = text(greys.ask(launch=opened(dr_grey, the_app)))
    assert "Rebecca Larson" in page
    assert "Search by name" not in page
    told = answer(greys.approve(launch=opened(dr_grey, the_app)))
    tokens = greys.exchange(told["code"]).json()
    assert (tokens["patient"], tokens["encounter"]) == ("142859", "v-1")
    assert tokens["need_patient_banner"] is False
    context = {"patient": "142859", "encounter": "v-1", "need_patient_banner": False}
    assert DataAccessGrant.objects.get().context == context


def test_a_launch_opens_one_code(greys, dr_grey, the_app):
    one = opened(dr_grey, the_app)
    answer(greys.approve(launch=one))
    told = answer(greys.ask(launch=one))
    assert told["error"] == "invalid_request"
    assert "used" in told["error_description"]


def test_a_launch_that_was_denied_is_used(greys, dr_grey, the_app):
    one = opened(dr_grey, the_app)
    assert answer(greys.decide("deny", launch=one))["error"] == "access_denied"
    assert answer(greys.ask(launch=one))["error"] == "invalid_request"


def test_a_launch_that_others_used_meanwhile_gives_nothing(greys, dr_grey, the_app):
    one = opened(dr_grey, the_app)
    assert launch.take(one, dr_grey.account, the_app)
    assert not launch.take(one, dr_grey.account, the_app)


def test_a_launch_lives_for_five_minutes(greys, dr_grey, the_app):
    one = opened(dr_grey, the_app)
    left = LaunchContext.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    LaunchContext.objects.update(expires_at=timezone.now())
    assert answer(greys.ask(launch=one))["error"] == "invalid_request"


def test_a_launch_of_another_person_or_app_is_none(greys, dr_grey, rebecca, the_app):
    other = app.register("other-app")
    for one in (opened(rebecca, the_app), opened(dr_grey, other)):
        assert answer(greys.ask(launch=one))["error"] == "invalid_request"


def test_a_patient_who_is_under_other_care_by_then_is_not_opened(greys, dr_grey, the_app):
    one = opened(dr_grey, the_app)
    CareRelationship.objects.all().delete()
    assert answer(greys.ask(launch=one))["error"] == "invalid_request"


def test_the_same_page_opened_again_is_not_asked_again(greys, dr_grey, the_app):
    Client.objects.update(kind=Client.Kind.SYMMETRIC)
    answer(greys.approve(launch=opened(dr_grey, the_app)))
    assert "code" in answer(greys.ask(launch=opened(dr_grey, the_app)))
    other = opened(dr_grey, the_app, patient_id="142860")
    assert greys.ask(launch=other).status_code == 200


def test_without_a_launch_its_scope_is_left_out(greys, rebecca, the_app):
    rebeccas = App(signed_in(rebecca.account))
    answer(rebeccas.approve(scope="launch launch/patient patient/*.rs"))
    assert DataAccessGrant.objects.get().scope == "launch/patient patient/*.rs"
