"""Apps of the tests, and a server of theirs."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from portal.accounts.models import Account
from tests import people
from tests.api import Api
from tests.smart import jwks


@pytest.fixture
def publisher(settings: Settings) -> Iterator[jwks.Publisher]:
    """Loopback may be asked for keys where things are tried out only."""
    settings.DEMO = True
    made, server = jwks.serve()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def administrator(db: None) -> Account:
    return people.account("admin", "Ada", "Admin", is_staff=True)


@pytest.fixture
def practice_itself(api: Api, practice: None) -> None:
    api.has(
        {"resourceType": "Organization", "id": "oak", "name": "Oak Clinic"},
        {"resourceType": "Location", "id": "l1", "name": "Oak",
         "managingOrganization": {"reference": "Organization/oak"}},
    )  # fmt: skip
