"""What an older key of DIGEST_KEYS is still needed for.

An access key's secret is kept encrypted as well, so its digest is made anew here. Of other secrets
only their holders have the text: an app's is renewed when it is next shown, a letter's link ends by
itself, and a recovery code is used once.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from fhirapi.encryption import InvalidToken, decrypt
from fhirapi.provider.models import IdempotentAnswer
from fhirapi.smart import secrets
from fhirapi.smart.authorization.models import KeptRequest
from fhirapi.smart.models import AccessKey, Client, ClientSecret, LaunchContext
from portal.accounts.factors.models import RecoveryCode
from portal.accounts.models import Recovery, Registration
from portal.accounts.own.models import EmailChange
from portal.team.models import TeamInvitation


def renew_access_keys() -> int:
    """While the product serves: only what we read is replaced, as its owner may have rotated it."""
    renewed = 0
    columns = ("pk", "secret_encrypted", "secret_digest")
    for pk, encrypted, digest in AccessKey.objects.values_list(*columns).iterator():
        if secrets.is_newest(digest):
            continue
        try:
            secret = decrypt(encrypted)
        except InvalidToken:  # rotate_key of encryption keys names it
            continue
        same = AccessKey.objects.filter(pk=pk, secret_digest=digest)
        renewed += same.update(secret_digest=secrets.digest(secret))
    return renewed


def left() -> dict[str, int]:
    """How many of each an older key is needed for; what runs out goes with `clear_expired`."""
    counted = {
        what: sum(rows.exclude(_newest(column)).count() for rows, column in places)
        for what, places in _held().items()
    }
    return {what: count for what, count in counted.items() if count}


def _newest(column: str) -> Q:
    """Or nothing is kept there."""
    return Q(**{f"{column}__startswith": secrets.newest_name()}) | Q(**{column: ""})


def _held() -> dict[str, list[tuple[QuerySet[Any], str]]]:
    """Every digest that is verified later: what a person calls it, its rows and its column."""
    now = timezone.now()
    is_live = Q(expires_at=None) | Q(expires_at__gt=now)
    overlapping = AccessKey.objects.filter(previous_secret_until__gt=now)
    apps = ClientSecret.objects.filter(is_live, revoked_at=None)
    changes = EmailChange.objects.all()
    return {
        "access keys": [(AccessKey.objects.all(), "secret_digest")],
        "earlier secrets of access keys": [(overlapping, "previous_secret_digest")],
        "secrets of apps": [(apps, "digest")],
        "registration access tokens": [(Client.objects.all(), "registration_token_digest")],
        "recovery codes": [(RecoveryCode.objects.filter(used_at=None), "digest")],
        "links of letters": [
            (Registration.objects.filter(confirmed_at=None), "token_digest"),
            (Recovery.objects.filter(used_at=None), "token_digest"),
            (TeamInvitation.objects.filter(accepted_at=None), "token_digest"),
            (changes.filter(confirmed_at=None), "confirm_digest"),
            (changes, "undo_digest"),
        ],
        "launches and authorization requests": [
            (LaunchContext.objects.filter(used_at=None, expires_at__gt=now), "digest"),
            (KeptRequest.objects.filter(expires_at__gt=now), "digest"),
        ],
        "answers under an Idempotency-Key": [(IdempotentAnswer.objects.all(), "key_digest")],
    }
