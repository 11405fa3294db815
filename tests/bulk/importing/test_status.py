"""Asking how far an import is, and how many a client may have."""

from datetime import timedelta

import pytest
from django.db.models import F
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk.importing.models import ImportJob, ImportPoll
from tests import people
from tests.api import Api
from tests.bulk.importing.conftest import Importer, importer_of
from tests.bulk.importing.files import Files
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)


def begin(importer: Importer) -> str:
    answer = importer.ask(("Observation", importer.serve(people.observation("o1", "142859"))))
    assert answer.status_code == 202, answer.content
    return str(answer["Content-Location"])


def test_it_tells_how_far_it_is_and_when_to_ask_again(importer: Importer) -> None:
    answer = importer.status(begin(importer))
    assert (answer.status_code, answer["X-Progress"], answer["Retry-After"]) == (202, "0 %", "1")


def test_who_asks_twice_in_a_second_is_told_to_wait(importer: Importer) -> None:
    address = begin(importer)
    importer.status(address)
    answer = importer.status(address)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    ImportPoll.objects.update(polled_at=F("polled_at") - timedelta(seconds=2))
    assert importer.status(address).status_code == 202


def test_a_client_has_so_many_at_a_time_and_another_one_its_own(
    api: Api, dr_grey: Person, files: Files, settings: Settings
) -> None:
    settings.IMPORTS_AT_ONCE = 1
    one, other = importer_of(api, dr_grey, files), importer_of(api, dr_grey, files)
    first = begin(one)
    asked = one.ask(("Observation", one.serve()))
    assert (asked.status_code, asked["Retry-After"]) == (429, "60")
    begin(other)
    path = first.partition("/R4-patient-api/")[2]
    assert one.session.send("DELETE", path).status_code == 202
    begin(one)
    assert ImportJob.objects.count() == 3


def test_that_it_was_deleted_is_on_record(importer: Importer) -> None:
    path = begin(importer).partition("/R4-patient-api/")[2]
    importer.session.send("DELETE", path)
    told = AuditRecord.objects.get(action="bulk-import")
    assert told.detail == f"deleted {ImportJob.objects.get().pk}"
