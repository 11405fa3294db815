"""Loading files: what is stored, replaced, skipped, and rejected with place and reason."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from fhirapi.store.models import CareRelationship, Content, SearchQuantity, SearchRow, Version
from tests import people
from tests.intake.conftest import Write, load

pytestmark = pytest.mark.django_db
REBECCA = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")
LONG = "".join(map(chr, range(0x4E00, 0x9000)))  # more than an index of PostgreSQL takes
PULSE = people.observation("o", "142859")


def content(resource_id: str) -> str:
    return Content.objects.get(resource_id=resource_id).content


def test_lines_are_stored_with_everything_derived(write: Write) -> None:
    totals, _ = load(write("all.ndjson", REBECCA, "", PULSE))
    assert (totals.stored, totals.rejected) == (2, 0)
    assert SearchRow.objects.get(resource_id="o").patient_id == "142859"
    assert CareRelationship.objects.get().practitioner_id == "dr-grey"


def test_the_client_s_text_is_kept_but_for_version_and_date(write: Write) -> None:
    line = (
        '{"resourceType":"Patient","id":"p","meta":{"versionId":"7","lastUpdated":"2020-01-01",'
        '"source":"urn:x"},"extension":[{"url":"urn:e","valueDecimal":1.50}],"gender":"female"}'
    )
    load(write("p.ndjson", line))
    stored = content("p")
    assert '"extension":[{"url":"urn:e","valueDecimal":1.50}],"gender":"female"}' in stored
    assert stored.startswith(
        '{"resourceType":"Patient","id":"p","meta":{"source":"urn:x","versionId":"1",'
    )
    assert "2020-01-01" not in stored


def test_a_measured_value_is_indexed_as_the_number_it_is(write: Write) -> None:
    load(write("all.ndjson", REBECCA, json.dumps(PULSE).replace("72.5", "72.50")))
    assert '"value":72.50' in content("o")
    assert SearchQuantity.objects.filter(low=72.5, high=72.5).exists()


def test_compressed_files_and_single_resources_are_read(tmp_path: Path, write: Write) -> None:
    (tmp_path / "Patient.ndjson.gz").write_bytes(gzip.compress(json.dumps(REBECCA).encode()))
    totals, _ = load(write("pulse.json", PULSE))
    assert totals.stored == 2


def test_what_a_damaged_compressed_file_has_left_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(b"\n".join([json.dumps(REBECCA).encode()] * 2000), compresslevel=0)
    (tmp_path / "Patient.ndjson.gz").write_bytes(whole[:-2000])
    totals, [reject] = load(tmp_path)
    assert totals.stored == 1
    assert (reject.at, "damaged" in reject.reason) == ("line 1001", True)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "Not JSON"),
        ("[1]", "Not a JSON object"),
        ({"id": "1"}, "No resourceType"),
        ({"resourceType": "Unicorn", "id": "1"}, "no resource type 'Unicorn'"),
        ({**PULSE, "id": "Jane Doe"}, "The id is not"),
        ({**PULSE, "id": 5}, "The id is not"),
        ({**PULSE, "meta": []}, "meta is not"),
        ({**PULSE, "code": {"coding": [5]}}, "shape"),
        ({**PULSE, "subject": None}, "Observation.subject names no patient"),
        ({**PULSE, "subject": {"reference": "Patient/nobody"}}, "Patient/nobody is neither"),
        ({**PULSE, "subject": {"reference": "urn:uuid:1"}}, "urn:"),
        ('{"resourceType":"Patient","id":"1","name":[{"family":"\\u0000"}]}', "U+0000"),
        ('{"resourceType":"Patient","id":"1","name":[{"family":"\\ud800"}]}', "Unicode"),
        ({**REBECCA, "id": "1", "name": [{"family": "x", "given": [LONG]}]}, "hold"),
        ({"resourceType": "Bundle", "type": "message"}, "A Bundle is loaded if"),
    ],
)
def test_a_reject_names_line_and_reason_and_the_rest_is_stored(
    write: Write, line: Any, reason: str
) -> None:
    totals, [reject] = load(write("all.ndjson", REBECCA, line, people.observation("z", "142859")))
    assert (totals.stored, totals.rejected) == (2, 1)
    assert reject.at == "line 2"
    assert reason in reject.reason
    assert "Jane" not in "".join(reject)


def test_what_a_provenance_is_about_may_come_after_it(write: Write) -> None:
    provenance = {
        "resourceType": "Provenance", "id": "p", "target": [{"reference": "Observation/o"}],
    }  # fmt: skip
    totals, _ = load(write("all.ndjson", provenance, *["\n"] * 600, PULSE, *["\n"] * 600, REBECCA))
    assert totals.stored == 3
    assert Content.objects.get(resource_id="p").patient_id == "142859"


@pytest.mark.parametrize("other", ["Patient/7", "Observation/theirs"])
def test_a_provenance_of_two_patients_is_rejected(write: Write, other: str) -> None:
    theirs = [{**REBECCA, "id": "7"}, people.observation("theirs", "7")]
    targets = [{"reference": "Observation/o"}, {"reference": other}]
    both = {"resourceType": "Provenance", "id": "p", "target": targets}
    totals, [reject] = load(write("all.ndjson", REBECCA, PULSE, *theirs, both))
    assert (totals.stored, reject.resource) == (4, "Provenance/p")
    assert "several patients" in reject.reason


def test_the_same_again_is_skipped(write: Write) -> None:
    load(write("all.ndjson", REBECCA, PULSE))
    totals, _ = load(write("all.ndjson", REBECCA, PULSE, people.observation("new", "142859")))
    assert (totals.stored, totals.skipped, totals.rejected) == (1, 2, 0)


def test_or_rejected(write: Write) -> None:
    load(write("all.ndjson", REBECCA))
    _, [reject] = load(write("all.ndjson", REBECCA), existing="reject")
    assert (reject.resource, reject.reason) == ("Patient/142859", "It is already stored.")


def test_or_replaced_by_a_new_version_where_it_differs(write: Write) -> None:
    load(write("all.ndjson", REBECCA, PULSE))
    married = people.patient("142859", "Rebecca", "Wright", "9999094", "1978-04-12", "dr-strange")
    totals, _ = load(write("all.ndjson", married, PULSE), existing="replace")
    assert (totals.stored, totals.replaced, totals.skipped) == (0, 1, 1)
    assert '"versionId":"2"' in content("142859")
    assert "Larson" in Version.objects.get(resource_id="142859", version_id=1).content
    assert CareRelationship.objects.get().practitioner_id == "dr-strange"
    assert SearchRow.objects.filter(resource_id="142859").count() == 1


def test_more_digits_are_another_version(write: Write) -> None:
    heart = json.dumps(PULSE)
    load(write("all.ndjson", REBECCA, heart))
    totals, _ = load(write("all.ndjson", heart.replace("72.5", "72.50")), existing="replace")
    assert totals.replaced == 1


def test_two_of_the_same_id_in_one_file_are_not_both_stored(write: Write) -> None:
    totals, [reject] = load(write("a.ndjson", REBECCA, REBECCA, {**REBECCA, "gender": "other"}))
    assert (totals.stored, totals.skipped) == (1, 1)
    assert (reject.at, "line 1" in reject.reason) == ("line 3", True)


def test_unknown_types_can_be_left_out(write: Write) -> None:
    unicorn = {"resourceType": "Unicorn", "id": "1"}
    totals, _ = load(write("a.ndjson", REBECCA, unicorn), unknown_types="skip")
    assert (totals.stored, totals.skipped, totals.rejected) == (1, 1, 0)


def test_new_ids_are_followed_by_references_and_the_same_every_time(write: Write) -> None:
    for _ in range(2):
        load(write("a.ndjson", REBECCA, PULSE), ids="new")
    pulse = Content.objects.get(resource_type="Observation")
    patient = Content.objects.get(resource_type="Patient")
    assert patient.resource_id != "142859"
    assert pulse.patient_id == patient.resource_id
    assert f'"reference":"Patient/{patient.resource_id}"' in pulse.content


def test_validation_rejects_by_line_what_does_not_have_its_type_s_form(write: Write) -> None:
    wrong = {**PULSE, "id": "w", "status": "fnal", "colour": "red", "note": [{"text": 5}]}
    totals, [reject] = load(write("all.ndjson", REBECCA, wrong, PULSE), is_validated=True)
    assert (totals.stored, reject.at, reject.resource) == (2, "line 2", "Observation/w")
    assert reject.reason.startswith("Not valid FHIR: Observation.")
    assert "red" not in reject.reason


def test_without_it_they_are_stored_as_they_are(write: Write) -> None:
    load(write("all.ndjson", REBECCA, {**PULSE, "colour": "red"}))
    assert '"colour":"red"' in content("o")


def test_what_is_valid_is_stored_as_it_was_sent(write: Write) -> None:
    line = json.dumps(PULSE).replace("72.5", "72.50")
    assert load(write("all.ndjson", REBECCA, line), is_validated=True)[0].stored == 2
    assert '"value":72.50' in content("o")
