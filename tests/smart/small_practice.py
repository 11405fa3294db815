"""A practice of three patients, each with several types and categories, for tests of access."""

from typing import Any

from fhirapi.smart.models import RecordLink
from tests import people
from tests.people import Person

Resource = dict[str, Any]
OBSERVED = "http://terminology.hl7.org/CodeSystem/observation-category"
CONDITION = "http://terminology.hl7.org/CodeSystem/condition-category"
PATIENTS = ("142859", "142860", "7")
OF_DR_GREY = ("142859", "142860")


def resources() -> list[Resource]:
    """Beside the fixture ``practice``, in whose three patients they are."""
    groups = [group("g-all", *PATIENTS), group("g-grey", *OF_DR_GREY), group("g-one", "142859")]
    places = [
        {"resourceType": "Location", "id": "ward", "name": "Ward", "status": "active"},
        {"resourceType": "Organization", "id": "org", "name": "The practice"},
    ]
    return [*places, *groups, group("g-none"), *(each for p in PATIENTS for each in record(p))]


def group(group_id: str, *patients: str) -> Resource:
    members = [{"entity": {"reference": f"Patient/{each}"}} for each in patients]
    more = {"member": members} if members else {}
    return {"resourceType": "Group", "id": group_id, "type": "person", "actual": True, **more}


def record(patient: str) -> list[Resource]:
    return [
        {**_of(patient, "Encounter", "visit"), "status": "finished", "class": {"code": "AMB"},
         "location": [{"location": {"reference": "Location/ward"}}]},
        {**_of(patient, "Encounter", "plan"), "status": "planned", "class": {"code": "AMB"}},
        _observation(patient, "pulse", "final", "vital-signs"),
        _observation(patient, "sugar", "preliminary", "laboratory"),
        _observation(patient, "both", "final", "vital-signs", "laboratory"),
        _observation(patient, "bare", "final"),
        _condition(patient, "asthma", "problem-list-item"),
        _condition(patient, "cold", "encounter-diagnosis"),
        _provenance(patient, "pulse"),
        _provenance(patient, "sugar"),
        {**_of(patient, "DocumentReference", "note"), "status": "current",
         "category": [_concept("urn:documents", "clinical-note")]},
        {"resourceType": "Binary", "id": f"scan-{patient}", "contentType": "text/plain",
         "data": "aGk=", "securityContext": {"reference": f"Patient/{patient}"}},
    ]  # fmt: skip


def _of(patient: str, kind: str, name: str) -> Resource:
    subject = {"reference": f"Patient/{patient}"}
    return {"resourceType": kind, "id": f"{name}-{patient}", "subject": subject}


def _observation(patient: str, name: str, status: str, *categories: str) -> Resource:
    made = {
        **_of(patient, "Observation", name),
        "status": status,
        "code": {"text": name},
        "encounter": {"reference": f"Encounter/visit-{patient}"},
        "effectiveDateTime": "2024-03-05",
    }
    if categories:
        made["category"] = [_concept(OBSERVED, each) for each in categories]
    return made


def _condition(patient: str, name: str, category: str) -> Resource:
    made = _of(patient, "Condition", name)
    made["encounter"] = {"reference": f"Encounter/visit-{patient}"}
    return {**made, "category": [_concept(CONDITION, category)]}


def _provenance(patient: str, observation: str) -> Resource:
    return {
        "resourceType": "Provenance",
        "id": f"of-{observation}-{patient}",
        "target": [{"reference": f"Observation/{observation}-{patient}"}],
        "recorded": "2024-03-05T10:00:00Z",
        "agent": [{"who": {"reference": "Practitioner/dr-grey"}}],
    }


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def whole_practice() -> Person:
    """The account of a backend service, which sees every patient."""
    account = people.account("backend", "Backend", "Service")
    RecordLink.objects.create(
        account=account,
        resource_type=RecordLink.Kind.ORGANIZATION,
        resource_id="org",
        method=RecordLink.Method.DEMO,
    )
    return Person(account, "org")
