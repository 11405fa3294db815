"""The secrets of an installation: signing keys and encryption keys.

In production each comes from the environment (or from the file ``NAME_FILE`` names). Where one is
missing it is made once and kept in ``$DATA_DIR/keyring.json`` (mode 0600), so that a developer
needs no preparation and a second start keeps every session, key and token alive.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from qsmartcare import env
from qsmartcare.kept import Kept


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
    audit_keys: list[str]
    """Keep the audit trail, newest first; older ones only verify."""


def load(data_dir: Path) -> Keyring:
    kept = _kept(data_dir)
    return Keyring(
        secret_key=env.secret("SECRET_KEY") or kept.get("secret_key", _random_text),
        encryption_keys=(
            env.secret("ENCRYPTION_KEYS") or kept.get("encryption_keys", _encryption_key)
        ).split(","),
        digest_key=env.secret("DIGEST_KEY") or kept.get("digest_key", _random_text),
        jwt_private_key=(
            env.secret("JWT_PRIVATE_KEY") or kept.get("jwt_private_key", _rsa_private_key)
        ),
        audit_keys=(env.secret("AUDIT_KEYS") or kept.get("audit_keys", _random_text)).split(","),
    )


def add_encryption_key(data_dir: Path) -> int:
    """Puts a new key in front of those that we keep; returns how many there are."""
    return _put_in_front(_kept(data_dir), "encryption_keys", _encryption_key)


def add_audit_key(data_dir: Path) -> int:
    """The same for the audit trail."""
    return _put_in_front(_kept(data_dir), "audit_keys", _random_text)


def _put_in_front(kept: Kept, name: str, make: Callable[[], str]) -> int:
    keys = ",".join([make(), kept.get(name, make)])
    kept.set(name, keys)
    return len(keys.split(","))


def _kept(data_dir: Path) -> Kept:
    return Kept(data_dir / "keyring.json")


def _encryption_key() -> str:
    return Fernet.generate_key().decode()


def _random_text() -> str:
    return secrets.token_urlsafe(50)


def _rsa_private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()
