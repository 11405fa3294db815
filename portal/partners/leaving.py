"""What is kept of the applications of an account that its owner has closed: what was decided."""

from datetime import timedelta

from django.utils import timezone

from portal.partners.models import PartnerApplication, PartnerMessage
from portal.partners.programs import State

_OF_PERSONS = ("contact_name", "contact_email", "contact_phone", "security_email")


def forget_old(kept: timedelta) -> None:
    """Of accounts closed longer ago than that: drafts, contacts and messages go."""
    closed = PartnerApplication.objects.filter(
        account__is_active=False, account__closed_at__lt=timezone.now() - kept
    )
    closed.filter(state=State.DRAFT).delete()
    PartnerMessage.objects.filter(application__in=closed).delete()
    closed.update(**dict.fromkeys(_OF_PERSONS, ""))
