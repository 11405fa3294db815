"""Asking once more for password and PIN before something that matters is changed."""

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.accounts.fields import SecretField
from portal.accounts.models import Account
from portal.accounts.pin import refuse_while_waiting
from portal.accounts.signin import proven

WRONG = _("Your current password or PIN is not right. Please check both and try again.")


class WrongCredentials(Exception):
    """Current password or PIN is not right; it counts like a failed sign-in."""


class ProofForm(forms.Form):
    """Both of what a person signs in with now: an open session alone changes nothing."""

    WRONG = WRONG

    current_password = SecretField(
        _("Enter your current password."),
        autocomplete="current-password",
        label=_("Current password"),
    )
    current_pin = SecretField(
        _("Enter your current PIN."), autocomplete="off", is_pin=True, label=_("Current PIN")
    )

    def __init__(self, account: Account, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.account = account

    def clean_current_pin(self) -> str:
        refuse_while_waiting(self.account)
        pin: str = self.cleaned_data["current_pin"]
        return pin

    def is_proven(self, request: HttpRequest, action: AuditRecord.Action, what: str) -> bool:
        """Whether form and credentials are right; adds the error otherwise."""
        if not self.is_valid():
            return False
        entered = (self.cleaned_data["current_password"], self.cleaned_data["current_pin"])
        try:
            prove(request, self.account, *entered, action=action, what=what)
        except WrongCredentials:
            self.add_error(None, self.WRONG)
            return False
        return True


def prove(
    request: HttpRequest,
    account: Account,
    password: str,
    pin: str,
    *,
    action: AuditRecord.Action,
    what: str,
) -> None:
    """Raises LockedOut, and WrongCredentials, which the trail keeps beside ``what`` was not done.

    The door's own check: the same lock-out, whose count an open session must not get round.
    """
    if proven(request, account, account.username, password, pin) == account:
        return
    record(
        action,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=account.pk,
        detail=what,
        address=address_of(request),
    )
    raise WrongCredentials
