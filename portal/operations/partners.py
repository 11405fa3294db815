"""Provider Access of an app: approving it and taking it back, with the reason."""

from django import forms
from django.contrib import messages
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
from portal.operations.page import needs, show


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
        _decide(request, client, form.cleaned_data["decision"], form.cleaned_data["note"])
        return redirect("admin:provider-access", client.pk)
    asked = [each for each in client.allowed_scopes.split() if writes(each)]
    context = {
        "app": client,
        "form": form,
        "scopes": [granular.in_words(each) for each in asked if not is_of_patient(each)],
        "is_backend": client.kind == Client.Kind.BACKEND,
        "standing": backend_access.standing_grant(client),
    }
    return show(request, "provider_access", f"Provider Access: {client}", **context)


def _decide(request: AccountRequest, client: Client, decision: str, note: str) -> None:
    is_approved = decision == "approve"
    decide = provider_access.approve if is_approved else provider_access.withdraw
    try:
        decide(client, by=request.user, note=note, address=address_of(request))
    except (provider_access.NotToBeApproved, provider_access.NotApproved):
        messages.error(request, f"{client}: this was decided already, or the app is disabled.")
        return
    what = "approved for Provider Access" if is_approved else "no longer approved; it only reads"
    messages.success(request, f"{client} is {what}.")
    if not mail.tell_developer(mail.provider_access_decided, client):
        messages.warning(request, "The developer could not be told by a letter.")
