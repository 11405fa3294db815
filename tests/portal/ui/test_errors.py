"""Pages for when something is wrong: what happened, and a way out."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory

from portal.ui import errors
from tests.portal.ui.browser import signed_in, text


@pytest.fixture
def request_(rf: RequestFactory):
    return rf.get("/somewhere/")


def test_an_unknown_address_leads_on(client, db):
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert 'href="/api-documentation.html"' in text(response)
    assert "no/such/page" not in text(response)


def test_somebody_signed_in_has_the_menu_of_every_page(rebecca):
    page = text(signed_in(rebecca.account).get("/no/such/page"))
    assert 'href="/portal/"' in page
    menu = page.partition("<nav")[2].partition("</nav>")[0]
    assert all(f">{each}</a>" in menu for each in ("My record", "Activity", "Settings"))
    assert "Sign out" in page


def test_a_bad_request_and_a_forbidden_page_have_their_status(db, request_):
    assert errors.bad_request(request_, SuspiciousOperation("secret")).status_code == 400
    response = errors.forbidden(request_, PermissionError("secret"))
    assert response.status_code == 403
    assert "secret" not in text(response)


def test_the_page_for_our_own_faults_needs_no_database(request_):
    response = errors.server_error(request_)
    assert response.status_code == 500
    assert "Something went wrong on our side" in text(response)


@pytest.mark.parametrize(
    ("referer", "way_out"),
    [
        ("http://testserver/app/registration.html", "/app/registration.html"),
        ("https://evil.example/", "/"),
        ("", "/"),
    ],
)
def test_an_expired_form_leads_back_to_its_page(db, referer, way_out):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/sign-out/", headers={"referer": referer})
    assert response.status_code == 403
    assert f'<a class="button" href="{way_out}">' in text(response)


def test_an_address_for_a_form_says_so_when_it_is_opened(rebecca):
    response = signed_in(rebecca.account).get("/portal/patients/142859/record/find/")
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "This address only takes a form" in text(response)
    assert 'href="/portal/"' in text(response)
