"""Exchanging the signing key: the next is known before it signs, older ones as long as needed."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import Client as HttpClient
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.names import NamingKey
from fhirapi.smart.tokens import key_ring, rotation
from fhirapi.smart.tokens.models import SigningKey
from tests.api import Api
from tests.people import Person
from tests.smart import flow
from tests.smart.aging import pass_time
from tests.smart.test_token_at_once import at_once


@pytest.fixture(autouse=True)
def _ring_of_this_test() -> Iterator[None]:
    key_ring.forget()
    yield
    key_ring.forget()


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def new_token(api: Api, person: Person) -> str:
    return api.as_(person.key).token


def status(api: Api, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return int(api.http.get("/R4-patient-api/Patient/142859", headers=headers).status_code)


def published(api: Api) -> list[str]:
    keys = api.http.get("/R4-patient-api/oauth2/jwks").json()["keys"]
    return [each["kid"] for each in keys]


def test_the_next_key_is_published_before_it_signs(api: Api, rebecca: Person) -> None:
    before = published(api)
    rotation.rotate()
    assert len(published(api)) == 4
    assert published(api)[0] == before[0]  # the RSA key that signs goes first
    assert kid(new_token(api, rebecca)) in before
    pass_time(minutes=16)
    assert published(api)[0] not in before
    assert kid(new_token(api, rebecca)) not in before


def test_tokens_of_the_old_key_work_until_all_of_them_have_expired(
    api: Api, rebecca: Person
) -> None:
    old, before = new_token(api, rebecca), published(api)
    rotation.rotate()
    pass_time(minutes=16)
    assert status(api, old) == status(api, new_token(api, rebecca)) == 200
    pass_time(minutes=59)
    assert status(api, old) == 200
    pass_time(minutes=5)
    assert status(api, old) == 401
    assert not set(before) & set(published(api))
    assert status(api, new_token(api, rebecca)) == 200


def test_a_key_that_others_may_know_verifies_nothing_from_then_on(
    api: Api, rebecca: Person
) -> None:
    old = new_token(api, rebecca)
    rotation.rotate()  # this one may be known to them as well
    rotation.rotate(is_compromised=True)
    assert status(api, old) == 401
    assert status(api, new_token(api, rebecca)) == 200
    assert len(published(api)) == 2
    pass_time(minutes=16)
    assert len(published(api)) == 2


def test_introspection_says_the_same_of_a_token_as_the_api(api: Api, rebecca: Person) -> None:
    app = flow.symmetric()
    token = app.exchange(flow.code(app, rebecca)).json()["access_token"]
    assert app.post("introspect", token=token, **app.shows()).json()["active"] is True
    rotation.rotate(is_compromised=True)
    assert app.post("introspect", token=token, **app.shows()).json() == {"active": False}


def test_two_exchanges_one_after_the_other(api: Api, rebecca: Person) -> None:
    first = new_token(api, rebecca)
    rotation.rotate()
    with pytest.raises(rotation.NextKeyWaits, match="signs from"):
        rotation.rotate()
    pass_time(minutes=16)
    second = new_token(api, rebecca)
    rotation.rotate()
    pass_time(minutes=16)
    third = new_token(api, rebecca)
    assert len({kid(first), kid(second), kid(third)}) == 3
    assert [status(api, each) for each in (first, second, third)] == [200, 200, 200]
    pass_time(minutes=47)  # the first has been replaced for 63 minutes, the second for 47
    assert [status(api, each) for each in (first, second, third)] == [401, 200, 200]


@pytest.mark.django_db(transaction=True)
def test_of_two_exchanges_at_the_same_moment_one_counts() -> None:
    def ask() -> str:
        try:
            rotation.rotate()
        except rotation.NextKeyWaits:
            return "waits"
        return "made"

    assert sorted(at_once(3, ask)) == ["made", "waits", "waits"]
    assert SigningKey.objects.count() == 1


def test_a_name_that_this_process_does_not_know_is_looked_up(
    api: Api, rebecca: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has exchanged the key a moment ago and signed with the new one."""
    monkeypatch.setattr("fhirapi.remembered._AGAIN_AT_MOST_EVERY", 0)
    before = key_ring.current()
    rotation.rotate(is_compromised=True)
    token = new_token(api, rebecca)
    key_ring._ring._values = (before,)  # as this process had it
    assert key_ring.current() is before
    assert status(api, token) == 200


