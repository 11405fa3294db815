"""The desk's front page: what waits, what happens, how the installation is; fast and by right."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal.operations import tally
from portal.operations.models import ActivityTally, LetterFailure

_MANY = """
INSERT INTO fhirapi_auditrecord (recorded, action, outcome, account_id)
SELECT now() - interval '10 minutes' - (n %% 13) * interval '1 day',
       (ARRAY['read', 'search', 'sign-in'])[n %% 3 + 1], 'success', n %% 500
FROM generate_series(1, %s) n
"""


def tile(page, name):
    return next(each for each in page.context["queues"] if each.queue.name == name)


def test_it_counts_what_waits_with_the_oldest(admin, app, service, provider, patient):
    page = admin.get("/admin/")
    amounts = {each.queue.name: each.amount for each in page.context["queues"]}
    assert amounts == {
        "providers": 1, "identities": 1, "apps": 1, "services": 1, "partner-applications": 0,
    }  # fmt: skip
    assert tile(page, "apps").oldest == app.review_asked_at
    assert b"oldest waits" in page.content


def test_without_anything_to_do_it_says_so(admin):
    assert admin.get("/admin/").content.count(b"nothing waits") == 5


def test_a_guardian_waits_for_no_record(admin, practice, make):
    from tests.portal.operations.test_guardians import relative

    account = make("grace", wants_patient=True)
    relative("rp-1", "142859", account)
    assert tile(admin.get("/admin/"), "identities").amount == 0


def test_it_plots_sign_ins_with_those_denied(admin, patient):
    record(AuditRecord.Action.SIGN_IN, outcome=AuditRecord.Outcome.DENIED)
    [plot, *_] = admin.get("/admin/").context["plots"]
    last = plot["plot"].bars[-1]
    assert (last.value, last.part) == (2, 1)  # the administrator's own is the other


def test_each_record_is_counted_once(db):
    first = tally.today()
    record(AuditRecord.Action.READ)
    before = tally.since(first)
    tally.count_up()
    tally.count_up()
    assert tally.since(first) == before
    assert [each.amount for each in before] == [1]


def test_records_older_than_a_minute_are_counted_for_good(db):
    connection.cursor().execute(_MANY, [30])
    first = tally.today() - timedelta(days=13)
    before = sorted(tally.since(first))
    tally.count_up()
    assert ActivityTally.objects.count() > 0
    assert sorted(tally.since(first)) == before


def test_it_shows_what_is_wrong_with_the_installation(admin):
    LetterFailure.objects.create(letter="recover", reason="SMTPException")
    Session.objects.create(session_key="old", expire_date=timezone.now() - timedelta(days=1))
    figures = admin.get("/admin/").context["health"].figures
    assert (figures.letters_failed, figures.expired) == (1, 1)
    assert figures.database_size > 0


@pytest.fixture
def many_records(db):
    connection.cursor().execute(_MANY, [2000])
    tally.count_up()


def test_it_takes_few_statements_however_many_records_there_are(many_records, admin):
    admin.get("/admin/")
    with CaptureQueriesContext(connection) as seen:
        page = admin.get("/admin/")
    assert page.status_code == 200
    assert len(seen) <= 16


@pytest.mark.parametrize("group", ["Front desk", "App review"])
def test_plots_and_health_are_for_those_who_may_see_operations(staff, group):
    context = staff(group).get("/admin/").context
    assert "plots" not in context
    assert "health" not in context
