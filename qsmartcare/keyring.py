"""The secrets of an installation: signing keys and encryption keys.

In production each comes from the environment (or from the file ``NAME_FILE`` names). Where one is
missing it is made once and kept in ``$DATA_DIR/keyring.json`` (mode 0600), so that a developer
needs no preparation and a second start keeps every session, key and token alive.

Of most there may be several: the first is in use, the others only verify or decrypt. A key that is
to come is known to every process before the first one uses it. docs/decisions/0035
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
    secret_keys: list[str]
    """Django's SECRET_KEY and SECRET_KEY_FALLBACKS."""
    encryption_keys: list[str]
    """Fernet keys: the first encrypts, all decrypt."""
    digest_keys: list[str]
    """Keys of the HMAC under which high-entropy secrets are stored: the first makes, all verify."""
    jwt_private_key: str
    """RSA private key (PEM) that signs access and identity tokens."""
    audit_keys: list[str]
    """Keep the audit trail, newest first; older ones only verify."""


@dataclass(frozen=True)
class Kind:
    """Keys that are exchanged by ``manage.py rotate_key``."""

    settings: tuple[str, ...]
    """By which they come from outside; the first is the one to be set."""
    kept: str
    kept_before: str
    """The name in the file when there was one key only."""
    make: Callable[[], str]


class SetFromOutside(Exception):
    """The keys stand in the environment, so that whoever set them changes them there."""


class NothingAnnounced(Exception):
    """There is no key that the processes know and do not use yet."""


def load(data_dir: Path) -> Keyring:
    kept = _kept(data_dir)
    return Keyring(
        secret_keys=[
            *(_given("SECRET_KEY") or _all_kept(kept, KINDS["secret"])),
            *_list("SECRET_KEY_FALLBACKS"),
        ],
        encryption_keys=_list("ENCRYPTION_KEYS") or _all_kept(kept, KINDS["encryption"]),
        digest_keys=_list("DIGEST_KEYS")
        or _given("DIGEST_KEY")
        or _all_kept(kept, KINDS["digest"]),
        jwt_private_key=(
            env.secret("JWT_PRIVATE_KEY") or kept.get("jwt_private_key", _rsa_private_key)
        ),
        audit_keys=(env.secret("AUDIT_KEYS") or kept.get("audit_keys", _random_text)).split(","),
    )


def add_audit_key(data_dir: Path) -> int:
    """Puts a new key in front of those that we keep, where what it makes is asked for by nobody
    but those who have it; returns how many there are.
    """
    kept = _kept(data_dir)
    keys = ",".join([_random_text(), kept.get("audit_keys", _random_text)])
    kept.set("audit_keys", keys)
    return len(keys.split(","))


def announce(data_dir: Path, kind: Kind) -> None:
    """Makes the next key, at the end of the list. Raises SetFromOutside.

    Announced twice it is the same key: processes may know the first already.
    """
    kept = _ours(data_dir, kind)
    kept.get(_next(kind), kind.make)


def use(data_dir: Path, kind: Kind) -> None:
    """Puts the announced key in front. Raises SetFromOutside, NothingAnnounced."""
    kept = _ours(data_dir, kind)
    if _next(kind) not in kept:
        raise NothingAnnounced
    kept.change({kind.kept: ",".join(_in_order(kept, kind))}, without=_next(kind))


def retire(data_dir: Path, kind: Kind) -> int:
    """Leaves the key in use and the announced one; how many are gone. Raises SetFromOutside."""
    kept = _ours(data_dir, kind)
    newest, *older = _kept_list(kept, kind)
    kept.set(kind.kept, newest)
    return len(older)


def _in_order(kept: Kept, kind: Kind) -> list[str]:
    return [kept.get(_next(kind), kind.make), *_kept_list(kept, kind)]


def _all_kept(kept: Kept, kind: Kind) -> list[str]:
    keys = _kept_list(kept, kind)
    return [*keys, kept.get(_next(kind), kind.make)] if _next(kind) in kept else keys


def _kept_list(kept: Kept, kind: Kind) -> list[str]:
    before = kind.kept_before
    made = kind.make if before not in kept else lambda: kept.get(before, kind.make)
    found: str = kept.get(kind.kept, made)
    return found.split(",")


def _ours(data_dir: Path, kind: Kind) -> Kept:
    if any(env.secret(name) for name in kind.settings):
        raise SetFromOutside
    return _kept(data_dir)


def _next(kind: Kind) -> str:
    return f"next_of_{kind.kept}"


def _given(name: str) -> list[str]:
    value = env.secret(name)
    return [value] if value else []


def _list(name: str) -> list[str]:
    return [each.strip() for each in (env.secret(name) or "").split(",") if each.strip()]


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


KINDS = {
    "secret": Kind(("SECRET_KEY", "SECRET_KEY_FALLBACKS"), "secret_keys", "secret_key",
                   _random_text),
    "encryption": Kind(("ENCRYPTION_KEYS",), "encryption_keys", "encryption_keys",
                       _encryption_key),
    "digest": Kind(("DIGEST_KEYS", "DIGEST_KEY"), "digest_keys", "digest_key", _random_text),
}  # fmt: skip
