"""Messages between an applicant and the practice's reviewers, and which of them were read."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal.accounts.models import Account
from portal.partners import steps
from portal.partners.models import PartnerApplication, PartnerMessage
from portal.partners.programs import State
from portal.partners.telling import tell_reviewers

LONGEST = 4000
MOST_UNREAD = 20
"""Of one side in a row: whoever is not read any more need not write on."""


class TooManyUnread(Exception):
    """The other side has not read the last MOST_UNREAD."""


class NobodyThere(Exception):
    """A draft is its author's alone."""


@transaction.atomic
def say(
    application: PartnerApplication, text: str, *, by: Account, address: str | None = None
) -> PartnerMessage:
    """An applicant's message answers what was asked. Reviewers get a letter about the first one
    that nobody has read."""
    found = PartnerApplication.objects.select_for_update().get(pk=application.pk)
    if found.state == State.DRAFT:
        raise NobodyThere
    is_from_partner = found.account_id == by.pk
    before = unread(found, of_partner=is_from_partner).count()
    if before >= MOST_UNREAD:
        raise TooManyUnread
    said = PartnerMessage.objects.create(
        application=found, by=by, is_from_partner=is_from_partner, text=text
    )
    record(
        AuditRecord.Action.PARTNER,
        account_id=by.pk,
        detail=f"partner application {found.pk}: message",
        address=address,
    )
    if is_from_partner:
        steps.answered(found, by=by, address=address)
        if not before:
            tell_reviewers(found, "message")
    return said


@transaction.atomic
def ask(
    application: PartnerApplication, *, question: str, by: Account, address: str | None = None
) -> None:
    steps.ask(application, by=by, address=address)
    say(application, question, by=by, address=address)


def unread(application: PartnerApplication, *, of_partner: bool) -> QuerySet[PartnerMessage]:
    return application.messages.filter(is_from_partner=of_partner, read_at=None)


def read(shown: Sequence[PartnerMessage], *, by_partner: bool) -> None:
    """These were shown, and those before them; one that has come since is still unread."""
    if not shown:
        return
    found = unread(shown[-1].application, of_partner=not by_partner)
    found.filter(pk__lte=shown[-1].pk).update(read_at=timezone.now())
