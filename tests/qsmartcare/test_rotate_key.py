"""Key rotation: stored secrets move to the newest encryption key, and nobody notices."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command
from pytest_django import Settings

from fhirapi.encryption import decrypt, encrypt
from fhirapi.smart.models import AccessKey
from qsmartcare import keyring
from tests.people import Person, make_key

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture
def secret(rebecca: Person, settings: Settings) -> str:
    """Rebecca's, encrypted with the old key, while the new one already stands in front."""
    settings.ENCRYPTION_KEYS = [OLD]
    secret = rebecca.secret
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    return secret


def stored() -> str:
    return AccessKey.objects.get().secret_encrypted


def test_secrets_are_readable_without_the_old_key_afterwards(
    secret: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("rotate_key")
    assert "1 secrets re-encrypted" in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = [NEW]
    assert decrypt(stored()) == secret
    settings.ENCRYPTION_KEYS = [OLD]
    with pytest.raises(InvalidToken):
        decrypt(stored())


def test_repeating_it_changes_nothing(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rotate_key")
    before = stored()
    capsys.readouterr()
    call_command("rotate_key")
    assert "0 secrets re-encrypted, 1 were under the newest key" in capsys.readouterr().out
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


def test_a_new_key_goes_in_front_of_those_we_keep(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENCRYPTION_KEYS", raising=False)
    settings.DATA_DIR = tmp_path
    [old] = keyring.load(tmp_path).encryption_keys
    settings.ENCRYPTION_KEYS = [old]
    encrypted = encrypt("kept")
    call_command("rotate_key", new=True)
    newest, *older = keyring.load(tmp_path).encryption_keys
    assert older == [old]
    settings.ENCRYPTION_KEYS = [newest, *older]
    assert decrypt(encrypted) == "kept"
    assert (tmp_path / "keyring.json").stat().st_mode & 0o777 == 0o600


def test_keys_that_come_from_outside_are_not_ours_to_change(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", OLD)
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="set from outside"):
        call_command("rotate_key", new=True)
    assert list(tmp_path.iterdir()) == []
