"""Usernames and email addresses are looked up, in any letter case, by their unique indexes."""

import pytest
from django.db import connection
from django.db.models import QuerySet

from portal.accounts.models import Account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("looked_up", "index"),
    [
        (lambda: Account.with_username("Rebecca"), "username_in_any_letter_case"),
        (lambda: Account.with_email("Rebecca@Example.com"), "one_account_an_email"),
    ],
)
def test_a_look_up_in_any_letter_case_takes_the_index(looked_up, index) -> None:
    assert index in plan_of(looked_up())


def test_a_username_and_an_address_are_found_in_any_letter_case(make) -> None:
    account = make(email="Rebecca@Example.com")
    assert Account.with_username("REBECCA").get() == account
    assert Account.with_email("rebecca@EXAMPLE.com").get() == account


def test_nobody_has_the_empty_address(make) -> None:
    make(email="")
    assert not Account.with_email("").exists()


def plan_of(found: QuerySet[Account]) -> str:
    """How PostgreSQL answers where reading the whole table is dear, as many rows make it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return found.explain()
