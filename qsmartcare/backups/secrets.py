"""The secrets of an installation in a file that a passphrase opens, apart from the dump.

scrypt (RFC 7914) makes the key, Fernet (AES-128-CBC, HMAC-SHA256) seals.
"""

import base64
import json
import secrets
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from qsmartcare import env
from qsmartcare.backups.programs import BackupTrouble
from qsmartcare.kept import write_private

_SHORTEST = 12  # characters
_NAMES = ("SECRET_KEY", "ENCRYPTION_KEYS", "DIGEST_KEY", "JWT_PRIVATE_KEY")
_SALT = 16  # bytes


def passphrase() -> str:
    found = env.secret("BACKUP_PASSPHRASE") or ""
    if len(found) < _SHORTEST:
        raise BackupTrouble(
            f"Set BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE, {_SHORTEST} characters or more: "
            "it seals the secrets, and nothing opens them without it."
        )
    return found


def write(path: Path) -> None:
    held = {
        "secret_keys": ",".join([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]),
        "encryption_keys": ",".join(settings.ENCRYPTION_KEYS),
        "digest_keys": ",".join(settings.DIGEST_KEYS),
        "jwt_private_key": settings.JWT_PRIVATE_KEY,
        "audit_keys": ",".join(settings.AUDIT_KEYS),
    }
    salt = secrets.token_bytes(_SALT)
    sealed = _box(salt).encrypt(json.dumps(held).encode())
    write_private(path, base64.b64encode(salt).decode() + "\n" + sealed.decode() + "\n")


def read(path: Path) -> dict[str, Any]:
    """As DATA_DIR/keyring.json holds them."""
    try:
        salt, sealed = path.read_text(encoding="ascii").split()
        held: dict[str, Any] = json.loads(_box(base64.b64decode(salt)).decrypt(sealed.encode()))
    except FileNotFoundError:
        raise BackupTrouble(f"{path} is missing: the backup was made without secrets.") from None
    except InvalidToken:
        raise BackupTrouble(f"BACKUP_PASSPHRASE does not open {path}.") from None
    except ValueError:
        raise BackupTrouble(f"{path} cannot be read as what backup writes.") from None
    return held


def put_in_place(held: dict[str, Any]) -> Path | None:
    """Into DATA_DIR/keyring.json; what was there is kept beside it, and that path returned."""
    if given := [name for name in _NAMES if env.secret(name)]:
        raise BackupTrouble(
            f"{given[0]} comes from outside: set those of the backup there, instead of here."
        )
    path: Path = settings.DATA_DIR / "keyring.json"
    before = None
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) != held:
        before = path.with_name("keyring.before-restore.json")
        if before.exists():
            raise BackupTrouble(f"{before} is there from an earlier restore: take it away first.")
        write_private(before, path.read_text(encoding="utf-8"))
    write_private(path, json.dumps(held, indent=1))
    return before


def _box(salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase().encode())
    return Fernet(base64.urlsafe_b64encode(key))
