"""The chapter that is open to partners; for all others it says how to become one."""

import pytest
from django.utils import timezone

from fhirapi.smart.models import Client
from tests import people
from tests.portal.ui.browser import signed_in, text
from tests.smart.apps import app

ADDRESS = "/api-documentation/provider-access"
OPEN, CLOSED = "is your own number of the record", "How to apply"


def test_strangers_read_what_it_is_and_how_to_apply(client, db):
    for address in (ADDRESS, f"{ADDRESS}.md"):
        page = text(client.get(address))
        assert CLOSED in page
        assert OPEN not in page


def test_neither_the_search_nor_the_printed_book_tell_of_it(client, db):
    assert OPEN not in text(client.get("/api-documentation/print"))
    assert CLOSED in text(client.get("/api-documentation/print"))
    assert "Idempotency-Key" not in text(client.get("/api-documentation/provider-access"))


def test_a_patient_reads_no_more_than_strangers(rebecca):
    assert OPEN not in text(signed_in(rebecca.account).get(ADDRESS))


def test_the_developer_of_an_approved_app_reads_it(rebecca):
    made = app(rebecca.account, Client.Kind.SYMMETRIC)
    browser = signed_in(rebecca.account)
    assert OPEN not in text(browser.get(ADDRESS))
    Client.objects.filter(pk=made.pk).update(provider_access_at=timezone.now())
    assert OPEN in text(browser.get(ADDRESS))


@pytest.mark.parametrize("may_write", [True, False])
def test_whose_key_may_write_reads_it(dr_grey, may_write):
    if may_write:
        people.writing_key(dr_grey)
    assert (OPEN in text(signed_in(dr_grey.account).get(ADDRESS))) is may_write
