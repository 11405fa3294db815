"""Stored secrets under the newest encryption key, so that an older key can be thrown away."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from fhirapi.encryption import InvalidToken, decrypt, encrypt, is_newest


@dataclass
class Reencrypted:
    changed: int = 0
    unchanged: int = 0
    unreadable: list[str] = field(default_factory=list)
    """Names of those that none of the keys decrypts."""


def reencrypt(stored: QuerySet[Any], column: str, *, name: str) -> Reencrypted:
    """Each secret by itself: it may be interrupted and started again, while the product serves."""
    done = Reencrypted()
    for pk, called, encrypted in stored.order_by("pk").values_list("pk", name, column).iterator():
        if is_newest(encrypted):
            done.unchanged += 1
            continue
        try:
            renewed = encrypt(decrypt(encrypted))
        except InvalidToken:
            done.unreadable.append(str(called))
            continue
        # Only what we read: its owner may have rotated it since, which used the newest key.
        mine = stored.filter(pk=pk, **{column: encrypted})
        done.changed += mine.update(**{column: renewed})
    return done


def under_older(stored: QuerySet[Any], column: str) -> int:
    """How many are not under the newest key."""
    return sum(not is_newest(each) for each in stored.values_list(column, flat=True).iterator())
