"""Whether an account is a partner: the one question others ask of the Partner program."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet

from fhirapi.smart.clients import clients, provider_access
from portal.accounts.models import Account
from portal.partners.models import PartnerApplication
from portal.partners.programs import Program, State

_HELD_BY = {
    None: tuple(Program),
    Program.OPEN_ACCESS: (Program.OPEN_ACCESS, Program.API_DISTRIBUTION),
    Program.API_DISTRIBUTION: (Program.API_DISTRIBUTION,),
}
"""API Distribution holds everything of Open Access."""


def is_partner(
    account: AbstractBaseUser | AnonymousUser | None, *, program: Program | None = None
) -> bool:
    """Whether it is approved and not closed; ``program``: for this one, else for any.

    ``account`` may be nobody, or somebody who has not signed in: they are no partner.
    """
    return _approved(account, program).exists()


def holds_still(account: AbstractBaseUser | AnonymousUser | None, *, program: Program) -> bool:
    """The same, and it stays so to the end of the transaction."""
    rows = _approved(account, program).select_for_update()
    return bool(rows.values_list("pk", flat=True))


def close_what_it_opened(
    application: PartnerApplication, *, by: Account, note: str, address: str | None
) -> None:
    """Of an approval that has ended: the apps write no longer, and go on reading."""
    if application.program != Program.API_DISTRIBUTION:
        return
    for app in clients.apps_of(application.account).filter(provider_access_at__isnull=False):
        provider_access.withdraw(app, by=by, note=note, address=address)


def _approved(
    account: AbstractBaseUser | AnonymousUser | None, program: Program | None
) -> QuerySet[PartnerApplication]:
    if not isinstance(account, Account) or not account.is_active:
        return PartnerApplication.objects.none()
    return PartnerApplication.objects.filter(
        account=account, state=State.APPROVED, program__in=_HELD_BY[program]
    )
