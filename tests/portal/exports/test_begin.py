"""Beginning an export: whose data, what the form refuses, and on what it stands."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk import in_portal
from fhirapi.bulk.asked import NDJSON, PARQUET
from fhirapi.bulk.models import ExportJob
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RecordLink
from fhirapi.smart.people import links
from fhirapi.store.load import load
from tests.api import Api
from tests.people import Person
from tests.portal.exports.conftest import LIST, NEW, asks
from tests.portal.ui.browser import signed_in, text
from tests.smart.small_practice import group

Begin = Callable[..., ExportJob]


@pytest.fixture
def groups(practice: None) -> None:
    load([group("mine", "142859", "142860"), group("mixed", "142859", "7")])


def test_it_is_queued_for_the_patients_in_the_accounts_care(begin: Begin, dr_grey: Person) -> None:
    job = begin()
    grant = job.data_access_grant
    assert (job.state, job.level, job.scope) == ("queued", "patient", "user/*.rs")
    assert grant.account_id == dr_grey.account.pk
    assert sorted(grant.patient_ids or []) == ["142859", "142860"]


def test_ones_own_record_and_a_childs_are_not_among_them(begin: Begin, dr_grey: Person) -> None:
    links.link(dr_grey.account, "Patient", "7", method=RecordLink.Method.DEMO)
    assert sorted(begin().data_access_grant.patient_ids or []) == ["142859", "142860"]


def test_kinds_and_a_day_are_kept_as_the_api_keeps_them(begin: Begin) -> None:
    job = begin(types=["Observation", "Condition"], since="03/05/2024")
    assert job.asked["types"] == ["Observation", "Condition"]
    assert job.asked["since"].startswith("2024-03-05T00:00:00")


def test_files_are_lines_or_tables_as_one_likes(begin: Begin) -> None:
    assert begin().asked["output_format"] == NDJSON
    assert begin(output_format=PARQUET).asked["output_format"] == PARQUET


def test_only_groups_all_of_whose_members_are_in_ones_care_are_offered(
    greys: Browser, groups: None
) -> None:
    form = greys.get(NEW).context["form"]
    assert form.fields["group"].choices == [("mine", "mine (2 patients)")]


def test_a_group_is_exported(begin: Begin, groups: None) -> None:
    job = begin(level="group", group="mine")
    assert (job.level, job.group_id) == ("group", "mine")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pin": "0000"}, "pin"),
        ({"pin": ""}, "pin"),
        ({"level": "everybody"}, "level"),
        ({"level": ""}, "level"),
        ({"output_format": "csv"}, "output_format"),
        ({"level": "group", "group": ""}, "group"),
        ({"level": "group", "group": "mixed"}, "group"),
        ({"level": "group", "group": "x\x00"}, "group"),
        ({"types": ["Patient", "Nonsense"]}, "types"),
        ({"since": "02/30/2024"}, "since"),
        ({"since": f"{date.today() + timedelta(days=2):%m/%d/%Y}"}, "since"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_begins_nothing(
    greys: Browser, groups: None, changes: dict[str, str], field: str
) -> None:
    answer = greys.post(NEW, asks(**changes))
    assert list(answer.context["form"].errors) == [field]
    assert not ExportJob.objects.exists()


def test_a_wrong_pin_stands_in_the_trail(greys: Browser, dr_grey: Person) -> None:
    greys.post(NEW, asks(pin="0000"))
    denied = AuditRecord.objects.get(action="bulk-export")
    assert (denied.outcome, denied.account_id) == ("denied", dr_grey.account.pk)


def test_so_many_at_a_time_and_no_more(greys: Browser, begin: Begin, settings: Settings) -> None:
    settings.EXPORTS_AT_ONCE = 1
    begin()
    answer = greys.post(NEW, asks())
    assert "You have 1 exports under way" in text(answer)
    assert ExportJob.objects.count() == 1


def test_somebody_elses_exports_do_not_count(
    begin: Begin, stranges: Browser, settings: Settings
) -> None:
    settings.EXPORTS_AT_ONCE = 1
    begin()
    assert stranges.post(NEW, asks()).status_code == 302


def test_a_patient_has_no_such_page(rebecca: Person) -> None:
    browser = signed_in(rebecca.account)
    assert [browser.get(each).status_code for each in (LIST, NEW)] == [403, 403]
    assert browser.post(NEW, asks()).status_code == 403


def test_a_provider_who_treats_nobody_begins_none(dr_grey: Person, greys: Browser) -> None:
    links.unlink(dr_grey.account, "Practitioner", by=None)
    assert greys.post(NEW, asks())["Location"] == LIST
    assert "are begun by those who treat patients" in text(greys.get(LIST))
    assert not ExportJob.objects.exists()


@pytest.mark.parametrize(
    ("grant_type", "name", "secret"),
    [
        ("authorization_code", "Client_ID", "Client_secret"),
        ("client_credentials", "client_id", "client_secret"),
    ],
)
def test_nobody_gets_a_token_as_the_portal(
    begin: Begin, api: Api, grant_type: str, name: str, secret: str
) -> None:
    begin()
    client = Client.objects.get(client_id=in_portal.PORTAL)
    client.client_secret = "known to somebody"
    client.save()
    fields = {name: in_portal.PORTAL, secret: "known to somebody", "scope": "user/*.rs"}
    answer = api.ask_token(grant_type=grant_type, **fields)
    assert answer.status_code in (400, 401)
    assert not AccessToken.objects.exists()


def test_the_portal_is_no_connected_app(begin: Begin, greys: Browser) -> None:
    begin()
    assert DataAccessGrant.objects.filter(client__client_id=in_portal.PORTAL).exists()
    assert "Developer Portal</h2>" not in text(greys.get("/R4-patient-api/oauth2/manage"))


def test_a_failed_one_is_begun_again_with_the_same_choices(greys: Browser, begin: Begin) -> None:
    job = begin(types=["Observation"], since="03/05/2024")
    form = greys.get(f"{NEW}?like={job.pk}").context["form"]
    assert form.initial["types"] == ["Observation"]
    assert form.initial["since"] == date(2024, 3, 5)


def test_not_with_the_choices_of_somebody_else(stranges: Browser, begin: Begin) -> None:
    job = begin(types=["Observation"])
    for like in (job.pk, "nonsense"):
        assert "types" not in stranges.get(f"{NEW}?like={like}").context["form"].initial


def test_a_group_that_is_somebody_elses_is_not_offered_by_its_id(
    stranges: Browser, groups: None, dr_strange: Person
) -> None:
    load([group("theirs", "7")])
    answer = stranges.post(NEW, asks(level="group", group="mine"))
    assert list(answer.context["form"].errors) == ["group"]
