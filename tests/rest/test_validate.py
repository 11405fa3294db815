"""``$validate``: an answer about a resource that stores nothing of it."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import DataAccessGrant
from fhirapi.store.models import Content
from tests import people
from tests.api import Api, Session, diagnostics
from tests.people import Person

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
NARRATIVE = {
    "status": "generated",
    "div": '<div xmlns="http://www.w3.org/1999/xhtml">A pulse</div>',
}

Sent = dict[str, Any]


def pulse(**members: Any) -> Sent:
    made = people.observation("mine", "142859") | {"text": NARRATIVE} | members
    return {name: value for name, value in made.items() if value is not None}


def parameters(resource: Any = None, **values: str) -> Sent:
    given: list[Sent] = [{"name": name, "valueCode": value} for name, value in values.items()]
    if resource is not None:
        given.append({"name": "resource", "resource": resource})
    return {"resourceType": "Parameters", "parameter": given}


def issues(response: Any) -> list[tuple[str, str, str]]:
    """Severity, code and place of each."""
    assert response.status_code == 200, response.content
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    return [
        (each["severity"], each["code"], "".join(each.get("expression", [])))
        for each in outcome["issue"]
    ]


VALID = [("information", "informational", "")]


class TestOfWhatIsSent:
    def test_what_is_valid_has_no_issues(self, grey: Session) -> None:
        response = grey.send("POST", "Observation/$validate", pulse())
        assert issues(response) == VALID
        assert diagnostics(response) == "No issues."

    def test_what_is_wrong_is_told_with_its_place_and_nothing_is_stored(
        self, grey: Session
    ) -> None:
        wrong = pulse(status="fnal", valueQuantity={"value": "7"})
        assert issues(grey.send("POST", "Observation/$validate", wrong)) == [
            ("error", "code-invalid", "Observation.status"),
            ("error", "value", "Observation.valueQuantity.value"),
        ]
        assert not Content.objects.filter(resource_type="Observation").exists()

    def test_a_narrative_is_recommended(self, grey: Session) -> None:
        response = grey.send("POST", "Observation/$validate", pulse(text=None))
        assert issues(response) == [("warning", "invariant", "Observation")]

    def test_it_may_be_within_parameters(self, grey: Session) -> None:
        sent = parameters(pulse(), mode="create")
        assert issues(grey.send("POST", "Observation/$validate", sent)) == VALID

    def test_a_profile_may_be_asked_for_in_the_query_or_in_parameters(self, grey: Session) -> None:
        profile = f"{US_CORE}/us-core-heart-rate|6.1.0"
        in_query = grey.send("POST", f"Observation/$validate?profile={profile}", pulse())
        in_body = grey.send("POST", "Observation/$validate", parameters(pulse(), profile=profile))
        assert ("error", "required", "Observation.valueQuantity.code") in issues(in_query)
        assert in_query.content == in_body.content

    def test_what_it_claims_is_looked_at(self, grey: Session) -> None:
        claiming = pulse(meta={"profile": [f"{US_CORE}/us-core-heart-rate"]}, subject=None)
        found = issues(grey.send("POST", "Observation/$validate", claiming))
        assert ("error", "required", "Observation.subject") in found

    def test_only_so_many_profiles_may_be_asked_for(self, grey: Session) -> None:
        same = "&".join(["profile=http://x/y"] * 30)
        told = grey.send("POST", f"Observation/$validate?{same}", pulse())
        assert len(issues(told)) == 1
        many = "&".join(f"profile=http://x/{number}" for number in range(21))
        assert grey.send("POST", f"Observation/$validate?{many}", pulse()).status_code == 400

    def test_a_profile_that_is_not_known_is_told(self, grey: Session) -> None:
        response = grey.send("POST", "Observation/$validate?profile=http://x/y", pulse())
        assert issues(response) == [("error", "not-supported", "")]

    def test_the_type_is_the_one_of_the_address(self, grey: Session) -> None:
        found = issues(grey.send("POST", "Patient/$validate", pulse()))
        assert ("error", "invalid", "Resource.resourceType") in found

    def test_an_update_has_the_id_of_its_address(self, grey: Session, api: Api) -> None:
        def told(address: str, resource: Sent) -> Any:
            return issues(grey.send("POST", address, parameters(resource, mode="update")))

        assert told("Observation/mine/$validate", pulse()) == VALID
        assert told("Observation/other/$validate", pulse()) == [
            ("error", "value", "Observation.id")
        ]
        assert told("Observation/$validate", pulse(id=None)) == [
            ("error", "required", "Observation.id")
        ]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"{", 400),
            (b"", 400),
            (b"[]", 400),
            (b'{"a": 1}', 400),
            (parameters(), 400),
            (parameters(pulse(), mode="nothing"), 400),
            (parameters(pulse(), mode="profile"), 400),
            (parameters("x"), 400),
            ({"resourceType": "Parameters", "parameter": {}}, 400),
            ({"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": 5}]}, 400),
            ({"resourceType": "Parameters", "parameter": [{"name": "mode"}]}, 400),
            ({"resourceType": "Parameters", "parameter": [5]}, 400),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, grey: Session, body: Any, status: int) -> None:
        assert grey.send("POST", "Observation/$validate", body).status_code == status

    def test_it_is_json_that_is_sent(self, grey: Session) -> None:
        response = grey.send("POST", "Observation/$validate", b"<a/>", "application/fhir+xml")
        assert response.status_code == 415

    def test_only_post_brings_a_resource(self, grey: Session) -> None:
        response = grey.get("Observation/$validate")
        assert (response.status_code, response["Allow"]) == (405, "POST")


class TestOfWhatIsWritten:
    def test_a_profile_that_it_claims_does_not_hinder_but_is_told(self, grey: Session) -> None:
        claiming = pulse(meta={"profile": [f"{US_CORE}/us-core-heart-rate"]})
        response = grey.send("POST", "Observation", claiming, Prefer="return=OperationOutcome")
        assert response.status_code == 201
        told = [(each["severity"], each.get("expression")) for each in response.json()["issue"]]
        assert told[0] == ("information", None)
        assert ("warning", ["Observation.valueQuantity.code"]) in told
        assert {severity for severity, _ in told[1:]} == {"warning"}


class TestOfWhatIsStored:
    def test_it_is_looked_at_as_it_stands(self, grey: Session, api: Api) -> None:
        api.has(pulse(status="fnal"))
        expected = [("error", "code-invalid", "Observation.status")]
        assert issues(grey.get("Observation/mine/$validate")) == expected
        assert issues(grey.send("POST", "Observation/mine/$validate", parameters())) == expected

    def test_with_a_profile(self, grey: Session, api: Api) -> None:
        api.has(pulse())
        profile = f"{US_CORE}/us-core-heart-rate"
        found = issues(grey.get("Observation/mine/$validate", {"profile": profile}))
        assert ("error", "required", "Observation.valueQuantity.code") in found

    def test_reading_it_is_recorded(self, grey: Session, api: Api) -> None:
        api.has(pulse())
        grey.get("Observation/mine/$validate")
        record = AuditRecord.objects.latest("pk")
        assert (record.action, record.resource_id) == ("read", "mine")

    def test_what_is_not_the_callers_is_not_there(self, grey: Session, api: Api) -> None:
        api.has(people.observation("zoes", "7"))
        assert grey.get("Observation/zoes/$validate").status_code == 404
        assert grey.get("Observation/nowhere/$validate").status_code == 404

    def test_what_may_be_deleted(self, grey: Session, api: Api) -> None:
        api.has(pulse())
        may = grey.get("Observation/mine/$validate", {"mode": "delete"})
        may_not = grey.get("Patient/142859/$validate", {"mode": "delete"})
        assert issues(may) == VALID
        assert issues(may_not) == [("error", "conflict", "")]
        assert Content.objects.filter(resource_id="mine", is_deleted=False).exists()

    def test_who_only_reads_may_not_delete(self, api: Api, rebecca: Person) -> None:
        api.has(pulse())
        reading = api.as_(rebecca.key).get("Observation/mine/$validate", {"mode": "delete"})
        assert issues(reading) == [("error", "forbidden", "")]


class TestWhoMay:
    def test_it_needs_a_token(self, api: Api, practice: None) -> None:
        assert api.http.post("/R4-patient-api/Observation/$validate").status_code == 401

    def test_a_token_that_was_revoked_opens_nothing(self, grey: Session) -> None:
        DataAccessGrant.objects.all().delete()
        assert grey.send("POST", "Observation/$validate", pulse()).status_code == 401

    def test_whoever_reads_the_type_may_ask(self, api: Api, rebecca: Person) -> None:
        session = api.as_(rebecca.key)
        assert issues(session.send("POST", "Observation/$validate", pulse())) == VALID

    def test_whoever_creates_the_type_may_ask(self, api: Api, dr_grey: Person) -> None:
        session = api.as_(people.writing_key(dr_grey, "user/Observation.c"))
        assert issues(session.send("POST", "Observation/$validate", pulse())) == VALID
        assert session.get("Observation/mine/$validate").status_code == 403

    def test_another_type_is_refused_and_recorded(self, api: Api, dr_grey: Person) -> None:
        session = api.as_(people.writing_key(dr_grey, "user/Observation.c"))
        response = session.send("POST", "Patient/$validate", {"resourceType": "Patient"})
        assert response.status_code == 403
        assert "$validate on Patient" in diagnostics(response)
        assert AuditRecord.objects.latest("pk").outcome == "denied"
