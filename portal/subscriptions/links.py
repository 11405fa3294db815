"""Links of letters: signed, so that none can be made up, and without the address.

One to confirm works for two days, one to change or end a subscription as long as there is one.
"""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner
from django.urls import reverse

from portal.subscriptions.models import UNCONFIRMED, Subscription

_TO_CONFIRM = TimestampSigner(salt="subscription to confirm", sep=".")
_TO_CHANGE = Signer(salt="subscription to change", sep=".")


def to_confirm(subscription: Subscription) -> str:
    return _link("portal:subscription-confirm", _TO_CONFIRM.sign(str(subscription.pk)))


def to_change(subscription: Subscription) -> str:
    return _link("portal:subscription", _TO_CHANGE.sign(str(subscription.pk)))


def to_end(subscription: Subscription) -> str:
    return _link("portal:unsubscribe", _TO_CHANGE.sign(str(subscription.pk)))


def confirmed_by(signed: str) -> Subscription | None:
    """None: the link is too old, not ours, or what it stands for is gone."""
    try:
        key = _TO_CONFIRM.unsign(signed, max_age=UNCONFIRMED)
    except BadSignature:
        return None
    return _of(key)


def changed_by(signed: str) -> Subscription | None:
    """None: there is none any more. Raises BadSignature for a link that is not ours."""
    return _of(_TO_CHANGE.unsign(signed))


def _of(key: str) -> Subscription | None:
    return Subscription.objects.filter(pk=UUID(key)).first()


def _link(name: str, signed: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=[signed])}"
