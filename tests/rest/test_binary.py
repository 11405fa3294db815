"""Binary: the file itself or as a resource, to whom its document belongs, harmless in a browser."""

from base64 import b64decode, b64encode
from typing import Any

import pytest

from fhirapi.store.models import Content
from tests import people
from tests.api import Api, Session, diagnostics
from tests.people import Person

PDF = b"%PDF-1.7 made up"


def binary(name: str, context: str, **elements: str) -> dict[str, Any]:
    return {
        "resourceType": "Binary",
        "id": name,
        "contentType": "application/pdf",
        "securityContext": {"reference": context},
        "data": b64encode(PDF).decode(),
        **elements,
    }


@pytest.fixture(autouse=True)
def files(api: Api, practice: None) -> None:
    note = {
        "resourceType": "DocumentReference",
        "id": "note",
        "subject": {"reference": "Patient/142859"},
    }
    api.has(
        note,
        binary("scan", "Patient/142859"),
        binary("letter", "DocumentReference/note"),
        binary("page", "Patient/142859", contentType="text/html; charset=utf-8"),
        binary("odd", "Patient/142859", contentType="no/type\r\nSet-Cookie: a=b"),
        binary("johns", "Patient/142860"),
        binary("nobodys", "Patient/nobody"),
    )


@pytest.mark.parametrize("accept", ["", "*/*", "application/pdf", "application/*;q=0.5, text/html",
                                    "application/fhir+json;q=0.2, application/pdf"])  # fmt: skip
def test_it_is_the_file_itself(api: Api, rebecca: Person, accept: str) -> None:
    headers = {"accept": accept} if accept else {}
    response = api.as_(rebecca.key).get("Binary/scan", **headers)
    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(PDF))
    assert response["ETag"] == 'W/"1"'


@pytest.mark.parametrize(
    "accept",
    ["application/fhir+json", "application/json", "application/fhir+json, */*;q=0.1"],
)
def test_it_is_a_resource_for_who_asks_for_fhir(api: Api, rebecca: Person, accept: str) -> None:
    session = api.as_(rebecca.key)
    assert session.get("Binary/scan", accept=accept).json()["resourceType"] == "Binary"
    assert session.get("Binary/scan?_format=json").json()["contentType"] == "application/pdf"


@pytest.mark.parametrize("accept", ["image/png", "application/pdf;q=0", "application/fhir+xml"])
def test_what_it_is_not_is_not_acceptable(api: Api, rebecca: Person, accept: str) -> None:
    response = api.as_(rebecca.key).get("Binary/scan", accept=accept)
    assert response.status_code == 406
    assert "application/pdf" in diagnostics(response)


def test_a_browser_neither_runs_nor_guesses_it(api: Api, rebecca: Person) -> None:
    response = api.as_(rebecca.key).get("Binary/page", accept="*/*")
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="Binary-page.html"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")


def test_a_type_that_is_none_adds_no_header(api: Api, rebecca: Person) -> None:
    response = api.as_(rebecca.key).get("Binary/odd")
    assert response["Content-Type"] == "application/octet-stream"
    assert "Set-Cookie" not in response


def test_it_belongs_to_whom_its_document_belongs(api: Api, rebecca: Person, john: Person) -> None:
    mine, his = api.as_(rebecca.key), api.as_(john.key)
    assert mine.get("Binary/letter").content == PDF
    for session, name in ((his, "scan"), (his, "letter"), (mine, "johns"), (mine, "nobodys")):
        response = session.get(f"Binary/{name}")
        assert response.status_code == 404
        assert PDF not in response.content


def test_a_known_version_is_not_sent_again(api: Api, rebecca: Person) -> None:
    response = api.as_(rebecca.key).get("Binary/scan", **{"if-none-match": 'W/"1"'})
    assert (response.status_code, response.content) == (304, b"")


def test_it_needs_a_token_and_the_scope(api: Api, rebecca: Person) -> None:
    people.narrow(rebecca, "patient/Patient.rs")
    assert api.as_(rebecca.key).get("Binary/scan").status_code == 403
    assert api.http.get("/R4-patient-api/Binary/scan").status_code == 401


class TestWriting:
    def test_a_file_becomes_a_resource(self, grey: Session) -> None:
        made = grey.send(
            "POST", "Binary", PDF, "application/pdf", x_security_context="Patient/142859"
        )
        assert made.status_code == 201
        read = grey.get(f"Binary/{made.json()['id']}", accept="application/pdf")
        assert (read.content, read["Content-Type"]) == (PDF, "application/pdf")
        assert made.json()["securityContext"] == {"reference": "Patient/142859"}

    def test_its_document_says_whose_it_is(self, grey: Session) -> None:
        made = grey.send(
            "PUT", "Binary/new", b"words", "text/plain; charset=utf-8",
            x_security_context="DocumentReference/note", prefer="return=minimal",
        )  # fmt: skip
        assert (made.status_code, made.content) == (201, b"")
        row = Content.objects.get(resource_type="Binary", resource_id="new")
        assert row.patient_id == "142859"

    def test_it_is_written_as_a_resource_as_well(self, grey: Session) -> None:
        resource = binary("scan", "Patient/142859", contentType="image/png")
        for content_type in ("application/fhir+json", "application/json"):
            made = grey.send("PUT", "Binary/scan", resource, content_type)
            assert (made.status_code, made.json()["contentType"]) == (200, "image/png")

    @pytest.mark.parametrize("body", [b'{"a": 1.50}', b"[]", b'{"resourceType": "Patient"}'])
    @pytest.mark.parametrize("content_type", ["application/json", "application/fhir+json"])
    def test_a_file_may_be_json_itself(self, grey: Session, body: bytes, content_type: str) -> None:
        made = grey.send("POST", "Binary", body, content_type, x_security_context="Patient/142859")
        assert b64decode(made.json()["data"]) == body
        assert made.json()["contentType"] == content_type

    def test_without_a_context_it_would_be_nobodys(self, grey: Session) -> None:
        assert grey.send("POST", "Binary", PDF, "application/pdf").status_code == 422

    def test_the_context_has_to_be_open_to_the_token(self, grey: Session) -> None:
        made = grey.send("POST", "Binary", PDF, "application/pdf", x_security_context="Patient/7")
        assert made.status_code == 403

    @pytest.mark.parametrize("content_type", ["no/type; x", "nonsense", "a/b\t"])
    def test_a_media_type_is_one(self, grey: Session, content_type: str) -> None:
        made = grey.send("POST", "Binary", PDF, content_type, x_security_context="Patient/142859")
        assert made.status_code == (201 if content_type == "a/b\t" else 415)
