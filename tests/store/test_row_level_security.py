"""The database keeps patients apart by itself: each test takes away a check of ours first."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import transaction

from fhirapi.smart.people import record_reading
from fhirapi.smart.people.record_reading import Reader, Selection
from fhirapi.sql import fetch
from fhirapi.store import isolation, read
from fhirapi.store.caller import AS_CALLER, CALLER
from fhirapi.store.models import Content, SearchRow
from qsmartcare import web_role
from tests import people, versions
from tests.api import Api, Session, ids
from tests.as_web import as_web
from tests.bulk.lists import partner
from tests.people import Person
from tests.rest.bundled import entry, send
from tests.test_architecture import ROOT, sources

SECOND = "2024-02-01T09:00:00+00:00"
_OWNED = """
SELECT relname FROM pg_class WHERE relowner = %s::regrole AND relnamespace = 'public'::regnamespace
"""
_SETTINGS = """
SELECT current_setting('qsmartcare.account', true), current_setting('qsmartcare.patients', true)
"""


def everything_is_seen(*_: Any) -> str:
    return "true"


@pytest.fixture
def _pulses(api: Api, practice: None) -> None:
    """One of Rebecca's and of John's, whom Dr. Grey treats, and of Zoë's, whom she does not."""
    api.has(
        people.observation("rebeccas", "142859"),
        people.observation("johns", "142860"),
        people.observation("zoes", "7"),
    )
    versions.replace("Observation", "zoes", SECOND, status="corrected")


@pytest.fixture
def grey(api: Api, dr_grey: Person) -> Session:
    return api.as_(people.writing_key(dr_grey, patient_ids=["142859", "142860"]))


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No statement asks any more whose a row is."""
    read._statement.cache_clear()
    monkeypatch.setattr("fhirapi.store.read.visible_or_gone", everything_is_seen)
    monkeypatch.setattr("fhirapi.search.start.visible", everything_is_seen)
    monkeypatch.setattr("fhirapi.store.history.visible_version", everything_is_seen)
    monkeypatch.setattr("fhirapi.store.write.visible_or_gone", everything_is_seen)
    monkeypatch.setattr("fhirapi.store.write.visible", everything_is_seen)
    all_patients = "mine AS (SELECT patient_id FROM fhirapi_patientline)"
    monkeypatch.setattr("fhirapi.store.everything.allowed_of", lambda _: all_patients)
    yield
    read._statement.cache_clear()


def test_only_few_places_ask_of_everybody() -> None:
    """Each is the product's own work, or asks for itself who may; a new one belongs here."""
    found = {
        str(path.relative_to(ROOT))
        for path in sources()
        if "isolation.everybody()" in path.read_text() and "tests" not in path.parts
    }
    assert found == {
        "fhirapi/admin.py",  # administrators' pages, each read recorded
        "fhirapi/bulk/groups/change.py",  # lists: whoever may change one takes off whom they lost
        "fhirapi/bulk/groups/kept.py",  # panels and rosters follow the care
        "fhirapi/bulk/groups/listing.py",
        "fhirapi/bulk/groups/membership.py",
        "fhirapi/smart/people/everybody.py",  # staff who link accounts to records
        "fhirapi/smart/people/links.py",
        "fhirapi/smart/tokens/backend_access.py",  # an administrator approves a list
        "fhirapi/smart/tokens/followed.py",
        "fhirapi/store/changes.py",  # whether what is gone was of a kind
        "fhirapi/store/index_state.py",  # whether there is anything of a type
        "fhirapi/store/people.py",  # whose record a registration means
        "portal/operations/audit_search.py",
    }


class TestTheRoleOfWebProcesses:
    def test_it_owns_no_table(self, db: None) -> None:
        assert fetch(_OWNED, [web_role.NAME]) == []

    def test_it_is_the_one_that_requests_are_answered_with(self, api: Api, practice: None) -> None:
        with as_web():
            assert fetch("SELECT current_user") == [(web_role.NAME,)]

    @pytest.mark.usefixtures("_pulses")
    def test_it_sees_nothing_of_a_patient_before_it_is_told_whose(self) -> None:
        with as_web():
            seen = Content.objects.exclude(patient_id=None)
            assert not seen.exists()
            assert Content.objects.filter(resource_type="Practitioner").count() == 2

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE fhirapi_auditrecord SET detail = ''",
            "DELETE FROM fhirapi_auditrecord",
            "TRUNCATE fhirapi_auditrecord",
            "DELETE FROM django_migrations",
            "ALTER TABLE fhirapi_content DISABLE ROW LEVEL SECURITY",
            "DROP POLICY seen ON fhirapi_content",
            "ALTER TABLE fhirapi_auditrecord DISABLE TRIGGER ALL",
        ],
    )
    def test_it_changes_neither_the_trail_nor_the_rules(self, db: None, change: str) -> None:
        refused = pytest.raises(psycopg.Error, match=r"permission denied|must be owner")
        with as_web(), refused, transaction.atomic():
            fetch(change)


