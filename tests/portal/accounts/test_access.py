"""Who may open a page, and where everybody else is led."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone

from portal.accounts.access import AccountRequest, approved_provider, signed_in
from portal.accounts.models import Account
from tests.portal.accounts.conftest import PATIENT_DOOR, PROVIDER_DOOR


def page(request: AccountRequest, number: int) -> HttpResponse:
    return HttpResponse(f"{request.user} {number}")


@pytest.fixture
def ask(rf):
    """Calls a guarded view for somebody, or for nobody."""

    def ask(view, account: Account | None = None, method: str = "get", **headers: str):
        request = getattr(rf, method)("/portal/page/?a=1", headers=headers)
        request.user = account or AnonymousUser()
        return view(request, 7)

    return ask


def test_a_signed_in_person_gets_the_page_and_it_is_not_stored(ask, patient):
    response = ask(signed_in(page), patient)
    assert response.content == b"Rebecca Larson 7"
    assert response["Cache-Control"] == "no-store, private"


def test_nobody_is_led_to_the_door_and_back_to_the_page(ask, db):
    response = ask(signed_in(page))
    assert response.url == f"{PATIENT_DOOR}?next=%2Fportal%2Fpage%2F%3Fa%3D1"


def test_a_form_that_came_too_late_leads_home_not_to_a_page_that_only_takes_forms(ask, db):
    assert ask(signed_in(page), method="post").url == f"{PATIENT_DOOR}?next=%2Fportal%2F"


def test_the_door_is_the_one_this_browser_used_last(client, db):
    client.cookies["qsmartcare_door"] = "provider"
    assert client.get("/portal/").url.startswith(PROVIDER_DOOR)
    client.cookies["qsmartcare_door"] = "made-up"
    assert client.get("/portal/").url.startswith(PATIENT_DOOR)


def test_a_fragment_asked_by_htmx_moves_the_whole_page_to_the_door(client, db):
    address = "http://testserver/portal/api/"
    response = client.get("/portal/", headers={"HX-Request": "true", "HX-Current-URL": address})
    assert response["HX-Redirect"] == f"{PATIENT_DOOR}?next=%2Fportal%2Fapi%2F"


def test_an_approved_provider_passes(ask, provider):
    provider.provider_approved_at = timezone.now()
    assert ask(approved_provider(page), provider).status_code == 200


def test_a_provider_who_waits_is_led_home(ask, provider):
    assert ask(approved_provider(page), provider).url == "/portal/"


def test_a_patient_is_refused_a_providers_page(ask, patient):
    with pytest.raises(PermissionDenied):
        ask(approved_provider(page), patient)
