"""Files: uploaded with their record, handed out again; what they are says their content."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.store.models import Content
from tests.api import Api
from tests.people import Person
from tests.provider.client import Partner, fields, partner, problem

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
RECORD = {"patient_id": "142859", "type": {"code": "34133-9", "system": "loinc"}}


def form(
    content: bytes = PDF, media_type: str = "application/pdf", record: Any = RECORD
) -> dict[str, Any]:
    file = SimpleUploadedFile("letter.pdf", content, content_type=media_type)
    return {"record": json.dumps(record), "file": file}


def stored() -> int:
    return Content.objects.filter(resource_type__in=["DocumentReference", "Binary"]).count()


def test_a_file_comes_back_as_it_was_sent(api: Api, grey: Partner) -> None:
    response = grey.upload(form())
    made = response.json()
    assert response.status_code == 201, response.content
    assert made["file"]["title"] == "letter.pdf"
    assert made["file"]["content_type"] == "application/pdf"
    assert grey.get(response["Location"]).json() == made
    file = grey.get(f"documents/{made['id']}/content")
    assert (file.content, file["Content-Type"]) == (PDF, "application/pdf")
    name = f'attachment; filename="document-{made["id"]}.pdf"'
    assert file["Content-Disposition"] == name
    assert file["X-Content-Type-Options"] == "nosniff"
    headers = {"authorization": f"Bearer {grey.token}", "accept": "application/pdf"}
    address = f"/R4-patient-api/Binary/{made['file']['binary_id']}"
    assert api.http.get(address, headers=headers).content == PDF


def test_a_file_may_be_sent_alone(grey: Partner) -> None:
    path = "documents/upload?patient_id=142859&type=loinc|34133-9"
    response = grey.post(path, PNG, content_type="image/png")
    assert response.status_code == 201, response.content
    file = grey.get(f"documents/{response.json()['id']}/content")
    assert (file.content, file["Content-Type"]) == (PNG, "image/png")


def test_a_document_with_its_content_in_it_is_handed_out_too(grey: Partner) -> None:
    file = {"content_type": "text/plain", "text": "Dear Ann"}
    made = grey.post("documents", {**RECORD, "file": file}).json()
    response = grey.get(f"documents/{made['id']}/content")
    assert (response.content, response["Content-Type"]) == (b"Dear Ann", "text/plain")


def test_what_is_not_what_it_says_is_refused(grey: Partner) -> None:
    page = b"<html><script>alert(1)</script></html>"
    for content, media_type in (
        (page, "application/pdf"), (page, "text/html"), (page, "application/xml"),
        (PDF, "image/png"), (b"MZ\x90\x00", "text/plain"), (b"", "application/pdf"),
    ):  # fmt: skip
        response = grey.upload(form(content, media_type))
        assert problem(response) == (415, "media-type"), media_type
        assert "application/pdf" in response["Accept-Post"]
    assert problem(grey.post("documents/upload", b"{}")) == (415, "media-type")
    assert stored() == 0


def test_a_file_without_a_right_record_leaves_nothing(grey: Partner) -> None:
    assert sorted(fields(grey.upload({"more": "x"}))) == ["file", "record"]
    assert fields(grey.upload(form(record={"patient_id": "142859"}))) == ["type"]
    assert fields(grey.upload(form(record={**RECORD, "file": {}}))) == ["file"]
    assert problem(grey.upload({**form(), "record": "{"})) == (400, "malformed")
    assert problem(grey.upload(form(record={**RECORD, "patient_id": "7"}))) == (403, "forbidden")
    assert stored() == 0


def test_a_file_has_a_largest_size(grey: Partner, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert problem(grey.upload(form(PDF + bytes(1000)))) == (413, "too-large")
    path = "documents/upload?patient_id=142859"
    large = grey.post(path, PDF + bytes(1000), content_type="application/pdf")
    assert problem(large) == (413, "too-large")


def test_a_repeated_upload_is_one_document(grey: Partner) -> None:
    first = grey.upload(form(), idempotency_key="u")
    again = grey.upload(form(), idempotency_key="u")  # in a body with another boundary
    assert again.content == first.content
    assert stored() == 2
    assert problem(grey.upload(form(PDF + b" "), idempotency_key="u")) == (422, "key-used")


def test_a_file_is_open_to_those_who_see_the_patient(
    api: Api, grey: Partner, dr_grey: Person, dr_strange: Person
) -> None:
    path = f"documents/{grey.upload(form()).json()['id']}/content"
    strange = partner(api, dr_strange, patient_ids=["7"])
    assert problem(strange.get(path)) == (404, "not-found")
    without = partner(api, dr_grey, scope="user/DocumentReference.r")
    assert problem(without.get(path)) == (403, "forbidden")
    grey.get(path)
    read = AuditRecord.objects.filter(action="read", outcome="success", resource_type="Binary")
    assert [each.patient_ids for each in read] == [["142859"]]


@pytest.mark.parametrize("path", ["documents/1/content", "documents/nothing/content"])
def test_what_is_not_there_is_not_found(grey: Partner, path: str) -> None:
    assert problem(grey.get(path)) == (404, "not-found")
