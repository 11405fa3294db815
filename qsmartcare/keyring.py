"""The secrets of an installation: signing keys and encryption keys.

In production each comes from the environment (or from the file ``NAME_FILE`` names). Where one is
missing it is made once and kept in ``$DATA_DIR/keyring.json`` (mode 0600), so that a developer
needs no preparation and a second start keeps every session, key and token alive.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from qsmartcare import env


@dataclass(frozen=True)
class Keyring:
    secret_key: str
    """Django's SECRET_KEY."""
    encryption_keys: list[str]
    """Fernet keys, newest first; older ones only decrypt."""
    digest_key: str
    """Keys the HMAC under which high-entropy secrets are stored."""
    jwt_private_key: str
    """RSA private key (PEM) that signs access and identity tokens."""


def load(data_dir: Path) -> Keyring:
    kept = _Kept(data_dir / "keyring.json")
    return Keyring(
        secret_key=env.secret("SECRET_KEY") or kept.get("secret_key", secrets.token_urlsafe(50)),
        encryption_keys=(
            env.secret("ENCRYPTION_KEYS")
            or kept.get("encryption_keys", Fernet.generate_key().decode())
        ).split(","),
        digest_key=env.secret("DIGEST_KEY") or kept.get("digest_key", secrets.token_urlsafe(50)),
        jwt_private_key=env.secret("JWT_PRIVATE_KEY") or kept.get("jwt_private_key", None),
    )


class _Kept:
    """The file of generated secrets; a value is made only when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def get(self, name: str, fresh: str | None) -> str:
        if name not in self._values:
            self._values[name] = fresh if fresh is not None else _rsa_private_key()
            self._write()
        return self._values[name]

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._values, file)
        beside.replace(self._path)


def _rsa_private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()
