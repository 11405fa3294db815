"""Exchanging the key that signs: the next one is made, and the rest is a matter of time.

What follows from a row is said in ``key_ring.py``; nothing here has to happen at a moment.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.encryption import encrypt
from fhirapi.smart.tokens import key_ring
from fhirapi.smart.tokens.models import SigningKey
from fhirapi.smart.tokens.signing_keys import new_pem, pair


class NextKeyWaits(Exception):
    """A key that was made a moment ago does not sign yet: one at a time."""

    def __init__(self, signs_from: datetime) -> None:
        super().__init__(f"The next key waits already; it signs from {signs_from:%H:%M} UTC on.")
        self.signs_from = signs_from


@dataclass(frozen=True)
class Shown:
    """A key as staff see it."""

    kids: dict[str, str]
    """By algorithm, as the JWKS names them."""
    state: key_ring.State
    made_at: datetime | None
    signs_from: datetime | None
    """None: from the beginning."""
    signs_until: datetime | None
    verifies_until: datetime | None


def rotate(
    *,
    is_compromised: bool = False,
    account_id: int | None = None,
    address: str | None = None,
) -> SigningKey:
    """Makes the next key. Raises NextKeyWaits.

    ``is_compromised``: it signs at once, and what all others have signed is refused.
    """
    pem = new_pem()  # takes a moment, so before anybody has to wait for us
    with transaction.atomic():
        _one_at_a_time()
        now = timezone.now()
        waiting = SigningKey.objects.filter(signs_from__gt=now)
        if is_compromised:
            waiting.delete()
        elif next_key := waiting.first():
            raise NextKeyWaits(next_key.signs_from)
        made = SigningKey.objects.create(
            private_encrypted=encrypt(pem),
            signs_from=now if is_compromised else now + key_ring.PUBLISHED_BEFORE,
            ends_older=is_compromised,
        )
        record(
            AuditRecord.Action.OPERATION,
            account_id=account_id,
            detail=_detail(pair(pem).kid, is_compromised),
            address=address,
        )
    key_ring.forget()
    return made


def shown() -> list[Shown]:
    """Newest first; as this process knows them."""
    now = timezone.now().timestamp()
    return [_shown(key, now) for key in key_ring.current().keys]


def forget_ended() -> int:
    """Deletes keys whose last token has expired; returns how many."""
    longest = timedelta(seconds=settings.ACCESS_TOKEN_LIFETIME) + key_ring.MARGIN
    newer = SigningKey.objects.filter(signs_from__gt=OuterRef("signs_from"))
    successor = newer.filter(signs_from__lt=timezone.now() - longest)
    return SigningKey.objects.filter(Exists(successor)).delete()[0]


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:  # readers go on reading
        cursor.execute("LOCK TABLE fhirapi_signingkey IN SHARE ROW EXCLUSIVE MODE")


def _detail(kid: str, is_compromised: bool) -> str:
    how = "older ones refused" if is_compromised else "older ones still verify"
    return f"signing key exchanged: {kid}, {how}"


def _shown(key: key_ring.Key, now: float) -> Shown:
    return Shown(
        {algorithm: jwk["kid"] for algorithm, jwk in key.pair.published.items()},
        key.state(now),
        _moment(key.made_at),
        _moment(key.signs_from or None),
        _moment(key.signs_until),
        _moment(key.verifies_until),
    )


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
