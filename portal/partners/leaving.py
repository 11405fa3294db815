"""What is kept of the applications of an account that its owner has closed.

What was decided and when, and who accepted which terms: that is the party's name and where it is
registered, without which an acceptance would bind nobody. Everything else that was written goes.
"""

from datetime import timedelta

from django.utils import timezone

from portal.partners.forms import ApplicationForm
from portal.partners.models import PartnerApplication, PartnerMessage
from portal.partners.programs import State

_PARTY = ("organization", "register")
_FORGOTTEN = tuple(name for name in ApplicationForm.base_fields if name not in _PARTY)


def forget_old(kept: timedelta) -> None:
    """Of accounts closed longer ago than that."""
    closed = PartnerApplication.objects.filter(
        account__is_active=False, account__closed_at__lt=timezone.now() - kept
    )
    closed.filter(state=State.DRAFT).delete()
    PartnerMessage.objects.filter(application__in=closed).delete()
    closed.update(**dict.fromkeys(_FORGOTTEN, ""))
