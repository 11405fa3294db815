"""Lists of patients as the tests see them."""

from typing import Any

import orjson
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import Client
from fhirapi.store.models import Content
from tests import people
from tests.api import Session
from tests.smart import tokens
from tests.smart.small_practice import whole_practice

Resource = dict[str, Any]


def stored(group_id: str) -> Resource:
    """Its content; an empty one where it is deleted or was never made."""
    row = Content.objects.filter(
        resource_type="Group", resource_id=group_id, is_deleted=False
    ).first()
    found: Resource = orjson.loads(row.content) if row else {}
    return found


def version_of(group_id: str) -> int:
    return Content.objects.get(resource_type="Group", resource_id=group_id).version_id


def patients_on(group_id: str) -> set[str]:
    members = stored(group_id).get("member", [])
    return {each["entity"]["reference"].removeprefix("Patient/") for each in members}


def trail(group_id: str) -> list[tuple[str, int | None, list[str] | None]]:
    """Action, account and patients of what was written, oldest first."""
    found = AuditRecord.objects.filter(
        resource_type="Group", resource_id=group_id, action__in=["create", "update", "delete"]
    )
    return list(found.order_by("id").values_list("action", "account_id", "patient_ids"))


def partner(patient_ids: list[str] | None = None) -> Session:
    """A backend service that may write."""
    session = tokens.issue(whole_practice(), "system/*.cruds", patient_ids=patient_ids)
    Client.objects.filter(allowed_scopes="system/*.cruds").update(provider_access_at=timezone.now())
    return session


def move(session: Session, patient_id: str, doctor: str, **members: Any) -> None:
    """From now on the patient is in that doctor's care."""
    moved = people.patient(patient_id, "Some", "Body", patient_id, "1965-09-30", doctor)
    answer = session.send("PUT", f"Patient/{patient_id}", {**moved, **members})
    assert answer.status_code == 200, answer.content
