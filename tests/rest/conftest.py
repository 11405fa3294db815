"""What is there to be found."""

import pytest

from tests import people
from tests.api import Api, Session
from tests.people import Person


@pytest.fixture
def observations(api: Api, practice: None) -> None:
    api.has(
        people.observation("old", "142859", on="2020-03-31T23:30:00-05:00", code="1"),
        people.observation("new", "142859", on="2024-03-05", code="2", category="laboratory"),
        people.observation("johns", "142860", on="2023-01-01"),
        people.observation("zoes", "7"),
    )


@pytest.fixture
def grey(api: Api, dr_grey: Person) -> Session:
    """Dr. Grey, with a key that may write for Rebecca and John."""
    return api.as_(people.writing_key(dr_grey, patient_ids=["142859", "142860"]))


def encounter(encounter_id: str, patient_id: str, code: str) -> dict[str, object]:
    return {
        "resourceType": "Encounter",
        "id": encounter_id,
        "status": "finished",
        "class": {"code": code},
        "subject": {"reference": f"Patient/{patient_id}"},
    }


@pytest.fixture
def visit(api: Api, practice: None) -> None:
    """Rebecca's visit with a pulse and who recorded it; John's visit with one of his own."""
    for patient_id, name, code in (("142859", "r", "AMB"), ("142860", "j", "IMP")):
        pulse = people.observation(f"{name}-pulse", patient_id)
        pulse["encounter"] = {"reference": f"Encounter/{name}-visit"}
        provenance = {
            "resourceType": "Provenance",
            "id": f"{name}-source",
            "target": [{"reference": f"Observation/{name}-pulse"}],
            "agent": [{"who": {"reference": "Practitioner/dr-grey"}}],
        }
        api.has(encounter(f"{name}-visit", patient_id, code), pulse, provenance)
