"""Tells the database whose rows a transaction may touch: the policies of the tables ask for it.

A web process connects as a role that owns no table. What that role sees of ``fhirapi_content`` and
``fhirapi_version`` the policies decide (migration 0040), by three settings that last until the end
of the transaction: nothing of one request is left on a connection for the next one, whoever pools
it. Without them no patient's data is there at all. docs/decisions/0036
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from django.db import transaction

from fhirapi.sql import Statement

Setting = Literal["grant", "account", "patients"]
EVERY_OF_ACCOUNT = "*"
EVERYBODY = "**"
_MOST_NAMED = 100
"""Patients that are told one by one. Whom longer lists hold, the statements alone compare."""


def is_for(name: Setting, value: str) -> str:
    """An SQL expression that tells ``value``, itself an expression; NULL: nobody."""
    return f"set_config('qsmartcare.{name}', COALESCE(({value})::text, ''), true)"


def told(name: Setting) -> str:
    """The SQL expression for what the transaction was told; NULL: nothing."""
    return f"nullif(current_setting('qsmartcare.{name}', true), '')"


def named(patient_ids: str) -> str:
    """From an SQL expression for a grant's patients, NULL for all of its account's."""
    return (
        f"CASE WHEN {patient_ids} IS NULL OR cardinality({patient_ids}) > {_MOST_NAMED} "
        f"THEN '{EVERY_OF_ACCOUNT}' ELSE array_to_string({patient_ids}, ',') END"
    )


def _telling(grant: str, account: str, patients: str) -> str:
    return (
        f"SELECT {is_for('grant', grant)}, {is_for('account', account)}, "
        f"{is_for('patients', patients)}"
    )


AS_ACCOUNT = Statement(_telling("NULL", "%(account)s", f"'{EVERY_OF_ACCOUNT}'"))
"""Goes before what a person is shown in the portal; ``account``: the id of theirs."""
_AS_EVERYBODY = Statement(_telling("NULL", "NULL", f"'{EVERYBODY}'"))
_BEFORE = Statement(f"SELECT {told('grant')}, {told('account')}, {told('patients')}")
_AFTER = Statement(_telling("%(grant)s::text", "%(account)s::text", "%(patients)s::text"))


@contextmanager
def everybody() -> Iterator[None]:
    """For what the product itself does, of whomever it is: its caller says who may ask for it.

    A transaction, within which all patients' data is there. What was told before holds after it.
    """
    with transaction.atomic():
        row = _BEFORE.fetch_one({}) or (None, None, None)
        _AS_EVERYBODY.fetch_one({})
        yield  # what fails is rolled back, and these settings with it
        before = [each.decode() if each is not None else None for each in row]
        _AFTER.fetch_one(dict(zip(("grant", "account", "patients"), before, strict=True)))
