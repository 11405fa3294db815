"""A record as a file: said first what is in it, then made, and written down."""

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.people import links
from fhirapi.store.load import load
from fhirapi.store.models import Content
from tests import people
from tests.portal.record.conftest import RECORD
from tests.portal.ui.browser import text

PAGE = f"{RECORD}download/"


def fetched(browser, format_: str) -> bytes:
    response = browser.post(PAGE, {"format": format_})
    assert response["Content-Disposition"].startswith('attachment; filename="health-record-20')
    assert response["Cache-Control"] == "no-store, private"
    return bytes(response.getvalue())


def test_the_page_says_what_is_in_the_file_before_anything_is_made(reader):
    page = text(reader.get(PAGE))
    assert "What is in it" in page
    assert "Immunizations" in page
    assert not AuditRecord.objects.filter(action="export").exists()
    assert "What is in it" in text(reader.post(PAGE, {"format": "nonsense"}))


@pytest.mark.parametrize("format_", ["fhir", "html", "pdf"])
def test_every_download_is_written_down(rebeccas, format_):
    fetched(rebeccas, format_)
    written = AuditRecord.objects.get(action="export")
    assert (written.patient_ids, written.detail) == (["142859"], f"portal: {format_}")


def test_fhir_is_a_collection_of_the_whole_record_and_what_it_refers_to(reader):
    bundle = json.loads(fetched(reader, "fhir"))
    found = [each["resource"] for each in bundle["entry"]]
    own = set(
        Content.objects.filter(patient_id="142859").values_list("resource_type", "resource_id")
    )
    assert bundle["type"] == "collection"
    assert found[0]["resourceType"] == "Patient"
    assert own <= {(each["resourceType"], each["id"]) for each in found}
    assert {"Practitioner", "Organization"} <= {each["resourceType"] for each in found}
    assert len(found) == len({(each["resourceType"], each["id"]) for each in found})


def test_fhir_stops_where_the_right_to_see_the_record_ends(rebeccas, rebecca):
    stream = iter(rebeccas.post(PAGE, {"format": "fhir"}))
    links.unlink(rebecca.account, "Patient", by=None)
    with pytest.raises(PermissionError):
        list(stream)


def test_the_page_to_print_stands_alone_and_shows_text_as_text(rebeccas):
    load([people.encounter("e-1", "142859", "2024-01-01", "<b>Head</b>ache")])
    page = fetched(rebeccas, "html").decode()
    assert "&lt;b&gt;Head&lt;/b&gt;ache" in page
    assert not any(word in page for word in ("<script", "<link", "src=", "href="))
    assert "Nothing of this kind is in the record" in page


def test_the_pdf_is_one_and_long_enough(reader):
    made = fetched(reader, "pdf")
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") > 5


def told(made: bytes) -> str:
    """What a reader copies from the file: by the font's own map from glyphs to letters."""
    return "\n".join(each.extract_text() for each in PdfReader(BytesIO(made)).pages)


def test_the_pdf_has_the_letters_of_the_record(rebeccas):
    words = "Nguyễn Ελένη Жанна Łódź, ≥ 5 µg \u2013 “x”"
    load([people.encounter("e-1", "142859", "2024-01-01", words)])
    made = told(fetched(rebeccas, "pdf"))
    assert words in made
    assert "shown as ?" not in made


def test_letters_that_the_font_lacks_are_said_to_be_missing(rebeccas):
    load([people.encounter("e-1", "142859", "2024-01-01", "Headache 頭痛 😀")])
    made = told(fetched(rebeccas, "pdf"))
    assert "Headache ?? ?" in made
    assert "Letters that the font of this file lacks are shown as ?." in made


def test_the_pdf_names_its_title_and_language(rebeccas):
    read = PdfReader(BytesIO(fetched(rebeccas, "pdf")))
    assert read.metadata.title == "Health record"
    assert read.trailer["/Root"]["/Lang"] == "en"
    assert read.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
