"""Key rotation: stored secrets move to the newest encryption key, and nobody notices."""

import base64
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.encryption import decrypt
from fhirapi.smart import names
from fhirapi.smart.models import AccessKey
from fhirapi.smart.webhooks import signing
from fhirapi.smart.webhooks.models import Webhook
from qsmartcare import keyring
from tests.people import Person, make_key

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
KINDS = ("secret", "encryption", "digest")


@pytest.fixture
def secret(rebecca: Person, settings: Settings) -> str:
    """Rebecca's, encrypted with the old key, while the new one already stands in front."""
    settings.ENCRYPTION_KEYS = [OLD]
    names.NamingKey.objects.all().delete()  # under the suite's own key
    names._key.cache_clear()
    names.name_of("anything")
    secret = rebecca.secret
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    return secret


def stored() -> str:
    return AccessKey.objects.get().secret_encrypted


def test_secrets_are_readable_without_the_old_key_afterwards(
    secret: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    named = names.name_of("grant 1")
    call_command("rotate_key")
    assert "Older keys are needed for: nothing." in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = [NEW]
    assert decrypt(stored()) == secret
    names._key.cache_clear()
    assert names.name_of("grant 1") == named
    settings.ENCRYPTION_KEYS = [OLD]
    with pytest.raises(InvalidToken):
        decrypt(stored())


def test_a_webhook_signs_as_before_whichever_keys_are_exchanged(
    secret: str, rebecca: Person, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS, settings.DIGEST_KEYS = [OLD], ["old"]
    made = signing.new()
    client = rebecca.key.data_access_grant.client
    Webhook.objects.create(
        client=client, url="https://app.example/", salt=made.salt, secret_encrypted=made.encrypted
    )
    settings.ENCRYPTION_KEYS, settings.DIGEST_KEYS = [NEW, OLD], ["new", "old"]
    call_command("rotate_key")
    settings.ENCRYPTION_KEYS, settings.DIGEST_KEYS = [NEW], ["new"]
    hook = Webhook.objects.get()
    signed = signing.signature(signing.key_of(hook.secret_encrypted, hook.salt), "id", 1, b"{}")
    of_the_app = base64.b64decode(made.shown.removeprefix("whsec_"))
    assert signed == signing.signature(of_the_app, "id", 1, b"{}")


def test_repeating_it_changes_nothing(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rotate_key")
    before = stored()
    capsys.readouterr()
    call_command("rotate_key")
    assert "0 secrets re-encrypted" in capsys.readouterr().out
    assert stored() == before


def test_a_lost_key_is_named_as_such_and_the_others_are_done(
    secret: str, rebecca: Person, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    lost = make_key(rebecca, ["142859"])
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match=lost.access_key_id):
        call_command("rotate_key")
    settings.ENCRYPTION_KEYS = [NEW]
    assert decrypt(AccessKey.objects.get(pk=rebecca.key.pk).secret_encrypted) == secret


@pytest.fixture
def ours(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose keys were made here."""
    for kind in keyring.KINDS.values():
        for name in kind.settings:
            monkeypatch.delenv(name, raising=False)
    settings.DATA_DIR = tmp_path
    return tmp_path


def keys(folder: Path, kind: str) -> list[str]:
    found: list[str] = getattr(keyring.load(folder), f"{kind}_keys")
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_known_before_it_is_used_and_used_before_the_old_one_goes(
    ours: Path, kind: str
) -> None:
    [old] = keys(ours, kind)
    call_command("rotate_key", kind, announce=True)
    first, new = keys(ours, kind)
    assert first == old
    call_command("rotate_key", kind, announce=True)
    assert keys(ours, kind) == [old, new], "processes may know it by now"
    call_command("rotate_key", kind, use=True)
    assert keys(ours, kind) == [new, old]
    call_command("rotate_key", kind, retire=True)
    assert keys(ours, kind) == [new]
    assert (ours / "keyring.json").stat().st_mode & 0o777 == 0o600
    told = AuditRecord.objects.filter(action="operation").values_list("detail", flat=True)
    assert [each for each in told if new in str(each) or old in str(each)] == []
    assert len(told) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_is_used_that_was_not_announced(ours: Path, kind: str) -> None:
    [old] = keys(ours, kind)
    with pytest.raises(CommandError, match="--announce"):
        call_command("rotate_key", kind, use=True)
    assert keys(ours, kind) == [old]


def test_keys_of_the_version_before_are_found(ours: Path) -> None:
    (ours / "keyring.json").write_text('{"secret_key": "s", "digest_key": "d"}')
    found = keyring.load(ours)
    assert (found.secret_keys, found.digest_keys) == (["s"], ["d"])


def test_an_old_key_that_is_needed_is_not_thrown_away(
    ours: Path, secret: str, settings: Settings
) -> None:
    with pytest.raises(CommandError, match="needed still: 2 secrets"):
        call_command("rotate_key", retire=True)
    call_command("rotate_key")
    call_command("rotate_key", retire=True)


@pytest.mark.parametrize("kind", KINDS)
def test_keys_that_come_from_outside_are_not_ours_to_change(
    ours: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keyring.KINDS[kind].settings[0], OLD)
    for step in ("announce", "use"):
        with pytest.raises(CommandError, match="set from outside"):
            call_command("rotate_key", kind, **{step: True})
    assert list(ours.iterdir()) == []


def test_from_outside_the_first_is_in_use(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "in use")
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "next, before")
    monkeypatch.setenv("DIGEST_KEYS", "in use,before")
    found = keyring.load(ours)
    assert found.secret_keys == ["in use", "next", "before"]
    assert found.digest_keys == ["in use", "before"]


def test_one_digest_key_may_still_be_given_by_its_old_name(
    ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_KEY", "with, comma")
    assert keyring.load(ours).digest_keys == ["with, comma"]
