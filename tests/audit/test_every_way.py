"""Whichever statement writes a record, its mac holds it."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links
from fhirapi.smart.tokens import backend_access
from tests import people
from tests.api import Api
from tests.people import Person
from tests.smart.services import ask, service


@pytest.fixture
def approved_service(api: Api, practice: None) -> Any:
    """A backend service of the whole practice."""
    oak = {"reference": "Organization/oak"}
    api.has(
        {"resourceType": "Organization", "id": "oak", "name": "Oak Clinic"},
        {"resourceType": "Location", "id": "l1", "name": "Oak", "managingOrganization": oak},
    )
    administrator = people.account("root", "Ada", "Root", is_staff=True, is_superuser=True)
    app = service()
    backend_access.approve(app.client, by=administrator)
    return app


@pytest.mark.django_db
def test_records_of_every_way_into_the_trail_are_verified(
    api: Api, rebecca: Person, dr_grey: Person, approved_service: Any, settings: Any, tmp_path: Path
):
    settings.DATA_DIR = tmp_path
    session = api.as_(rebecca.key)
    session.get("Patient/142859")
    session.get("Observation", {"patient": "142859"})
    session.get("/patient-api/controller/patient-service.php")
    writer = api.as_(people.writing_key(dr_grey))
    writer.send("POST", "Observation", people.observation("new", "142859"))
    assert ask(approved_service).status_code == 200
    links.link(dr_grey.account, "Patient", "142860", method=RecordLink.Method.DEMO)
    record(AuditRecord.Action.SIGN_IN, patient_ids=['a "b"', ""], address="2001:DB8::1")

    actions = set(AuditRecord.objects.values_list("action", flat=True))
    assert {"token", "read", "search", "service", "create", "sign-in"} <= actions
    assert not AuditRecord.objects.filter(mac=None).exists()
    call_command("verify_audit", stdout=StringIO())
