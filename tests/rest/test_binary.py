"""Binary: the file itself or as a resource, to whom its document belongs, harmless in a browser."""

from base64 import b64encode
from typing import Any

import pytest

from tests import people
from tests.api import Api, diagnostics
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
