"""The chapter that is open to partners; for all others it says how to become one."""

import pytest

from portal.partners.models import PartnerApplication
from portal.partners.programs import Program, State
from tests import people
from tests.portal.ui.browser import signed_in, text

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


@pytest.mark.parametrize(
    ("program", "may_read"), [(Program.API_DISTRIBUTION, True), (Program.OPEN_ACCESS, False)]
)
def test_a_partner_who_may_distribute_reads_it(rebecca, program, may_read):
    browser = signed_in(rebecca.account)
    assert OPEN not in text(browser.get(ADDRESS))
    made = PartnerApplication.objects.create(account=rebecca.account, program=program)
    PartnerApplication.objects.filter(pk=made.pk).update(state=State.APPROVED)
    assert (OPEN in text(browser.get(ADDRESS))) is may_read


@pytest.mark.parametrize("may_write", [True, False])
def test_whose_key_may_write_reads_it(dr_grey, may_write):
    if may_write:
        people.writing_key(dr_grey)
    assert (OPEN in text(signed_in(dr_grey.account).get(ADDRESS))) is may_write
