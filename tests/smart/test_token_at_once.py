"""The same code or assertion on several connections at once, and revocation seen by another one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RefreshToken
from fhirapi.smart.tokens import backend_access
from portal.accounts.models import Account
from tests.api import Api
from tests.people import Person
from tests.smart import flow
from tests.smart.apps import app

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(times: int, ask: Callable[[], Any]) -> list[Any]:
    """Each on a connection of its own, all begun together."""
    barrier = Barrier(times)

    def run() -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [job.result(60) for job in [pool.submit(run) for _ in range(times)]]


def test_of_a_code_exchanged_twice_at_once_nothing_is_left(rebecca: Person) -> None:
    app = flow.public()
    code = flow.code(app, rebecca)
    answers = at_once(3, lambda: app.exchange(code))
    assert sorted(each.status_code for each in answers) == [200, 400, 400]
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.filter(revoked=None).exists()


def test_of_an_assertion_used_twice_at_once_one_counts(rebecca: Person) -> None:
    app = flow.asymmetric()
    text = app.assertion()
    codes = [flow.code(app, rebecca) for _ in range(3)]
    answers = at_once(3, lambda: app.exchange(codes.pop(), client_assertion=text))
    assert sorted(each.status_code for each in answers) == [200, 400, 400]
    assert AccessToken.objects.count() == 1


def test_what_one_connection_revokes_another_refuses_at_once(rebecca: Person) -> None:
    app = flow.public()
    token = app.exchange(flow.code(app, rebecca)).json()["access_token"]
    [before] = at_once(1, lambda: flow.read(app, token))
    DataAccessGrant.objects.update(revoked_at="2024-01-01T00:00Z")
    [after] = at_once(1, lambda: flow.read(app, token))
    assert (before.status_code, after.status_code) == (200, 401)


def test_of_approvals_of_one_service_at_once_the_last_stands(api: Api, practice: None) -> None:
    api.has(
        {"resourceType": "Organization", "id": "oak", "name": "Oak Clinic"},
        {"resourceType": "Location", "id": "l1", "name": "Oak",
         "managingOrganization": {"reference": "Organization/oak"}},
    )  # fmt: skip
    service = app(None, Client.Kind.BACKEND, jwks={"keys": [flow.key_pair("ES384")[1]]})
    grants = at_once(3, lambda: backend_access.approve(service, by=None))
    standing = DataAccessGrant.objects.get(client=service, revoked_at=None)
    assert standing.pk == max(grant.pk for grant in grants)
    assert Account.objects.filter(username__startswith="~service-").count() == 1