def test_a_ring_that_has_not_changed_stays_the_same_object(db: None) -> None:
    before = key_ring.current()
    key_ring.forget()
    assert key_ring.current() is before


def test_private_keys_are_stored_encrypted_and_move_to_the_newest_key(
    api: Api, rebecca: Person, settings: Settings
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    NamingKey.objects.all().delete()  # it is under the suite's own key
    settings.ENCRYPTION_KEYS = [old]
    rotation.rotate(is_compromised=True)
    assert "PRIVATE" not in SigningKey.objects.get().private_encrypted
    settings.ENCRYPTION_KEYS = [new, old]
    rebecca_token = new_token(api, rebecca)
    call_command("rotate_key", verbosity=0)
    settings.ENCRYPTION_KEYS = [new]
    key_ring.forget()
    assert status(api, rebecca_token) == 200


def test_a_lost_encryption_key_does_not_bring_a_compromised_key_back(
    db: None, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    rotation.rotate(is_compromised=True)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    key_ring.forget()
    with pytest.raises(key_ring.NoUsableKey, match="rotate_signing_key"):
        key_ring.current()
    with pytest.raises(CommandError, match="signing keys"):
        call_command("rotate_key")
    call_command("rotate_signing_key", compromised=True)
    assert len(key_ring.current().keys) == 1


def test_keys_whose_tokens_have_expired_are_deleted(api: Api, rebecca: Person) -> None:
    for _ in range(3):
        rotation.rotate()
        pass_time(minutes=20)
    call_command("clear_expired", verbosity=0)
    assert SigningKey.objects.count() == 3
    pass_time(minutes=40)  # the first was replaced 65 minutes ago, the second 45
    token = new_token(api, rebecca)
    call_command("clear_expired", verbosity=0)
    key_ring.forget()
    assert SigningKey.objects.count() == 2
    assert status(api, token) == 200
    assert len(published(api)) == 4


def test_the_command_exchanges_the_key_and_lists_them(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("rotate_signing_key")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["next", "signing"]
    assert AuditRecord.objects.filter(detail__startswith="signing key exchanged").count() == 1
    with pytest.raises(CommandError, match="waits already"):
        call_command("rotate_signing_key")
    call_command("rotate_signing_key", list=True)
    assert capsys.readouterr().out.splitlines() == lines


@pytest.mark.django_db(transaction=True)
def test_a_client_library_verifies_id_tokens_before_and_after(
    live_server: LiveServer, rebecca: Person
) -> None:
    """One that has fetched the JWKS once, and asks again only for a kid that it does not know."""
    address = f"{live_server.url}/R4-patient-api/oauth2/jwks"
    library = jwt.PyJWKClient(address, lifespan=3600, cooldown_duration=0)
    app = flow.public()

    def verified(id_token: str) -> dict[str, Any]:
        key = library.get_signing_key_from_jwt(id_token)
        found: dict[str, Any] = jwt.decode(
            id_token, key, ["RS256"], audience=app.id, issuer=flow.FHIR
        )
        return found

    def id_token() -> str:
        answer = app.exchange(flow.code(app, rebecca)).json()
        return str(answer["id_token"])

    before = id_token()
    subject = verified(before)["sub"]
    rotation.rotate()
    pass_time(minutes=16)
    after = id_token()
    assert kid(after) != kid(before)
    assert verified(after)["sub"] == verified(before)["sub"] == subject


def test_exchanging_the_key_asks_no_statement_more_of_a_token(api: Api, rebecca: Person) -> None:
    """The ring is read now and then, not for each token or request."""
    rotation.rotate()
    asked: list[int] = []
    read = key_ring._ring._read
    key_ring._ring._read = lambda: (asked.append(1), read())[1]  # type: ignore[func-returns-value]
    try:
        for _ in range(3):
            assert status(api, new_token(api, rebecca)) == 200
        HttpClient().get("/R4-patient-api/oauth2/jwks")
    finally:
        key_ring._ring._read = read
    assert len(asked) == 1
