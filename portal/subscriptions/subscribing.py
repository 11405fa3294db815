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
from portal.subscriptions.models import BETWEEN_LETTERS, Subscription


@transaction.atomic
def ask(email: str, wanted: dict[str, Any], *, address: str | None) -> None:
    """Queues a letter, at most one a day to an address. Raises TooManyLetters."""
    limits.count(address)
    known = Subscription.objects.filter(in_any_case("email", email))
    # Not confirmed yet: what was asked last counts.
    known.filter(confirmed_at=None).update(**wanted)
    is_due = known.filter(asked_at__lt=timezone.now() - BETWEEN_LETTERS)
    written = _begun(email, wanted) or is_due.update(asked_at=timezone.now())
    if written:
        put("answer_subscription", subscription_id=str(known.get().pk))


def _begun(email: str, wanted: dict[str, Any]) -> bool:
    """False: there is one, from before or from another request of the same moment."""
    language = (get_language() or "en")[:2]
    try:
        with transaction.atomic():
            Subscription.objects.create(email=email, language=language, **wanted)
    except IntegrityError:
        return False
    return True


def confirm(subscription: Subscription) -> None:
    unconfirmed = Subscription.objects.filter(pk=subscription.pk, confirmed_at=None)
    unconfirmed.update(confirmed_at=timezone.now())


def change(subscription: Subscription, wanted: dict[str, Any]) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(**wanted)


def end(subscription: Subscription) -> None:
    """The address goes with it."""
    subscription.delete()
