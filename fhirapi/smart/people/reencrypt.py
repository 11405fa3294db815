"""Stored secrets under the newest encryption key, so that an older key can be thrown away."""

from dataclasses import dataclass, field

from fhirapi.encryption import InvalidToken, decrypt, encrypt, is_newest
from fhirapi.smart.models import AccessKey


@dataclass
class Reencrypted:
    changed: int = 0
    unchanged: int = 0
    unreadable: list[str] = field(default_factory=list)
    """AccessKeyIDs whose secret none of the keys decrypts."""


def reencrypt_secrets() -> Reencrypted:
    """Each secret by itself: it may be interrupted and started again, while the product serves."""
    done = Reencrypted()
    stored = AccessKey.objects.order_by("pk").values_list("pk", "access_key_id", "secret_encrypted")
    for pk, access_key_id, encrypted in stored.iterator():
        if is_newest(encrypted):
            done.unchanged += 1
            continue
        try:
            renewed = encrypt(decrypt(encrypted))
        except InvalidToken:
            done.unreadable.append(access_key_id)
            continue
        # Only what we read: its owner may have rotated it since, which used the newest key.
        mine = AccessKey.objects.filter(pk=pk, secret_encrypted=encrypted)
        done.changed += mine.update(secret_encrypted=renewed)
    return done
