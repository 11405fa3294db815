"""Every secret that is stored encrypted, and its way under the newest of ENCRYPTION_KEYS."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from fhirapi.provider.models import ChangeWebhook
from fhirapi.smart.models import AccessKey
from fhirapi.smart.names import NamingKey
from fhirapi.smart.reencrypt import reencrypt, under_older
from fhirapi.smart.tokens.models import SigningKey
from fhirapi.smart.webhooks.models import Webhook
from portal.accounts.factors.models import Authenticator


class _Place(NamedTuple):
    what: str
    rows: Any
    column: str
    name: str
    """The column that says which one it is."""
    otherwise: str
    """What can be done when its key is lost for good."""


@dataclass
class Done:
    changed: int
    unchanged: int
    unreadable: list[str]
    """Sentences for the operator."""


def all_secrets() -> Done:
    """While the product serves; may be interrupted and begun again."""
    done = Done(0, 0, [])
    for place in _places():
        found = reencrypt(place.rows, place.column, name=place.name)
        done.changed += found.changed
        done.unchanged += found.unchanged
        if found.unreadable:
            done.unreadable.append(
                f"None of ENCRYPTION_KEYS decrypts {len(found.unreadable)} {place.what}, such as "
                f"{found.unreadable[0]}: the key that encrypted it is missing. Put it back at the "
                f"end of the list, or {place.otherwise}."
            )
    return done


def count_old() -> int:
    """How many an older key is needed for."""
    return sum(under_older(place.rows, place.column) for place in _places())


def _places() -> Iterator[_Place]:
    yield _Place(
        "access keys", AccessKey.objects.all(), "secret_encrypted", "access_key_id",
        "have the owners rotate their keys",
    )  # fmt: skip
    yield _Place(
        "accounts' authenticator apps", Authenticator.objects.all(), "key_encrypted", "user_id",
        "have the owners set them up anew",
    )  # fmt: skip
    yield _Place(
        "signing keys", SigningKey.objects.all(), "private_encrypted", "signs_from",
        "run rotate_signing_key --compromised",
    )  # fmt: skip
    yield _Place(
        "apps' webhooks", Webhook.objects.exclude(secret_encrypted=""), "secret_encrypted",
        "client_id", "have the apps set them anew",
    )  # fmt: skip
    changes = ChangeWebhook.objects.all()
    for column in ("secret_encrypted", "previous_secret_encrypted"):
        yield _Place(
            "webhooks of changes", changes.exclude(**{column: ""}), column, "public_id",
            "have the apps rotate their secrets",
        )  # fmt: skip
    yield _Place(
        "naming keys", NamingKey.objects.all(), "key_encrypted", "pk",
        "delete its row: passkeys have to be made anew then",
    )  # fmt: skip
