"""The keys that sign tokens: which there are, since when, and exchanging the one that signs."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart.tokens import key_ring, rotation
from portal.accounts.access import AccountRequest
from portal.keys.forms import PinForm
from portal.operations.page import needs, show

_PLANNED, _COMPROMISED = "planned", "compromised"
_MINUTES = int(key_ring.PUBLISHED_BEFORE.total_seconds() // 60)


class ExchangeForm(PinForm):
    how = forms.ChoiceField(
        label="Why",
        widget=forms.RadioSelect,
        choices=[
            (_PLANNED, f"In its turn: the next key signs in {_MINUTES} minutes, nobody notices"),
            (_COMPROMISED, "Others may know it: a new key signs at once, older tokens are refused"),
        ],
        error_messages={"required": "Choose why the key is exchanged."},
    )
    field_order = ["how", "pin"]


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@needs("portal.see_operations")
def signing_keys(request: AccountRequest) -> HttpResponse:
    may_exchange = request.user.has_perm("portal.run_job")
    is_sent = request.method == "POST"
    if is_sent and not may_exchange:
        raise PermissionDenied
    form = ExchangeForm(request.POST if is_sent else None, account=request.user)
    if is_sent and form.is_valid():
        return _exchange(request, is_compromised=form.cleaned_data["how"] == _COMPROMISED)
    if form.has_error("pin", "wrong"):
        _record_denial(request)
    context = {"keys": rotation.shown(), "form": form if may_exchange else None}
    return show(request, "signing_keys", "Signing keys", **context)


def _exchange(request: AccountRequest, *, is_compromised: bool) -> HttpResponse:
    by, address = request.user.pk, address_of(request)
    try:
        made = rotation.rotate(is_compromised=is_compromised, account_id=by, address=address)
    except rotation.NextKeyWaits as waits:
        messages.warning(request, str(waits))
    else:
        when = "now" if is_compromised else f"{made.signs_from:%H:%M} UTC"
        messages.success(request, f"There is a new key; it signs from {when} on.")
    return redirect("admin:signing-keys")


def _record_denial(request: AccountRequest) -> None:
    record(
        AuditRecord.Action.OPERATION,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=request.user.pk,
        detail="signing key: PIN not confirmed",
        address=address_of(request),
    )
