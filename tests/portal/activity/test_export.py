"""The trail as a CSV file. RFC 4180"""

import csv
import io
from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal.activity import export
from tests.people import Person, make_key
from tests.portal.ui.browser import signed_in, text

PAGE = "/portal/activity/export/"
Action = AuditRecord.Action


def rows(response: Any) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def test_it_is_asked_before_a_file_is_sent(rebecca: Person):
    page = signed_in(rebecca.account).get(PAGE)
    assert "Download your activity?" in text(page)
    assert not AuditRecord.objects.filter(action="audit-export").exists()


def test_the_file_has_every_record_apart_and_the_download_itself(rebecca: Person):
    for _ in range(3):
        record(Action.READ, account_id=rebecca.account.pk, resource_type="Goal", address="10.1.1.1")
    response = signed_in(rebecca.account).post(PAGE)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="qsmartcare-activity-')
    head, *told = rows(response)
    assert head[:3] == ["When", "Time zone", "What"]
    assert [each[2] for each in told] == [
        "Downloaded this list", *["Read: Goals of treatment"] * 3,
        "Link between account and record changed",
    ]  # fmt: skip
    assert told[1][5:] == ["Done", "10.1.1.1"]


def test_the_file_keeps_to_the_filter(rebecca: Person):
    record(Action.KEY_CREATE, account_id=rebecca.account.pk)
    response = signed_in(rebecca.account).post(f"{PAGE}?did=keys")
    assert [each[2] for each in rows(response)[1:]] == ["Created an access key"]


def test_it_goes_on_beyond_what_is_read_at_once(rebecca: Person, monkeypatch):
    monkeypatch.setattr(export, "_AT_ONCE", 2)
    for _ in range(5):
        record(Action.SIGN_IN, account_id=rebecca.account.pk)
    told = rows(signed_in(rebecca.account).post(PAGE))
    assert len(told) == 1 + 1 + 5 + 1


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_in_it_is_a_formula(rebecca: Person, dr_grey: Person, begins: str):
    dr_grey.account.first_name = f"{begins}HYPERLINK(1)"
    dr_grey.account.save()
    make_key(dr_grey, ["142859"])
    who = [each[3] for each in rows(signed_in(rebecca.account).post(PAGE))[1:]]
    assert any("HYPERLINK" in each for each in who)
    assert not any(each.startswith(begins) for each in who)


def test_times_and_words_are_the_readers(rebecca: Person):
    rebecca.account.time_zone = "America/Chicago"
    rebecca.account.save()
    AuditRecord.objects.create(recorded="2024-03-02T03:04:05Z", action="factor",
                               outcome="success", account_id=rebecca.account.pk)  # fmt: skip
    when, zone, *_ = rows(signed_in(rebecca.account).post(f"{PAGE}?until=2024-03-03"))[1]
    assert (when, zone) == ("03/01/2024 21:04:05", "CST")


def test_what_is_somebody_elses_is_not_in_it(rebecca: Person, john: Person):
    record(Action.READ, account_id=john.account.pk, patient_ids=["142860"], address="10.9.9.9")
    content = str(rows(signed_in(rebecca.account).post(PAGE)))
    assert "10.9.9.9" not in content
    assert "Wright" not in content


def test_a_filter_that_cannot_be_leads_back(rebecca: Person):
    response = signed_in(rebecca.account).post(f"{PAGE}?since=soon")
    assert (response.status_code, response["Location"]) == (302, "/portal/activity/")


def test_nobody_gets_a_file_without_signing_in(client, db):
    assert client.post(PAGE).status_code == 302
