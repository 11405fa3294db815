"""Administrators write about incidents; what was told stays, and subscribers are told."""

from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from fhirapi.audit.models import AuditRecord
from portal.status.models import Incident, IncidentUpdate
from portal.subscriptions.models import Subscription
from tests.portal.accounts.conftest import signed_in

NEW = "/admin/portal/incident/add/"


@pytest.fixture
def admin(administrator: Any) -> Client:
    return signed_in(administrator)


def form(**values: Any) -> dict[str, Any]:
    return {
        "kind": "incident", "title_en": "Tokens fail", "title_es": "", "impact": "major",
        "components": ["token"], "begins_at": "2026-01-01T10:00", "ends_at": "",
        "resolved_at": "", "updates-TOTAL_FORMS": "1", "updates-INITIAL_FORMS": "0",
        "updates-0-stage": "investigating", "updates-0-text_en": "We look.",
        "updates-0-text_es": "", **values,
    }  # fmt: skip


def queued() -> list[dict[str, Any]]:
    return [each.args for each in ProcrastinateJob.objects.filter(task_name="tell_status")]


def test_an_incident_is_told_with_its_first_update(admin: Client) -> None:
    assert admin.post(NEW, form()).status_code == 302
    [update] = IncidentUpdate.objects.all()
    assert update.incident.components == ["token"]
    assert queued() == [{"update_id": update.pk}]
    details = AuditRecord.objects.filter(action="operation").values_list("detail", flat=True)
    assert {f"incident {update.incident_id} made"} < set(details)


def test_a_further_update_says_that_it_is_over(admin: Client) -> None:
    admin.post(NEW, form())
    [first] = IncidentUpdate.objects.all()
    address = f"/admin/portal/incident/{first.incident_id}/change/"
    further = {
        "updates-TOTAL_FORMS": "2", "updates-INITIAL_FORMS": "1",
        "updates-0-id": str(first.pk), "updates-0-text_en": "Changed afterwards.",
        "updates-1-stage": "resolved", "updates-1-text_en": "It works again.",
        "updates-1-text_es": "",
    }  # fmt: skip
    assert admin.post(address, form(**further)).status_code == 302
    assert Incident.objects.get().resolved_at is not None
    texts = IncidentUpdate.objects.order_by("pk").values_list("text_en", flat=True)
    assert list(texts) == ["We look.", "It works again."]
    assert len(queued()) == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"components": []}, "This field is required"),
        ({"ends_at": "2026-01-02T10:00"}, "Maintenance, and nothing else"),
        ({"kind": "maintenance"}, "Maintenance, and nothing else"),
        ({"resolved_at": "2025-01-01T10:00"}, "cannot be over before it began"),
    ],
)
def test_what_contradicts_itself_is_refused(
    admin: Client, values: dict[str, Any], words: str
) -> None:
    response = admin.post(NEW, form(**values))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Incident.objects.exists()


def test_the_list_tells_how_many_subscribe_and_not_who(admin: Client) -> None:
    Subscription.objects.create(email="ann@example.org", confirmed_at="2026-01-01T00:00Z")
    page = admin.get("/admin/portal/incident/").content.decode()
    assert "1 addresses get letters about the status" in page
    assert "ann@example.org" not in page
    assert admin.get("/admin/portal/subscription/").status_code == 404
