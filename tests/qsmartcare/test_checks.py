"""Settings that contradict each other or are unsafe are named, with a remedy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.checks import ERROR
from pytest_django import Settings

from qsmartcare.checks import check_settings, is_public
from qsmartcare.keyring import Keyring, load
from tests.product import ROOT

PUBLIC = {"BASE_URL": "https://ehr.example.org", "ALLOWED_HOSTS": ["ehr.example.org"]}
SAFE = {"DEBUG": False, "DEMO": False, "IS_HTTPS": True}


def found(settings: Settings, **changes: object) -> list[str]:
    for name, value in changes.items():
        setattr(settings, name, value)
    messages = check_settings(None)
    assert all(message.hint for message in messages)
    return [str(message.id).removeprefix("qsmartcare.") for message in messages]


def test_a_developers_own_machine_needs_nothing(settings: Settings) -> None:
    assert found(settings, DEMO=True, DEBUG=True) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"BASE_URL": "ehr.example.org"}, "E001"),
        ({"BASE_URL": "https://ehr.example.org/portal"}, "E001"),
        ({"ALLOWED_HOSTS": ["localhost"]}, "E002"),
        ({"ENCRYPTION_KEYS": ["short"]}, "E003"),
        ({"JWT_PRIVATE_KEY": "not a key"}, "E004"),
        ({"METRICS_TOKEN": "short"}, "E005"),
        ({"AUDIT_KEYS": ["short"]}, "E021"),
        ({"DEBUG": True}, "E006"),
        ({"ALLOWED_HOSTS": ["*"]}, "E007"),
        ({"IS_HTTPS": False}, "W001"),
        ({"DEMO": True}, "E008"),
        ({"TRUSTED_PROXIES": ["10.0.0.1/8"]}, "E009"),
        ({"TRUSTED_PROXIES": ["*"]}, "E009"),
        ({"IMPORT_HOSTS": ["https://files.example"]}, "E011"),
        ({"IMPORT_HOSTS": ["files.example", "10.0.0.1/8"]}, "E011"),
        ({"SESSION_IDLE_SECONDS": 0}, "E010"),
        ({"SESSION_IDLE_SECONDS": 13 * 3600}, "E010"),
    ],
)
def test_a_public_installation_is_told(
    settings: Settings, changes: dict[str, object], expected: str
) -> None:
    assert expected in found(settings, **{**PUBLIC, **SAFE, **changes})


@pytest.mark.parametrize(
    ("host", "is_refused"),
    [("0.0.0.0", True), ("::", True), ("127.0.0.1", False), ("::1", False)],  # noqa: S104
)
def test_a_demo_that_listens_for_others_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, host: str, is_refused: bool
) -> None:
    monkeypatch.setenv("HOST", host)
    assert ("E008" in found(settings, DEMO=True)) is is_refused


def test_secrets_from_the_environment_leave_nothing_to_say(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("SECRET_KEY", "ENCRYPTION_KEYS", "DIGEST_KEYS", "JWT_PRIVATE_KEY", "AUDIT_KEYS")
    for name in names:
        monkeypatch.setenv(name, "from a vault")
    mail = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"}
    assert found(settings, **PUBLIC, **SAFE, **mail) == []


def test_no_message_shows_a_secret(settings: Settings) -> None:
    secrets = {"ENCRYPTION_KEYS": ["tell-nobody"], "METRICS_TOKEN": "tell-nobody"}
    found(settings, **secrets)
    told = [f"{each.msg} {each.hint}" for each in check_settings(None) if each.level == ERROR]
    assert told
    assert "tell-nobody" not in " ".join(told)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://portal.localhost", False),
        ("http://192.168.1.5", True),
        ("https://ehr.example.org", True),
    ],
)
def test_public_is_what_other_machines_reach(
    settings: Settings, address: str, expected: bool
) -> None:
    settings.BASE_URL = address
    assert is_public() is expected


def test_production_as_documented_passes_the_check_for_deployment(tmp_path: Path) -> None:
    """In a process of its own, as settings are read once; every warning would fail it."""
    kept: Keyring = load(tmp_path / "elsewhere")
    secrets = {
        "SECRET_KEY": kept.secret_keys[0],
        "DIGEST_KEYS": kept.digest_keys[0],
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "JWT_PRIVATE_KEY": kept.jwt_private_key,
        "AUDIT_KEYS": kept.audit_keys[0],
    }
    where = {
        "BASE_URL": "https://ehr.example.org", "ALLOWED_HOSTS": "ehr.example.org",
        "DEMO": "0", "DEBUG": "0",
        "TRUSTED_PROXIES": "10.0.0.7", "DATA_DIR": str(tmp_path), "EMAIL_HOST": "mail.example.org",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    }  # fmt: skip
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env={**os.environ, **where, **secrets}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    assert not (tmp_path / "keyring.json").exists(), "every secret came from outside"
