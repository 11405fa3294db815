"""Provider Access of an app: approving it and taking it back, with the reason."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from fhirapi.audit.record import address_of
from fhirapi.smart.access import granular
from fhirapi.smart.access.writes import is_of_patient, writes
from fhirapi.smart.clients import clients, provider_access
from fhirapi.smart.models import Client
from fhirapi.smart.tokens import backend_access
from portal import mail
from portal.accounts.access import AccountRequest
from portal.accounts.models import Account
from portal.operations.page import needs, show
from portal.partners import standing
from portal.partners.models import PartnerApplication
from portal.partners.programs import Program, State

_NO_PARTNER = (
    "The developer is no approved partner of API Distribution: their application comes first."
)


class PartnerForm(forms.Form):
    decision = forms.ChoiceField(
        choices=[("approve", "Approve"), ("withdraw", "Withdraw")], widget=forms.HiddenInput
    )
    note = forms.CharField(
        label="Reason, to the developer",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Goes into the letter, and stands on the app's page.",
        error_messages={"required": "Say why: the developer is told."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("portal.approve_service")
def provider_access_of(request: AccountRequest, client_pk: int) -> HttpResponse:
    apps = clients.apps().select_related("user", "provider_access_by")
    client = get_object_or_404(apps, pk=client_pk)
    form = PartnerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, client, form.cleaned_data["decision"], form.cleaned_data["note"])
        except NoPartner:
            form.add_error(None, _NO_PARTNER)
        else:
            return redirect("admin:provider-access", client.pk)
    asked = [each for each in client.allowed_scopes.split() if writes(each)]
    context = {
        "app": client,
        "form": form,
        "scopes": [granular.in_words(each) for each in asked if not is_of_patient(each)],
        "is_backend": client.kind == Client.Kind.BACKEND,
        "standing": backend_access.standing_grant(client),
        "is_partner": standing.is_partner(client.user, program=Program.API_DISTRIBUTION),
        "applications": _applications(client),
    }
    return show(request, "provider_access", f"Provider Access: {client}", **context)


class NoPartner(Exception):
    """The developer's application for API Distribution is not approved, or nobody owns the app."""


def _decide(request: AccountRequest, client: Client, decision: str, note: str) -> None:
    is_approved = decision == "approve"
    decide = _approve if is_approved else provider_access.withdraw
    try:
        decide(client, by=request.user, note=note, address=address_of(request))
    except (provider_access.NotToBeApproved, provider_access.NotApproved):
        messages.error(request, f"{client}: this was decided already, or the app is disabled.")
        return
    what = "approved for Provider Access" if is_approved else "no longer approved; it only reads"
    messages.success(request, f"{client} is {what}.")
    if not mail.tell_developer(mail.provider_access_decided, client):
        messages.warning(request, "The developer could not be told by a letter.")


@transaction.atomic
def _approve(client: Client, *, by: Account, note: str, address: str | None) -> None:
    """Raises NoPartner: the API itself does not ask, as it knows nothing of the program."""
    if not standing.holds_still(client.user, program=Program.API_DISTRIBUTION):
        raise NoPartner
    provider_access.approve(client, by=by, note=note, address=address)


def _applications(client: Client) -> QuerySet[PartnerApplication]:
    """Of the app's developer, the newest first; drafts are theirs alone."""
    found = PartnerApplication.objects.filter(account_id=client.user_id)
    return found.exclude(state=State.DRAFT).order_by("-pk")
