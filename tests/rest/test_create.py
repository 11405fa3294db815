"""FHIR create: what was sent is stored as it was sent, or nothing is and the answer says why."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import DataAccessGrant
from fhirapi.store.models import Content
from tests import people
from tests.api import BASE, Api, Session, diagnostics
from tests.people import Person

Sent = dict[str, Any]


def pulse(patient_id: str = "142859", **members: Any) -> Sent:
    made = people.observation("x", patient_id) | members
    del made["id"]
    return made


def issue(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["issue"][0]["code"]


def nothing_is_stored() -> bool:
    return not Content.objects.filter(resource_type="Observation").exists()


class TestCreate:
    def test_the_server_gives_the_id_and_says_where_it_is(self, grey: Session) -> None:
        response = grey.send("POST", "Observation", pulse())
        made = response.json()
        assert response.status_code == 201
        assert response["ETag"] == 'W/"1"'
        assert response["Location"].endswith(f"{BASE}Observation/{made['id']}/_history/1")
        assert response["Last-Modified"].endswith("GMT")
        read = grey.get(f"Observation/{made['id']}")
        assert (read.content, read["ETag"]) == (response.content, 'W/"1"')
        assert read["Last-Modified"] == response["Last-Modified"]

    def test_an_id_that_was_sent_is_not_taken(self, grey: Session) -> None:
        assert grey.send("POST", "Observation", pulse(id="mine")).json()["id"] != "mine"

    def test_it_is_found_by_search(self, grey: Session) -> None:
        made = grey.send("POST", "Observation", pulse()).json()
        found = grey.get("Observation", {"patient": "142859", "code": "8867-4"}).json()
        assert [each["resource"]["id"] for each in found["entry"]] == [made["id"]]

    def test_it_stays_as_it_was_written(self, grey: Session) -> None:
        text = (
            '{"resourceType":"Patient","id":"x","meta":{"versionId":"9","tag":[{"code":"a"}]},'
            '"contained":[{"resourceType":"Organization","id":"o","name":"Contained"}],'
            '"extension":[{"url":"urn:b","valueDecimal":1.50},'
            '{"url":"urn:a","valueDecimal":100000000000000000000.10}],'
            '"generalPractitioner":[{"reference":"Practitioner/dr-grey"}],'
            '"managingOrganization":{"reference":"#o"},'
            '"_birthDate":{"extension":[{"url":"urn:t","valueString":"\\u00e4"}]},'
            '"birthDate":"1970-01-01","name":[{"given":[null,"A"],"_given":[{"id":"g"},null]}]}'
        )
        made = grey.send("POST", "Patient", text)
        stored = made.content.decode()
        assert made.status_code == 201, stored
        kept = text[text.index('"contained"') : -1].replace("\\u00e4", "ä")
        assert stored.endswith(kept + "}")
        assert made.json()["meta"]["tag"] == [{"code": "a"}]
        assert made.json()["meta"]["versionId"] == "1"

    def test_pretty_keeps_the_digits_of_a_decimal(self, grey: Session) -> None:
        text = json.dumps(pulse()).replace("72.5", "72.50")
        assert (
            '"value": 72.50,'
            in grey.send("POST", "Observation?_pretty=true", text).content.decode()
        )

    def test_one_audit_record_tells_of_it(self, grey: Session, dr_grey: Person) -> None:
        made = grey.send("POST", "Observation", pulse()).json()
        [record] = AuditRecord.objects.filter(resource_type="Observation")
        assert (record.action, record.resource_id) == ("create", made["id"])
        assert (record.outcome, record.account_id) == ("success", dr_grey.account.pk)


class TestPrefer:
    @pytest.mark.parametrize("prefer", ["return=minimal", "handling=strict; return=minimal"])
    def test_minimal_is_the_headers_alone(self, grey: Session, prefer: str) -> None:
        response = grey.send("POST", "Observation", pulse(), prefer=prefer)
        assert (response.status_code, response.content) == (201, b"")
        assert response["Location"]
        assert response["Preference-Applied"] == "return=minimal"

    def test_an_outcome_says_what_was_done(self, grey: Session) -> None:
        response = grey.send("POST", "Observation", pulse(), prefer="return=OperationOutcome")
        assert issue(response) == (201, "informational")
        assert response.json()["issue"][0]["severity"] == "information"

    def test_what_is_not_known_is_passed_over(self, grey: Session) -> None:
        response = grey.send("POST", "Observation", pulse(), prefer="return=everything")
        assert response.json()["resourceType"] == "Observation"
        assert "Preference-Applied" not in response


class TestIfNoneExist:
    CONDITION = "patient=142859&code=8867-4"

    def test_one_that_is_there_is_answered_instead(self, grey: Session) -> None:
        first = grey.send("POST", "Observation", pulse(), if_none_exist=self.CONDITION)
        second = grey.send("POST", "Observation", pulse(), if_none_exist=self.CONDITION)
        assert (first.status_code, second.status_code) == (201, 200)
        assert second["Location"] == first["Location"]
        assert second.content == first.content

    def test_several_are_refused(self, grey: Session) -> None:
        grey.send("POST", "Observation", pulse())
        grey.send("POST", "Observation", pulse())
        third = grey.send("POST", "Observation", pulse(), if_none_exist=self.CONDITION)
        assert issue(third) == (412, "multiple-matches")

    @pytest.mark.parametrize("condition", ["", "_count=1", "nonsense=1"])
    def test_a_condition_selects_something(self, grey: Session, condition: str) -> None:
        response = grey.send("POST", "Observation", pulse(), if_none_exist=condition)
        assert response.status_code in (400, 412)
        assert nothing_is_stored()

    def test_a_condition_in_the_address_is_told_where_it_belongs(self, grey: Session) -> None:
        response = grey.send("POST", "Observation?patient=142859", pulse())
        assert issue(response) == (400, "invalid")
        assert "If-None-Exist" in diagnostics(response)
        assert nothing_is_stored()


NESTED = '{"resourceType":"Observation","extension":' + "[" * 200 + "]" * 200 + "}"


class TestBody:
    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b" ", "empty"),
            (b"{", "character 1"),
            (b'{"resourceType":"Observation",}', "character"),
            (b"[]", "JSON object"),
            (b'"Observation"', "JSON object"),
            (b"{}", "no resourceType"),
            (b'{"resourceType":7}', "no resourceType"),
            (b'{"resourceType":"Observation","status":"final","status":"amended"}', "same name"),
            (b'{"resourceType":"Observation","note":[{"text":"a","text":"b"}]}', "same name"),
            (b'{"resourceType":"Observation","status":"\xff"}', "UTF-8"),
            (b'{"resourceType":"Observation","status":NaN}', "NaN"),
            (b'{"resourceType":"Observation","status":"\\u0000"}', "U+0000"),
            (b'{"resourceType":"Observation","valueInteger":1e9999}', "out of range"),
            (NESTED.encode(), "deeply"),
            (b"[" * 100_000, "deeply"),
        ],
    )  # fmt: skip
    def test_what_is_no_resource_is_refused(self, grey: Session, body: bytes, why: str) -> None:
        response = grey.send("POST", "Observation", body)
        assert issue(response) == (400, "structure")
        assert why in diagnostics(response)
        assert nothing_is_stored()

    def test_another_type_than_the_address_says_is_refused(self, grey: Session) -> None:
        response = grey.send("POST", "Condition", pulse())
        assert issue(response) == (400, "invalid")

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json",
            "application/fhir+json; charset=UTF-8",
            "application/fhir+json; fhirVersion=4.0",
            "Application/FHIR+JSON;fhirVersion=4.0.1",
        ],
    )
    def test_it_is_fhir_json(self, grey: Session, content_type: str) -> None:
        assert grey.send("POST", "Observation", pulse(), content_type).status_code == 201

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/fhir+xml",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/fhir+json; fhirVersion=5.0",
            "application/fhir+json; charset=iso-8859-1",
            "",
        ],
    )
    def test_nothing_else_is_read(self, grey: Session, content_type: str) -> None:
        assert issue(grey.send("POST", "Observation", pulse(), content_type)) == (
            415, "not-supported",
        )  # fmt: skip

    def test_what_is_compressed_is_not_read(self, grey: Session) -> None:
        response = grey.send("POST", "Observation", pulse(), content_encoding="gzip")
        assert response.status_code == 415

    def test_a_byte_order_mark_is_passed_over(self, grey: Session) -> None:
        body = json.dumps(pulse()).encode("utf-8-sig")
        assert grey.send("POST", "Observation", body).status_code == 201

    def test_what_is_too_large_is_refused(self, grey: Session, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        assert issue(grey.send("POST", "Observation", pulse())) == (413, "too-long")

    @pytest.mark.parametrize(
        ("method", "path", "content_type"),
        [
            ("POST", "Observation", "application/fhir+json"),
            ("POST", "", "application/fhir+json"),
            ("PATCH", "Observation/o", "application/json-patch+json"),
        ],
    )
    def test_what_holds_too_many_values_is_refused(
        self, grey: Session, method: str, path: str, content_type: str
    ) -> None:
        body = '{"resourceType":"Observation","component":[' + "{}," * 250_000 + "{}]}"
        response = grey.send(method, path, body, content_type)
        assert issue(response) == (413, "too-long")
        assert "250000 JSON values" in diagnostics(response)

    def test_the_answer_is_json_or_nothing_is_done(self, grey: Session) -> None:
        response = grey.send("POST", "Observation", pulse(), accept="application/fhir+xml")
        assert response.status_code == 406
        assert nothing_is_stored()


class TestWhoMayNot:
    def test_without_a_token_nobody(self, practice: None) -> None:
        response = Client().post(
            f"{BASE}Observation", pulse(), content_type="application/fhir+json"
        )
        assert issue(response) == (401, "login")
        assert not AuditRecord.objects.exists()

    def test_a_dead_token_is_recorded_once(self, grey: Session, dr_grey: Person) -> None:
        DataAccessGrant.objects.update(revoked_at=timezone.now())
        assert issue(grey.send("POST", "Observation", pulse())) == (401, "login")
        [record] = AuditRecord.objects.filter(outcome="denied")
        assert (record.action, record.account_id) == ("create", dr_grey.account.pk)

    @pytest.mark.parametrize("scope", ["user/*.rs", "user/Condition.cruds", "patient/*.cruds"])
    def test_a_scope_that_does_not_open_it_is_recorded_once(
        self, api: Api, dr_grey: Person, scope: str
    ) -> None:
        session = api.as_(people.writing_key(dr_grey, scope))
        response = session.send("POST", "Observation", pulse())
        assert issue(response) == (403, "forbidden")
        assert "insufficient_scope" in response["WWW-Authenticate"]
        [record] = AuditRecord.objects.filter(outcome="denied")
        assert (record.action, record.account_id) == ("create", dr_grey.account.pk)

    def test_a_patient_does_not_write_into_the_own_record(self, api: Api, rebecca: Person) -> None:
        session = api.as_(people.writing_key(rebecca))
        assert issue(session.send("POST", "Observation", pulse())) == (403, "forbidden")
        assert nothing_is_stored()

    def test_nobody_writes_for_somebody_elses_patient(self, grey: Session) -> None:
        foreign = grey.send("POST", "Observation", pulse("7"))
        unknown = grey.send("POST", "Observation", pulse("nobody"))
        assert issue(foreign) == (403, "forbidden")
        assert foreign.content == unknown.content
        assert nothing_is_stored()
