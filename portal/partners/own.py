"""Finds the applications of the person who asks; somebody else's do not exist for them."""

from django.db.models import QuerySet
from django.http import Http404

from portal.accounts.models import Account
from portal.partners.models import PartnerApplication
from portal.partners.programs import OPEN

MOST = 30
"""An account may make so many in all, those included that were declined or withdrawn."""


def applications_of(account: Account) -> QuerySet[PartnerApplication]:
    return PartnerApplication.objects.filter(account=account).order_by("-pk")


def own_application(account: Account, application_id: int) -> PartnerApplication:
    found = applications_of(account).select_related("account").filter(pk=application_id).first()
    if found is None:
        raise Http404
    return found


def open_one(account: Account, program: str) -> PartnerApplication | None:
    return applications_of(account).filter(program=program, state__in=OPEN).first()
