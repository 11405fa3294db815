"""System checks: settings that contradict each other or are unsafe, each with its remedy.

https://docs.djangoproject.com/en/5.2/topics/checks/
"""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.http.request import validate_host

from qsmartcare import env
from qsmartcare.reach import is_reached_from_elsewhere

_SHORTEST_TOKEN = 16
_SHORTEST_KEY = 32
_SHORTEST_SESSION = 5 * 60  # seconds; pages warn two minutes before the end
_OWN_SECRETS = (
    ("SECRET_KEY",), ("ENCRYPTION_KEYS",), ("DIGEST_KEYS", "DIGEST_KEY"), ("JWT_PRIVATE_KEY",),
    ("AUDIT_KEYS",),
)  # fmt: skip


def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found = [*_check_address(), *_check_secrets(), *_check_sessions()]
    if is_public():
        found += _check_public()
    return found


def is_public() -> bool:
    """Whether people reach this installation from other machines."""
    return is_reached_from_elsewhere(settings.BASE_URL, env.text("HOST", "127.0.0.1"))


def _check_address() -> Iterator[CheckMessage]:
    address = urlsplit(settings.BASE_URL)
    if address.scheme not in ("http", "https") or not address.hostname or address.path:
        yield Error(
            f"BASE_URL={settings.BASE_URL} is not the address of a whole host.",
            hint="Give scheme, host and port only: https://ehr.example.org",
            id="qsmartcare.E001",
        )
    elif not validate_host(address.hostname, settings.ALLOWED_HOSTS):
        yield Error(
            "ALLOWED_HOSTS does not have the host of BASE_URL, so every page would be refused.",
            hint=f"Add {address.hostname} to ALLOWED_HOSTS.",
            id="qsmartcare.E002",
        )
    if not _all_usable(settings.TRUSTED_PROXIES, ip_network):
        yield Error(
            "TRUSTED_PROXIES holds something that is neither an address nor a network.",
            hint="Write them like 10.0.0.7 or 10.0.0.0/24, separated by commas.",
            id="qsmartcare.E009",
        )
    if not _all_usable([each for each in settings.IMPORT_HOSTS if "/" in each], ip_network):
        yield Error(
            "IMPORT_HOSTS holds something with a / that is no network.",
            hint="Write hosts like files.example.org or files.example.org:8443, without https:// "
            "and path, and networks like 10.1.0.0/16, separated by commas.",
            id="qsmartcare.E011",
        )


def _check_secrets() -> Iterator[CheckMessage]:
    if not _all_usable(settings.ENCRYPTION_KEYS, Fernet):
        yield Error(
            "ENCRYPTION_KEYS holds something that is not a Fernet key.",
            hint="Make one with Fernet.generate_key(); separate several by commas, newest first.",
            id="qsmartcare.E003",
        )
    if not _all_usable([settings.JWT_PRIVATE_KEY], _read_private_key):
        yield Error(
            "JWT_PRIVATE_KEY is not a private key in PEM format without a password.",
            hint="Make one with: openssl genrsa 2048",
            id="qsmartcare.E004",
        )
    if any(len(each) < _SHORTEST_KEY for each in settings.AUDIT_KEYS):
        yield Error(
            f"AUDIT_KEYS holds a key that is shorter than {_SHORTEST_KEY} characters.",
            hint="Make one with: openssl rand -hex 32; separate several by commas, newest first.",
            id="qsmartcare.E021",
        )
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < _SHORTEST_TOKEN:
        yield Error(
            f"METRICS_TOKEN is shorter than {_SHORTEST_TOKEN} characters, so it can be guessed.",
            hint="Make one with: openssl rand -hex 20",
            id="qsmartcare.E005",
        )


def _check_sessions() -> Iterator[CheckMessage]:
    if not _SHORTEST_SESSION <= settings.SESSION_IDLE_SECONDS <= settings.SESSION_COOKIE_AGE:
        yield Error(
            "SESSION_IDLE_MINUTES is below 5, or longer than a session of SESSION_HOURS lasts.",
            hint="Half an hour of twelve is usual: SESSION_IDLE_MINUTES=30, SESSION_HOURS=12.",
            id="qsmartcare.E010",
        )


def _check_public() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error(
            "DEBUG shows settings and data to everybody who causes an error.",
            hint="Unset DEBUG wherever other machines reach BASE_URL or HOST.",
            id="qsmartcare.E006",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS=* lets a forged Host header into links and letters.",
            hint="Name the hosts.",
            id="qsmartcare.E007",
        )
    if not settings.IS_HTTPS:
        yield Warning(
            "Passwords and patient data travel unencrypted to BASE_URL.",
            hint="Put a proxy with TLS in front and let BASE_URL begin with https://",
            id="qsmartcare.W001",
        )
    if settings.DEMO:
        yield Error(
            "DEMO shows everybody the letters this installation sends, and its sign-ins are known.",
            hint="Set DEMO=0, or keep it to this machine: HOST=127.0.0.1 and a local BASE_URL.",
            id="qsmartcare.E008",
        )
    if missing := [names[0] for names in _OWN_SECRETS if not any(map(env.secret, names))]:
        yield Warning(
            f"{', '.join(missing)}: made here and kept in DATA_DIR, so no other machine has them.",
            hint="Set them, or NAME_FILE for each, from where you keep secrets.",
            id="qsmartcare.W003",
        )
    if settings.EMAIL_BACKEND.endswith(("filebased.EmailBackend", "locmem.EmailBackend")):
        yield Warning(
            "Letters are written to files: nobody receives the link that confirms an account.",
            hint="Set EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend and EMAIL_HOST.",
            id="qsmartcare.W004",
        )


def _all_usable(values: list[str], reader: Callable[[str], object]) -> bool:
    try:
        for value in values:
            reader(value)
    except (ValueError, TypeError):
        return False
    return True


def _read_private_key(pem: str) -> None:
    load_pem_private_key(pem.encode(), password=None)
