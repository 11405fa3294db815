"""A reference to somebody else's record is answered as one that leads to nothing."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.definitions import registry
from fhirapi.store.models import Content
from fhirapi.store.reindex import reindex
from tests import people
from tests.api import Api, Session
from tests.people import Person
from tests.provider.client import partner, problem

Sent = dict[str, Any]
OWN = {"reference": "Observation/own"}


def provenance(*targets: Sent) -> Sent:
    return {
        "resourceType": "Provenance",
        "target": list(targets),
        "recorded": "2026-01-01T00:00:00Z",
        "agent": [{"who": {"reference": "Practitioner/dr-grey"}}],
    }


def binary(target: Sent) -> Sent:
    return {"resourceType": "Binary", "contentType": "text/plain", "securityContext": target}


def answers(target: Sent) -> Sent:
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "subject": target}


def appointment(*targets: Sent) -> Sent:
    actors = [{"actor": each, "status": "accepted"} for each in targets]
    return {"resourceType": "Appointment", "status": "proposed", "participant": actors}


def pulse(target: Sent) -> Sent:
    made = people.observation("x", "142859") | {"encounter": target}
    del made["id"]
    return made


MADE = {
    "Provenance.target alone": lambda it: provenance(it),
    "Provenance.target beside one's own": lambda it: provenance(OWN, it),
    "Binary.securityContext": binary,
    "QuestionnaireResponse.subject": answers,
    "Appointment's only actor": lambda it: appointment(it),
    "Appointment's other actor": lambda it: appointment({"reference": "Patient/142859"}, it),
    "Observation.encounter": pulse,
}


@pytest.fixture
def zoe(api: Api, practice: None) -> None:
    """Dr. Strange's patient, with one resource of each type that is referred to here."""
    api.has(
        people.observation("own", "142859"),
        people.observation("zoes", "7"),
        people.encounter("zoes", "7", "2024-03-05", "Check"),
        {
            "resourceType": "RelatedPerson",
            "id": "zoes",
            "patient": {"reference": "Patient/7"},
        },
    )


def told(response: Any) -> tuple[int, bytes]:
    """What the answer says, but for what the server gives and the name that was sent."""
    if response.status_code < 300:
        return response.status_code, b""
    return response.status_code, response.content


def stored_patients() -> list[str | None]:
    rows = Content.objects.exclude(resource_id__in=["own", "zoes"])
    return list(rows.order_by("id").values_list("patient_id", flat=True))


@pytest.mark.usefixtures("zoe")
@pytest.mark.parametrize("is_strict", [True, False])
@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
@pytest.mark.parametrize("kind", ["Observation", "Encounter", "RelatedPerson"])
class TestOverFhir:
    def test_a_create(
        self, grey: Session, settings: Any, make: Any, kind: str, is_strict: bool
    ) -> None:
        settings.REFERENTIAL_INTEGRITY = is_strict
        first = stored_patients()
        nothing, foreign = (make({"reference": f"{kind}/{name}"}) for name in ("none", "zoes"))
        name = nothing["resourceType"]
        unknown = grey.send("POST", name, nothing)
        between = stored_patients()
        seen = grey.send("POST", name, foreign)
        assert told(seen) == told(unknown)
        assert stored_patients() == between + between[len(first) :]
        assert "7" not in between[len(first) :]
        audited = AuditRecord.objects.filter(action="create").order_by("pk")
        first_of, second_of = audited.values_list("outcome", "detail", "patient_ids")
        assert first_of == second_of

    def test_an_update(
        self, grey: Session, settings: Any, make: Any, kind: str, is_strict: bool
    ) -> None:
        settings.REFERENTIAL_INTEGRITY = is_strict
        sent = make(OWN)
        if sent["resourceType"] == "Appointment":
            sent = appointment({"reference": "Patient/142859"})
        if sent["resourceType"] == "Observation":
            del sent["encounter"]
        made = grey.send("POST", sent["resourceType"], sent).json()
        address = f"{made['resourceType']}/{made['id']}"
        unknown, seen = (
            grey.send("PUT", address, make({"reference": f"{kind}/{name}"}) | {"id": made["id"]})
            for name in ("none", "zoes")
        )
        assert told(seen) == told(unknown)
        assert Content.objects.get(resource_id=made["id"]).patient_id == "142859"


@pytest.mark.usefixtures("zoe")
def test_a_file_by_its_header(grey: Session) -> None:
    unknown, seen = (
        grey.send("POST", "Binary", b"a", "text/plain", x_security_context=f"Observation/{name}")
        for name in ("none", "zoes")
    )
    assert told(seen) == told(unknown)
    assert seen.status_code == 422


@pytest.mark.usefixtures("zoe")
@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_an_entry_of_a_bundle(grey: Session, kind: str) -> None:
    unknown, seen = (
        grey.send(
            "POST",
            "",
            {
                "resourceType": "Bundle",
                "type": kind,
                "entry": [
                    {
                        "resource": provenance({"reference": f"Observation/{name}"}),
                        "request": {"method": "POST", "url": "Provenance"},
                    }
                ],
            },
        )
        for name in ("none", "zoes")
    )
    assert seen.content == unknown.content


@pytest.mark.usefixtures("zoe")
def test_over_the_provider_api(api: Api, dr_grey: Person) -> None:
    grey = partner(api, dr_grey)
    unknown, seen = (
        grey.post(
            "appointments",
            {
                "patient_id": "142859",
                "start": "2026-03-05T09:00:00Z",
                "end": "2026-03-05T09:20:00Z",
                "participants": [
                    {"actor": {"type": "RelatedPerson", "id": name}, "status": "accepted"}
                ],
            },
        )
        for name in ("none", "zoes")
    )
    assert (seen.status_code, seen.content) == (unknown.status_code, unknown.content)
    assert problem(seen) == (422, "invalid")
    assert "refers to nothing" in seen.json()["errors"][0]["detail"]


@pytest.mark.usefixtures("zoe")
def test_the_index_made_anew_moves_nothing_there(grey: Session, settings: Any) -> None:
    settings.REFERENTIAL_INTEGRITY = False
    made = grey.send("POST", "Provenance", provenance({"reference": "Observation/zoes"}, OWN))
    assert made.status_code == 201
    found = registry.find("Provenance")
    assert found
    reindex([found], processes=1)
    assert Content.objects.get(resource_type="Provenance").patient_id == "142859"
