"""A standalone launch from the app's first request to its tokens. RFC 6749 4.1, SMART 2.2"""

import pytest
from django.test import Client as Browser

from fhirapi.smart.models import AuthorizationCode, DataAccessGrant
from tests.api import Api
from tests.people import Person
from tests.portal.ui.browser import signed_in
from tests.smart import app
from tests.smart.app import App, answer


@pytest.fixture
def rebeccas(rebecca: Person) -> App:
    app.register()
    return App(signed_in(rebecca.account))


def test_an_approval_ends_in_tokens_for_the_record(rebeccas: App, api: Api, settings):
    told = answer(rebeccas.approve())
    assert (told["state"], told["iss"]) == ("xyz", settings.FHIR_BASE_URL)
    tokens = rebeccas.exchange(told["code"]).json()
    assert tokens["scope"] == "launch/patient patient/*.rs"
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert Browser().get("/R4-patient-api/Patient/142859", headers=headers).status_code == 200
    assert Browser().get("/R4-patient-api/Patient/142860", headers=headers).status_code == 404


def test_the_code_is_bound_to_the_approval(rebeccas: App, rebecca: Person):
    rebeccas.approve(scope="launch/patient patient/*.rs offline_access")
    grant = DataAccessGrant.objects.get()
    assert AuthorizationCode.objects.get().data_access_grant == grant
    assert grant.account_id == rebecca.account.pk
    assert grant.patient_ids == ["142859"]
    assert grant.context == {"patient": "142859", "need_patient_banner": True}
    assert grant.scope == "launch/patient patient/*.rs offline_access"
