"""An announcement: to whom, from when to when, in which language, put away by who has read it."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from portal.operations.models import Announcement
from tests.portal.accounts.conftest import signed_in

WORDS = "Closed on Thursday"


def announce(**kwargs) -> Announcement:
    now = timezone.now()
    made = {
        "text_en": WORDS, "text_es": "Cerrado el jueves",
        "begins_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1),
    }  # fmt: skip
    return Announcement.objects.create(**{**made, **kwargs})


def shown(browser: Browser, page: str = "/") -> bool:
    return WORDS in browser.get(page).content.decode()


def test_everybody_sees_it(client, patient):
    announce()
    assert shown(client)
    assert shown(signed_in(patient), "/portal/")


def test_some_are_for_those_who_have_signed_in(client, patient):
    announce(audience="signed-in")
    assert not shown(client)
    assert shown(signed_in(patient), "/portal/")


@pytest.mark.parametrize(("begins", "ends"), [(1, 2), (-2, -1)])
def test_it_is_there_from_its_beginning_to_its_end(client, db, begins, ends):
    now = timezone.now()
    announce(begins_at=now + timedelta(hours=begins), ends_at=now + timedelta(hours=ends))
    assert not shown(client)


def test_it_speaks_the_readers_language(client, db):
    announce()
    spanish = client.get("/", headers={"accept-language": "es"}).content.decode()
    assert "Cerrado el jueves" in spanish
    assert WORDS not in spanish


def test_a_browser_puts_it_away_and_stays_where_it_was(client, db):
    made = announce()
    other = announce(text_en="Another one")
    answer = client.post(f"/announcement/{made.pk}/put-away/", {"next": "/api-documentation.html"})
    assert answer.url == "/api-documentation.html"
    assert not shown(client)
    assert other.text_en in client.get("/").content.decode()


@pytest.mark.parametrize("cookie", ["", "...", "x.y", "9" * 40])
def test_a_cookie_of_any_kind_does_no_harm(client, db, cookie):
    announce()
    client.cookies["qsmartcare_put_away"] = cookie
    assert shown(client)


def test_nothing_is_said_in_a_text_that_is_not_text(client, db):
    announce(text_en="<script>alert(1)</script>")
    assert b"<script>alert(1)" not in client.get("/").content


def form(**changes) -> dict[str, str]:
    day = timezone.localdate()
    return {
        "text_en": WORDS, "text_es": "", "level": "warning", "audience": "everybody",
        "begins_at": f"{day.isoformat()}T00:00",
        "ends_at": f"{(day + timedelta(days=2)).isoformat()}T00:00", **changes,
    }  # fmt: skip


def test_an_administrator_announces_with_a_preview_and_a_record(admin, administrator, client):
    page = admin.post("/admin/portal/announcement/add/", form(_continue="1"), follow=True)
    assert b'class="announcement warning"' in page.content
    assert shown(client)
    assert AuditRecord.objects.get(action="operation").account_id == administrator.pk


def test_it_must_end_after_it_begins(admin):
    wrong = form(ends_at="2020-01-01T00:00")
    page = admin.post("/admin/portal/announcement/add/", wrong)
    assert b"It must end after it begins." in page.content
    assert not Announcement.objects.exists()


def test_deleting_one_leaves_a_record(admin):
    made = announce()
    admin.post(f"/admin/portal/announcement/{made.pk}/delete/", {"post": "yes"})
    assert AuditRecord.objects.get(action="operation").detail == f"announcement {made.pk} deleted"
