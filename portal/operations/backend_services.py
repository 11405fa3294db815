"""Approving a backend service: for every record of the practice, or for a list of patients."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from fhirapi.audit.record import address_of
from fhirapi.smart.access import granular
from fhirapi.smart.models import Client
from fhirapi.smart.tokens import backend_access
from portal.accounts.access import AccountRequest
from portal.operations.page import needs, show

_WHOLE = "whole-practice"
_NOW, _AS_IT_CHANGES = "now", "as-it-changes"


class ServiceForm(forms.Form):
    opens = forms.ChoiceField(
        label="Which records it opens",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose which records the service may open.",
            "invalid_choice": "This list is not there any more. Choose again.",
        },
    )

    members = forms.ChoiceField(
        label="Of a list",
        choices=[
            (_NOW, "Those who are on it now: later ones need another approval"),
            (_AS_IT_CHANGES, "Those who are on it at the time: whoever changes the list decides"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, lists: list[backend_access.PatientList], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(_WHOLE, "Every record of the practice")]
        choices += [(each.id, f"{each.name}: {each.members} patients") for each in lists]
        self.fields["opens"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


@require_http_methods(["GET", "HEAD", "POST"])
@needs("portal.approve_service")
def approve_service(request: AccountRequest, client_pk: int) -> HttpResponse:
    services = Client.objects.filter(kind=Client.Kind.BACKEND, disabled_at=None)
    client: Client = get_object_or_404(services.select_related("user"), pk=client_pk)
    form = ServiceForm(
        request.POST if request.method == "POST" else None, lists=backend_access.lists()
    )
    if request.method == "POST" and "withdraw" in request.POST:
        backend_access.withdraw(client, by=request.user, address=address_of(request))
        messages.success(request, f"{client} is no longer approved; its tokens have ended.")
        return redirect("admin:approve-service", client.pk)
    if request.method == "POST" and form.is_valid():
        try:
            _approve(request, client, **form.cleaned_data)
        except (backend_access.NoPractice, backend_access.NoSuchList) as missing:
            form.add_error("opens", str(missing))
        else:
            messages.success(request, f"{client} is approved.")
            return redirect("admin:queue", "services")
    context = {
        "app": client,
        "form": form,
        "grant": backend_access.standing_grant(client),
        "scopes": [granular.in_words(word) for word in client.allowed_scopes.split()],
    }
    return show(request, "approve_service", f"Approve: {client}", **context)


def _approve(request: AccountRequest, client: Client, opens: str, members: str) -> None:
    by, address = request.user, address_of(request)
    if opens == _WHOLE:
        backend_access.approve(client, by=by, address=address)
    else:
        backend_access.approve_list(
            client, opens, by=by, as_it_changes=members == _AS_IT_CHANGES, address=address
        )
