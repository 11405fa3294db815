"""How many letters somebody who is not signed in may cause."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from fhirapi.limits.network import network_of
from portal.accounts.models import LetterSent
from portal.accounts.tokens import digest

WINDOW = timedelta(hours=1)
LETTERS_A_RECIPIENT = 5


class TooManyLetters(Exception):
    """This address has caused so many letters that no further request is taken from it."""


def may_send(recipient: str, address: str | None) -> bool:
    """Counts a letter; false: the mailbox has had enough, send nothing and do not tell.

    Raises TooManyLetters when it is the asking address that goes too far.
    """
    recipient_digest = digest(recipient.casefold())
    address = network_of(address)
    with connection.cursor() as cursor:
        # One request of an address after the other, so that none slips through beside another.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"letters {address}"])
    forget_old()
    if LetterSent.objects.filter(address=address).count() >= settings.LETTERS_AN_HOUR:
        raise TooManyLetters
    before = LetterSent.objects.filter(recipient_digest=recipient_digest).count()
    LetterSent.objects.create(recipient_digest=recipient_digest, address=address)
    return before < LETTERS_A_RECIPIENT


def take_back(recipient: str) -> None:
    """The letter just counted was not sent: the person has to ask again."""
    counted = LetterSent.objects.filter(recipient_digest=digest(recipient.casefold()))
    counted.filter(pk__in=counted.order_by("-pk").values("pk")[:1]).delete()


def forget_old() -> None:
    LetterSent.objects.filter(sent_at__lt=timezone.now() - WINDOW).delete()
