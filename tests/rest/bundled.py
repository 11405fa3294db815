"""Bundles of requests, as tests send them."""

from typing import Any

from fhirapi.store.models import Content
from tests import people
from tests.api import Session

URN = "urn:uuid:7f3b1a52-1111-4a6e-9a3e-0a5b8d1f0c11"


def send(session: Session, kind: str, *entries: Any, **headers: str) -> Any:
    body = {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
    return session.http.post(
        "/R4-patient-api/",
        body,
        content_type="application/fhir+json",
        headers={"authorization": f"Bearer {session.token}", **headers},
    )


def entry(method: str, url: str, resource: Any = None, full_url: str = "", **request: str) -> Any:
    made: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    if resource:
        made["resource"] = resource
    if full_url:
        made["fullUrl"] = full_url
    return made


def pulse(patient_id: str = "142859", **elements: Any) -> dict[str, Any]:
    made = people.observation("x", patient_id)
    del made["id"]
    return {**made, **elements}


def visit(patient_id: str = "142859") -> dict[str, Any]:
    return people.encounter("x", patient_id, "2024-03-05", "Check")


def statuses(response: Any) -> list[str]:
    return [each["response"]["status"][:3] for each in response.json()["entry"]]


def stored(resource_type: str = "Observation") -> int:
    return Content.objects.filter(resource_type=resource_type, is_deleted=False).count()
