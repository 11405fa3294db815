"""How many letters somebody who is not signed in may cause.

Letters of recovery have a count of their own: whoever makes us write to a mailbox about something
else must not use up those by which its owner gets back in.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from fhirapi.limits.network import network_of
from portal.accounts.models import LetterSent
from portal.accounts.tokens import digest, digests

WINDOW = timedelta(hours=1)
LETTERS_A_RECIPIENT = 5
"""Of each sort."""
RECOVERY, OTHERS = "recovery", "others"


class TooManyLetters(Exception):
    """This address has caused so many letters that no further request is taken from it."""


def may_send(recipient: str, address: str | None, *, sort: str = OTHERS) -> bool:
    """Counts a letter; false: the mailbox has had enough, send nothing and do not tell.

    Raises TooManyLetters when it is the asking address that goes too far.
    """
    count(address, digest(_told(recipient, sort)))
    return _sent_to(recipient, sort).count() <= LETTERS_A_RECIPIENT


def count(address: str | None, recipient_digest: str = "") -> None:
    """A request; without a recipient where its letters have a limit of their own.

    Raises TooManyLetters.
    """
    address = network_of(address)
    with connection.cursor() as cursor:
        # One request of an address after the other, so that none slips through beside another.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"letters {address}"])
    forget_old()
    if LetterSent.objects.filter(address=address).count() >= settings.LETTERS_AN_HOUR:
        raise TooManyLetters
    LetterSent.objects.create(recipient_digest=recipient_digest, address=address)


def take_back(recipient: str, *, sort: str = OTHERS) -> None:
    """The letter just counted was not sent: the person has to ask again."""
    counted = _sent_to(recipient, sort)
    counted.filter(pk__in=counted.order_by("-pk").values("pk")[:1]).delete()


def _sent_to(recipient: str, sort: str) -> QuerySet[LetterSent]:
    return LetterSent.objects.filter(recipient_digest__in=digests(_told(recipient, sort)))


def _told(recipient: str, sort: str) -> str:
    return f"{sort} {recipient.casefold()}"


def forget_old() -> None:
    LetterSent.objects.filter(sent_at__lt=timezone.now() - WINDOW).delete()
