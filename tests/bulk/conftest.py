"""A practice with records, and a backend service that may export them."""

from pathlib import Path

import pytest
from pytest_django import Settings

from fhirapi.smart.tokens import backend_access
from tests import people
from tests.api import Api
from tests.bulk.exporting import Exporter
from tests.smart.flow import App
from tests.smart.services import service


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    bulk = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "bulk"},
    }
    settings.STORAGES = {**settings.STORAGES, "bulk": bulk}


@pytest.fixture(autouse=True)
def _no_middleware(settings: Settings) -> None:
    """As the web server has it for the API (qsmartcare/wsgi.py)."""
    settings.MIDDLEWARE = []


@pytest.fixture
def records(api: Api, practice: None) -> None:
    """Two of Rebecca's observations, one of John's, one of Zoë's; who told of Rebecca's."""
    api.has(
        {"resourceType": "Organization", "id": "oak", "name": "Oak Clinic"},
        {"resourceType": "Organization", "id": "elm", "name": "Elm Clinic"},
        {"resourceType": "Location", "id": "l1", "name": "Oak",
         "managingOrganization": {"reference": "Organization/oak"}},
        people.observation("r-pulse", "142859"),
        people.observation("r-lab", "142859", category="laboratory", code="718-7"),
        people.observation("j-pulse", "142860"),
        people.observation("z-lab", "7", category="laboratory"),
        provenance("r-told", "Observation/r-pulse", "2024-03-05"),
        provenance("r-told-again", "Observation/r-pulse", "2024-03-06"),
        provenance("r-lab-told", "Observation/r-lab", "2024-03-05"),
    )  # fmt: skip


def provenance(provenance_id: str, target: str, on: str) -> dict[str, object]:
    return {
        "resourceType": "Provenance",
        "id": provenance_id,
        "target": [{"reference": target}, {"reference": "Patient/142859"}],
        "recorded": f"{on}T09:00:00Z",
        "agent": [{"who": {"reference": "Practitioner/dr-grey"}}],
    }


def group(group_id: str, *patient_ids: str) -> dict[str, object]:
    members: list[dict[str, object]] = [
        {"entity": {"reference": f"Patient/{patient_id}"}} for patient_id in patient_ids
    ]
    return {
        "resourceType": "Group", "id": group_id, "type": "person", "actual": True,
        "member": members,
    }  # fmt: skip


@pytest.fixture
def approved(records: None) -> App:
    app = service()
    backend_access.approve(app.client, by=people.account("admin", "Ada", "Admin", is_staff=True))
    return app


@pytest.fixture
def exporter(approved: App) -> Exporter:
    return Exporter.service(approved)
