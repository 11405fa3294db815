"""Asking for letters, confirming, changing and ending that.

Whoever asks is answered the same, whether the address is known or not: only its owner is told.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language

from fhirapi.bulk.queue import put
from portal.accounts import limits
from portal.accounts.models import in_any_case
from portal.subscriptions.models import Subscription


@transaction.atomic
def ask(email: str, wanted: dict[str, Any], *, address: str | None) -> None:
    """Queues a letter. Raises TooManyLetters; an address that has had enough gets none."""
    if not limits.may_send(email, address):
        return
    known = Subscription.objects.filter(in_any_case("email", email)).first()
    if known is None:
        known = _begun(email, wanted)
    elif known.confirmed_at is None:  # not confirmed yet: what was asked last counts
        Subscription.objects.filter(pk=known.pk).update(asked_at=timezone.now(), **wanted)
    put("answer_subscription", subscription_id=str(known.pk))


def _begun(email: str, wanted: dict[str, Any]) -> Subscription:
    """A new one, or that of another request of the same moment."""
    language = (get_language() or "en")[:2]
    try:
        with transaction.atomic():
            return Subscription.objects.create(email=email, language=language, **wanted)
    except IntegrityError:
        return Subscription.objects.get(in_any_case("email", email))


def confirm(subscription: Subscription) -> None:
    unconfirmed = Subscription.objects.filter(pk=subscription.pk, confirmed_at=None)
    unconfirmed.update(confirmed_at=timezone.now())


def change(subscription: Subscription, wanted: dict[str, Any]) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(**wanted)


def end(subscription: Subscription) -> None:
    """The address goes with it."""
    subscription.delete()
