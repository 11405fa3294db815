"""Changes what the store holds, as a write would, at a time that the test says."""

from datetime import datetime
from typing import Any

import orjson

from fhirapi.sql import fetch
from fhirapi.store.models import Content, SearchRow

_MOVE = """
INSERT INTO fhirapi_version
    (resource_type, resource_id, patient_id, version_id, last_updated, is_deleted, content)
SELECT resource_type, resource_id, patient_id, version_id, last_updated, is_deleted, content
FROM fhirapi_content WHERE id = %s RETURNING id
"""


def replace(resource_type: str, resource_id: str, at: str, **elements: Any) -> None:
    """Makes the next version, with these elements changed."""
    row = _moved(resource_type, resource_id, at)
    resource = orjson.loads(row.content) | elements
    resource["meta"] = {"versionId": str(row.version_id), "lastUpdated": at}
    row.content = orjson.dumps(resource).decode()
    row.save()
    SearchRow.objects.filter(pk=row.pk).update(last_updated=row.last_updated)


def delete(resource_type: str, resource_id: str, at: str) -> None:
    row = _moved(resource_type, resource_id, at)
    row.is_deleted = True
    row.save()
    SearchRow.objects.filter(pk=row.pk).delete()


def _moved(resource_type: str, resource_id: str, at: str) -> Content:
    row = Content.objects.get(resource_type=resource_type, resource_id=resource_id)
    assert fetch(_MOVE, [row.pk])
    row.version_id += 1
    row.last_updated = datetime.fromisoformat(at)
    return row


def belongs_to(resource_type: str, resource_id: str, patient_id: str) -> None:
    """Moves the current version to another patient's compartment."""
    mine = {"resource_type": resource_type, "resource_id": resource_id}
    Content.objects.filter(**mine).update(patient_id=patient_id)
    SearchRow.objects.filter(**mine).update(patient_id=patient_id)
