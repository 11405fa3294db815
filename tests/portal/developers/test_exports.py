"""The exports of a backend service, as its developer sees them."""

from typing import Any

import pytest
from django.test import Client as Browser

from fhirapi.bulk import jobs
from fhirapi.smart.models import Client as App
from fhirapi.smart.tokens import backend_access
from fhirapi.store.load import load
from tests.people import Person
from tests.portal.developers.conftest import page_of
from tests.portal.exports.conftest import finished, running
from tests.portal.ui.browser import text
from tests.smart.apps import app


@pytest.fixture
def service(john: Person) -> App:
    return app(john.account, App.Kind.BACKEND)


@pytest.fixture
def grant(service: App) -> Any:
    """What an administrator has approved, once the store knows the practice."""
    ward = {"resourceType": "Location", "id": "ward", "name": "Ward", "status": "active"}
    load(
        [
            {"resourceType": "Organization", "id": "org", "name": "The practice"},
            {**ward, "managingOrganization": {"reference": "Organization/org"}},
        ]
    )
    return backend_access.approve(service, by=None)


def test_without_any_it_is_said_how_to_ask_for_one(johns: Browser, service: App) -> None:
    assert "has not asked for an export yet" in text(johns.get(page_of(service, "exports/")))


def test_the_state_of_each_is_shown_and_no_file(johns: Browser, service: App, grant: Any) -> None:
    done, under_way, failed = finished(grant), running(grant), running(grant)
    jobs.fail(failed, "The disk was full.")
    page = text(johns.get(page_of(service, "exports/")))
    for each in (done, under_way, failed):
        assert str(each.pk) in page
    assert f'value="{jobs.progress(under_way)}"' in page
    assert "The disk was full." in page
    assert "/files/" not in page


def test_the_service_is_nobodys_own_export(johns: Browser, grant: Any) -> None:
    """Its developer reads how it is; its files are the service's alone."""
    job = finished(grant)
    file = job.files.get()
    assert johns.get(f"/portal/exports/{job.pk}/files/{file.pk}/").status_code in (403, 404)


def test_another_developer_does_not_see_it(rebeccas: Browser, service: App) -> None:
    assert rebeccas.get(page_of(service, "exports/")).status_code == 404


def test_an_app_of_people_has_no_such_page(johns: Browser, john: Person) -> None:
    made = app(john.account)
    assert johns.get(page_of(made, "exports/")).status_code == 404
    assert page_of(made, "exports/") not in text(johns.get(page_of(made)))
