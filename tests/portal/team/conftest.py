"""A doctor's team: somebody who may join it, and members of each role."""

from collections.abc import Callable

import pytest

from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import team
from portal.accounts.models import Account
from tests import people
from tests.people import Person


@pytest.fixture
def lead(dr_grey: Person) -> RecordLink:
    return RecordLink.objects.get(account=dr_grey.account)


@pytest.fixture
def mia(db: None) -> Account:
    """Registered as a provider; nobody has approved her."""
    return people.account("mia", "Mia", "Moore", wants_provider=True)


@pytest.fixture
def joined(lead: RecordLink, mia: Account) -> Callable[[str], Account]:
    def join(role: str) -> Account:
        team.join(lead, mia, role, by_id=lead.account_id, address=None)
        return Account.objects.get(pk=mia.pk)

    return join
