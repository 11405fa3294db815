"""Requests at the same moment, on connections of their own, with the same refresh token."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessToken, RefreshToken
from fhirapi.smart.people import keys
from fhirapi.smart.tokens.validator import Validator
from fhirapi.sql import fetch_one
from tests.api import Api, Session
from tests.people import Person

GONE = "User session not found. User must re-authenticate."
_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def waiting() -> int:
    fetch_one("SELECT pg_stat_clear_snapshot()::text")  # else a transaction sees the first answer
    row = fetch_one(_WAITING)
    assert row
    return int(row[0])


def refreshed_at_once(person: Person, token: str, times: int) -> list[Any]:
    """All of them have found the token good before the first may use it up."""
    form = {"grant_type": "refresh_token", "refresh_token": token}
    form |= {"Client_ID": person.key.access_key_id, "Client_secret": person.secret}

    def refresh() -> Any:
        try:
            return Api().ask_token(**form)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        with transaction.atomic():
            RefreshToken.objects.select_for_update().get(revoked=None)
            asked = [pool.submit(refresh) for _ in range(times)]
            until = time.monotonic() + 30
            while waiting() < times:
                assert time.monotonic() < until, [each for each in asked if each.done()]
                time.sleep(0.02)
        return [each.result(30) for each in asked]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("times", [2, 5])
def test_one_refresh_works_and_the_others_are_refused(rebecca: Person, times: int) -> None:
    token = Api().exchange(rebecca.key).json()["refresh_token"]
    answers = refreshed_at_once(rebecca, token, times)
    assert sorted(each.status_code for each in answers) == [200] + [400] * (times - 1)
    [won] = [each.json() for each in answers if each.status_code == 200]
    refused = [each.json() for each in answers if each.status_code == 400]
    assert {each["error_description"] for each in refused} == {GONE}
    assert Session(Api().http, won).get("Patient/142859").status_code == 200
    assert AccessToken.objects.count() == RefreshToken.objects.filter(revoked=None).count() == 1
    denied = AuditRecord.objects.filter(action="token", outcome="denied")
    assert denied.count() == times - 1


def test_a_token_used_up_between_look_and_lock_is_refused(api: Api, rebecca: Person) -> None:
    token = api.exchange(rebecca.key).json()["refresh_token"]
    first, second = (looked_at(rebecca, token) for _ in range(2))
    Validator().save_bearer_token(new_pair("first"), first)
    with pytest.raises(InvalidGrantError):
        Validator().save_bearer_token(new_pair("second"), second)
    assert AccessToken.objects.count() == 1


def looked_at(person: Person, token: str) -> Request:
    """A request whose refresh token has just been found good."""
    request = Request("https://ehr.example/token", "POST")
    request.client = person.key.data_access_grant.client
    request.grant_type = "refresh_token"
    assert Validator().validate_refresh_token(token, request.client, request)
    return request


def new_pair(name: str) -> dict[str, Any]:
    token = {"access_token": f"access {name}", "refresh_token": f"refresh {name}"}
    return {**token, "scope": keys.PATIENT_SCOPE, "expires_in": 3600}
