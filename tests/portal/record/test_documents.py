"""Documents: text is shown as text, everything else only handed out."""

from base64 import b64encode
from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.store.load import load
from tests.portal.record.conftest import RECORD
from tests.portal.ui.browser import text

NOTE = f"{RECORD}documents/d-1/"


def document(
    attachment: dict[str, Any], *, patient_id: str = "142859", status: str = "current"
) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "id": "d-1",
        "status": status,
        "type": {"text": "Progress note"},
        "subject": {"reference": f"Patient/{patient_id}"},
        "date": "2024-03-05T10:00:00Z",
        "content": [{"attachment": attachment}],
    }


def inside(content: bytes, kind: str) -> dict[str, Any]:
    return {"contentType": kind, "title": "Note", "data": b64encode(content).decode()}


def test_text_is_shown_and_cannot_become_markup(rebeccas):
    load([document(inside("Ähm <script>alert(1)</script>".encode(), "text/plain"))])
    page = text(rebeccas.get(NOTE))
    assert "Ähm &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert f'href="{NOTE}1/"' in page


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/pdf", "a b\r\nX: y", ""]
)
def test_anything_else_is_only_handed_out_as_a_file(rebeccas, kind):
    load([document(inside(b"<script>alert(1)</script>", kind))])
    assert "alert(1)" not in text(rebeccas.get(NOTE))
    response = rebeccas.get(f"{NOTE}1/")
    assert response.content == b"<script>alert(1)</script>"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def binary(patient_id: str) -> dict[str, Any]:
    return {
        "resourceType": "Binary",
        "id": "b-1",
        "contentType": "text/plain",
        "securityContext": {"reference": f"Patient/{patient_id}"},
        "data": b64encode(b"kept apart").decode(),
    }


@pytest.mark.parametrize(("whose", "is_shown"), [("142859", True), ("142860", False)])
def test_a_file_kept_apart_is_read_only_if_it_is_the_same_patients(rebeccas, whose, is_shown):
    load([document({"contentType": "text/plain", "url": "Binary/b-1"}), binary(whose)])
    assert ("kept apart" in text(rebeccas.get(NOTE))) is is_shown
    assert rebeccas.get(f"{NOTE}1/").status_code == (200 if is_shown else 404)


@pytest.mark.parametrize("url", ["https://else.example/x", "Binary/../x", "javascript:alert(1)"])
def test_a_file_elsewhere_is_not_linked(rebeccas, url):
    load([document({"contentType": "text/plain", "url": url})])
    page = text(rebeccas.get(NOTE))
    assert "not kept here" in page
    assert url not in page


@pytest.mark.parametrize("named", ["idna", "undefined", "base64", "no-such"])
def test_text_of_what_is_no_character_set_is_read_as_utf_8(rebeccas, named):
    load([document(inside("Ähm".encode(), f"text/plain; charset={named}"))])
    assert "Ähm" in text(rebeccas.get(NOTE))


@pytest.mark.parametrize("data", ["x", "ä"])
def test_data_that_is_not_base64_is_not_here(rebeccas, data):
    load([document({"contentType": "text/plain", "data": data})])
    assert "not kept here" in text(rebeccas.get(NOTE))


@pytest.mark.parametrize("made", [{"patient_id": "142860"}, {"status": "entered-in-error"}])
def test_what_is_not_there_or_not_yours_is_not_found(rebeccas, made):
    load([document(inside(b"x", "text/plain"), **made)])
    assert rebeccas.get(NOTE).status_code == 404
    assert rebeccas.get(f"{NOTE}1/").status_code == 404
    assert rebeccas.get(f"{RECORD}visits/d-1/").status_code == 404


def test_reading_a_document_stands_in_the_trail(rebeccas):
    load([document(inside(b"x", "text/plain"))])
    rebeccas.get(NOTE)
    last = AuditRecord.objects.latest("id")
    assert (last.action, last.resource_type, last.resource_id) == (
        "read", "DocumentReference", "d-1",
    )  # fmt: skip