@pytest.mark.usefixtures("_pulses", "unchecked")
class TestWithoutOurChecks:
    def test_a_read_finds_no_one_elses_row(self, grey: Session) -> None:
        assert grey.get("Observation/johns").status_code == 200
        assert grey.get("Observation/zoes").status_code == 404

    def test_a_search_shows_no_one_elses_row(self, grey: Session) -> None:
        assert sorted(ids(grey.get("Observation"))) == ["johns", "rebeccas"]

    def test_a_key_that_names_patients_shows_only_these(self, api: Api, dr_grey: Person) -> None:
        key = people.make_key(dr_grey, ["142860"])
        assert ids(api.as_(key).get("Observation")) == ["johns"]

    def test_a_key_for_everybody_under_care_shows_nobody_else(
        self, api: Api, dr_grey: Person
    ) -> None:
        key = people.make_key(dr_grey, ["142860"])
        session = api.as_(key)
        key.data_access_grant.patient_ids = None
        key.data_access_grant.save()
        assert sorted(ids(session.get("Observation"))) == ["johns", "rebeccas"]

    def test_a_version_is_not_told(self, grey: Session) -> None:
        assert grey.get("Observation/zoes/_history/1").status_code == 404

    def test_a_history_holds_nothing(self, grey: Session) -> None:
        assert grey.get("Observation/zoes/_history").status_code == 404

    def test_a_whole_record_is_empty(self, grey: Session) -> None:
        told = grey.get("Patient/7/$everything")
        assert "Observation/johns" in told.text
        assert "Observation/zoes" not in told.text
        assert "Patient/7" not in [each["fullUrl"][-9:] for each in told.json()["entry"]]

    def test_a_change_is_refused_and_changes_nothing(self, grey: Session) -> None:
        changed = {**people.observation("zoes", "7"), "status": "amended"}
        assert grey.send("PUT", "Observation/zoes", changed).status_code == 403
        assert grey.send("DELETE", "Observation/zoes").status_code == 403
        assert SearchRow.objects.filter(resource_id="zoes").exists()
        row = Content.objects.get(resource_type="Observation", resource_id="zoes")
        assert (row.version_id, row.is_deleted) == (2, False)

    def test_nothing_is_put_into_someone_elses_record(self, grey: Session) -> None:
        moved = {**people.observation("johns", "7"), "status": "amended"}
        assert grey.send("PUT", "Observation/johns", moved).status_code == 403
        assert Content.objects.get(resource_id="johns").patient_id == "142860"


@pytest.mark.usefixtures("_pulses")
def test_whoever_sees_by_what_is_derived_from_a_record_changes_it(api: Api) -> None:
    """While it is replaced there is nothing derived from it."""
    session = partner()
    moved = [people.patient(each, "Some", "Body", each, "1965-09-30") for each in ("142859", "7")]
    puts = [entry("PUT", f"Patient/{each['id']}", each) for each in moved]
    assert send(session, "transaction", *puts).status_code == 200
    for each in moved:
        row = Content.objects.get(resource_type="Patient", resource_id=each["id"])
        assert (row.version_id, "Body" in row.content) == (2, True)
    assert session.send("DELETE", "Observation/zoes").status_code == 204
    assert Content.objects.get(resource_id="zoes").is_deleted


@pytest.mark.usefixtures("_pulses")
class TestAPageOfThePortal:
    def test_it_shows_no_record_without_our_check_either(
        self, dr_grey: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = record_reading._LINE.partition("AND EXISTS")[0]
        monkeypatch.setattr(record_reading, "_LINE", asked)
        reader = Reader(dr_grey.account, "7", None)
        with as_web():
            page = record_reading.page(reader, Selection(("Observation",)), limit=10)
        assert page is not None
        assert page.resources == []


@pytest.mark.usefixtures("_pulses")
class TestWhatATransactionWasTold:
    @pytest.mark.django_db(transaction=True)
    def test_it_ends_with_the_transaction(self, grey: Session) -> None:
        assert grey.get("Observation/rebeccas").status_code == 200
        assert set(fetch(_SETTINGS)[0]) <= {None, ""}

    def test_what_everybody_opens_closes_again(self) -> None:
        with as_web():
            with isolation.everybody():
                assert Content.objects.filter(patient_id="7").exists()
            assert not Content.objects.filter(patient_id="7").exists()

    def test_what_fails_leaves_nothing_open(self) -> None:
        with as_web():
            with pytest.raises(psycopg.Error), isolation.everybody():
                fetch("SELECT 1 / 0")
            assert not Content.objects.filter(patient_id="7").exists()

    def test_a_statement_that_nobody_went_before_finds_no_caller(self, db: None) -> None:
        with as_web():
            assert fetch(f"WITH {CALLER} SELECT 1 FROM caller", {"only": None}) == []  # noqa: S608

    def test_a_token_that_is_not_there_opens_nothing(self, db: None) -> None:
        asked = {"token": "no-such-token", "zone": "UTC", "only": None}
        with as_web():
            assert fetch("SELECT id FROM fhirapi_content WHERE patient_id IS NOT NULL", asked,
                         before=AS_CALLER) == []  # fmt: skip
