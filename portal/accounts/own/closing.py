"""Closing an account: everything it opened ends at once, its contact data goes a month later.

The record stays, which the practice has to keep, and the audit trail, which nobody may change.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.authorization import consented
from fhirapi.smart.clients import clients
from fhirapi.smart.models import (
    AccessToken,
    AuthorizationCode,
    DataAccessGrant,
    RecordLink,
    RefreshToken,
    TeamMember,
)
from fhirapi.smart.people import keys, links, team
from portal.accounts.factors.second import remove_all
from portal.accounts.models import Account, PinDevice, Recovery, Registration, in_any_case
from portal.accounts.own.models import EmailChange
from portal.accounts.sessions import living

KEPT = timedelta(days=30)


def may_close(account: Account) -> bool:
    """The last administrator would lock everybody out: staff ask another one."""
    return not account.is_staff


@transaction.atomic
def close(account: Account, *, address: str | None) -> None:
    # First: what ends its apps' access is that it was closed, and so they are told.
    account.is_active = False
    account.closed_at = timezone.now()
    account.provider_approved_at = None
    account.save(update_fields=["is_active", "closed_at", "provider_approved_at"])
    _end_apps(account, address)
    for member in TeamMember.objects.standing().filter(account_id=account.pk):
        team.end(member, by=account, address=address)
    for each in RecordLink.Kind.values:
        links.unlink(account, each, by=None)
    for model in (Recovery, EmailChange):
        model.objects.filter(account=account).delete()
    remove_all(account)
    record(AuditRecord.Action.ACCOUNT_CLOSE, account_id=account.pk, address=address)
    living.end_all(account)


def _end_apps(account: Account, address: str | None) -> None:
    """Those it has approved, its access keys, and the apps it has registered."""
    for client in {each.client for each in consented.live(account).select_related("client")}:
        consented.end(account, client, address=address)
    for key in keys.keys_of(account).filter(is_active=True):
        keys.set_active(key, False, address=address)
    for app in clients.apps_of(account).filter(disabled_at=None):
        clients.disable(app, by=account, address=address)
    for model in (AuthorizationCode, AccessToken, RefreshToken):
        model.objects.filter(user=account).delete()
    live = DataAccessGrant.objects.filter(account=account, revoked_at=None)
    live.update(revoked_at=timezone.now())


def forget_old() -> None:
    """What is left of a closed account is what the audit trail needs: a name for a number."""
    closed = Account.objects.filter(is_active=False, closed_at__lt=timezone.now() - KEPT)
    for account in closed.exclude(email="", phone="", city="", state="", facility=""):
        Registration.objects.filter(in_any_case("email", account.email)).delete()
        account.email = account.phone = account.city = account.state = account.facility = ""
        account.set_unusable_password()
        account.save()
        PinDevice.objects.filter(user=account).delete()
