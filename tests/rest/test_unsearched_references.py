"""References that no search parameter names count like all others: checked, and protecting."""

from typing import Any

import pytest

from tests import people
from tests.api import Api, Session
from tests.rest.test_create import issue, pulse

TARGET = {"reference": "Organization/lab"}
WAYS: dict[str, dict[str, Any]] = {
    "extension": pulse(extension=[{"url": "urn:by", "valueReference": TARGET}]),
    "nested extension": pulse(
        extension=[{"url": "urn:a", "extension": [{"url": "b", "valueReference": TARGET}]}]
    ),
    "extension of a primitive": pulse(
        _status={"extension": [{"url": "urn:by", "valueReference": TARGET}]}
    ),
    "modifier of an identifier": pulse(
        identifier=[{"system": "urn:s", "value": "1", "assigner": TARGET}]
    ),
    "contained": pulse(
        contained=[{"resourceType": "Practitioner", "id": "p", "qualification": [
            {"code": {"text": "MD"}, "issuer": TARGET}]}],
        performer=[{"reference": "#p"}],
    ),
    "contact": people.patient("x", "Ann", "New", "9", "2001-01-01")
    | {"contact": [{"organization": TARGET}]},
}  # fmt: skip


@pytest.fixture
def lab(api: Api, practice: None) -> None:
    api.has({"resourceType": "Organization", "id": "lab", "active": True, "name": "Lab"})


@pytest.mark.parametrize("sent", WAYS.values(), ids=WAYS)
class TestEverywhere:
    def test_it_leads_to_something(self, grey: Session, sent: dict[str, Any]) -> None:
        response = grey.send("POST", sent["resourceType"], sent)
        assert issue(response) == (422, "not-found")

    @pytest.mark.usefixtures("lab")
    def test_what_it_leads_to_is_not_deleted(self, grey: Session, sent: dict[str, Any]) -> None:
        made = grey.send("POST", sent["resourceType"], sent).json()
        assert grey.send("DELETE", "Organization/lab").status_code == 409
        grey.send("DELETE", f"{made['resourceType']}/{made['id']}")
        assert grey.send("DELETE", "Organization/lab").status_code == 204

    @pytest.mark.usefixtures("lab")
    def test_unless_the_operator_wants_it(
        self, grey: Session, settings: Any, sent: dict[str, Any]
    ) -> None:
        settings.REFERENTIAL_INTEGRITY = False
        grey.send("POST", sent["resourceType"], sent)
        assert grey.send("DELETE", "Organization/lab").status_code == 204


def test_whose_a_file_is_stays(grey: Session) -> None:
    document = grey.send("POST", "Observation", pulse()).json()
    reference = f"Observation/{document['id']}"
    file = grey.send("POST", "Binary", b"a", "text/plain", x_security_context=reference)
    assert file.status_code == 201
    assert grey.send("DELETE", reference).status_code == 409
    grey.send("DELETE", f"Binary/{file.json()['id']}")
    assert grey.send("DELETE", reference).status_code == 204


def test_a_resource_may_refer_to_itself(grey: Session) -> None:
    itself = {"url": "urn:me", "valueReference": {"reference": "Observation/me"}}
    made = grey.send("PUT", "Observation/me", pulse(extension=[itself]) | {"id": "me"})
    assert made.status_code == 201
    assert grey.send("DELETE", "Observation/me").status_code == 204
