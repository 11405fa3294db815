"""Who cares for a patient sees the record: a writer lets in those of the own practice alone."""

from typing import Any

import pytest

from fhirapi.smart.models import RecordLink
from tests import people
from tests.api import Api, Session
from tests.people import Person
from tests.rest.test_create import issue


def john(*practitioners: str) -> dict[str, Any]:
    resource = people.patient("142860", "John", "Wright", "9999097", "1965-09-30")
    care = [{"reference": f"Practitioner/{each}"} for each in practitioners]
    return resource | {"generalPractitioner": care}


def role(practitioner: str, organization: str = "practice") -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": f"role-{practitioner}",
        "practitioner": {"reference": f"Practitioner/{practitioner}"},
        "organization": {"reference": f"Organization/{organization}"},
    }


def update(session: Session, *practitioners: str) -> Any:
    return session.send("PUT", "Patient/142860", john(*practitioners))


def test_nobody_from_elsewhere_is_let_in(grey: Session, api: Api, dr_strange: Person) -> None:
    response = update(grey, "dr-grey", "dr-strange")
    assert issue(response) == (422, "business-rule")
    assert response.json()["issue"][0]["expression"] == ["Patient.generalPractitioner"]
    assert response.content == update(grey, "dr-grey", "nobody").content
    made = grey.send("POST", "Patient", john("dr-grey", "dr-strange"))
    assert made.content == response.content
    operation = [{"op": "add", "path": "/generalPractitioner/-",
                  "value": {"reference": "Practitioner/dr-strange"}}]  # fmt: skip
    patched = grey.send("PATCH", "Patient/142860", operation, "application/json-patch+json")
    assert patched.content == response.content
    strange = api.as_(people.make_key(dr_strange, ["7"]))
    assert strange.get("Patient/142860").status_code == 404


def test_who_is_there_already_stays(api: Api, practice: None, dr_grey: Person) -> None:
    api.has(john("dr-grey", "dr-strange") | {"id": "9"})
    grey = api.as_(people.writing_key(dr_grey, patient_ids=["9"]))
    again = john("dr-strange", "dr-grey") | {"id": "9", "active": True}
    assert grey.send("PUT", "Patient/9", again).status_code == 200


@pytest.mark.parametrize(("organization", "status"), [("practice", 200), ("other", 422)])
def test_a_colleague_of_the_same_organization_is(
    grey: Session, api: Api, organization: str, status: int
) -> None:
    practices = ({"resourceType": "Organization", "id": each} for each in ("practice", "other"))
    api.has(*practices, role("dr-grey"), role("dr-strange", organization))
    assert update(grey, "dr-grey", "dr-strange").status_code == status
    assert update(grey, "dr-grey").status_code == 200


def test_who_works_for_the_writer_is(grey: Session, dr_strange: Person) -> None:
    RecordLink.objects.create(
        account=dr_strange.account, resource_type="Staff", resource_id="dr-grey", method="team"
    )
    assert update(grey, "dr-grey", "dr-strange").status_code == 200
