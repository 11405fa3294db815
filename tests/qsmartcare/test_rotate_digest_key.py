"""DIGEST_KEYS exchanged: every secret works before, meanwhile and after; then only new ones do."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.http import QueryDict
from pytest_django import Settings

from fhirapi.smart import secrets
from fhirapi.smart.authorization import kept
from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessKey, ClientSecret
from fhirapi.smart.people import keys
from portal.accounts import recovery
from portal.accounts.factors import second
from portal.accounts.models import Recovery
from portal.accounts.tokens import digest, new_token
from qsmartcare import old_digests
from tests.people import Person
from tests.smart import app

OLD, NEW = "the old key", "the new key"
BEFORE, ANNOUNCED, IN_USE, AFTER = [OLD], [OLD, NEW], [NEW, OLD], [NEW]


class Held(NamedTuple):
    """Secrets in their holders' hands, and whether each opens its door."""

    access_key: Callable[[], bool]
    app: Callable[[], bool]
    letter: Callable[[], bool]
    request: Callable[[], bool]

    def that_work(self) -> set[str]:
        return {name for name, works in self._asdict().items() if works()}


def hand_out(person: Person) -> Held:
    key_id, secret = person.key.access_key_id, person.secret
    client = app.register(secrets.new_secret())
    of_app = clients.new_secret(client, by=None)
    token = new_token()
    Recovery.objects.create(account=person.account, token_digest=digest(token))
    query = kept.keep_text("client_id=x")
    return Held(
        lambda: keys.has_secret(AccessKey.objects.get(access_key_id=key_id), secret),
        lambda: clients.has_secret(client, of_app),
        lambda: recovery.recovery_for(token) is not None,
        lambda: kept.find(query) == QueryDict("client_id=x"),
    )


ALL = set(Held._fields)


@pytest.fixture
def held(rebecca: Person, settings: Settings) -> Held:
    settings.DIGEST_KEYS = BEFORE
    return hand_out(rebecca)


@pytest.mark.parametrize("known", [BEFORE, ANNOUNCED, IN_USE])
def test_what_was_made_before_works_at_every_step(
    held: Held, settings: Settings, known: list[str]
) -> None:
    settings.DIGEST_KEYS = known
    assert held.that_work() == ALL


@pytest.mark.parametrize(("here", "there"), [(ANNOUNCED, IN_USE), (IN_USE, ANNOUNCED)])
def test_what_one_process_makes_works_at_the_other_during_the_exchange(
    rebecca: Person, settings: Settings, here: list[str], there: list[str]
) -> None:
    settings.DIGEST_KEYS = here
    made = hand_out(rebecca)
    settings.DIGEST_KEYS = there
    assert made.that_work() == ALL


def test_without_the_old_key_what_it_made_fails_and_nothing_else(
    held: Held, john: Person, settings: Settings
) -> None:
    settings.DIGEST_KEYS = IN_USE
    new = hand_out(john)
    settings.DIGEST_KEYS = AFTER
    assert held.that_work() == set()
    assert new.that_work() == ALL


def test_access_keys_are_renewed_by_command_and_apps_when_they_show_their_secret(
    held: Held, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DIGEST_KEYS = IN_USE
    call_command("rotate_key", "digest")
    assert "1 access keys renewed." in capsys.readouterr().out
    assert old_digests.left()["secrets of apps"] == 1
    assert held.app()
    assert "secrets of apps" not in old_digests.left()
    settings.DIGEST_KEYS = AFTER
    assert held.that_work() == {"access_key", "app"}


def test_digests_from_before_keys_had_names_go_on_working(held: Held, settings: Settings) -> None:
    unnamed = secrets._unnamed(OLD, "a secret of then")
    row = ClientSecret.objects.get()
    ClientSecret.objects.update(digest=unnamed)
    settings.DIGEST_KEYS = IN_USE
    assert clients.has_secret(row.client, "a secret of then")
    settings.DIGEST_KEYS = AFTER
    assert clients.has_secret(row.client, "a secret of then")
    assert not clients.has_secret(row.client, "another")


def test_it_is_told_what_needs_the_old_key_and_it_stays_until_nothing_does(
    held: Held, rebecca: Person, settings: Settings
) -> None:
    second.new_recovery_codes(rebecca.account)
    settings.DIGEST_KEYS = IN_USE
    with pytest.raises(CommandError, match="1 secrets of apps, 10 recovery codes, 1 links of"):
        call_command("rotate_key", "digest", retire=True)


def test_a_digest_fits_its_column_and_tells_its_key(settings: Settings) -> None:
    settings.DIGEST_KEYS = AFTER
    made = secrets.digest("x")
    assert len(made) == 64
    assert secrets.is_newest(made)
    settings.DIGEST_KEYS = BEFORE
    assert not secrets.is_newest(made)
    assert not secrets.matches("x", made)
