"""Showing and copying a SecretAccessKey: the PIN is asked for every time."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of
from fhirapi.smart.people import keys
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.pin import record_denial
from portal.keys.forms import PinForm
from portal.keys.own import own_key
from portal.ui.compression import NOT_TRANSFORMED


@sensitive_post_parameters("pin")
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def secret(request: AccountRequest, access_key_id: str) -> HttpResponse:
    """The question, then the answer: a page of its own, or with htmx a row of the key's page."""
    key = own_key(request.user, access_key_id)
    # "copy": the secret goes to the clipboard and stays masked on the screen.
    is_copy = "copy" in (request.POST.get("for"), request.GET.get("for"))
    form = PinForm(request.POST or None, account=request.user)
    context: dict[str, object] = {"key": key, "form": form, "is_copy": is_copy, "state": "asking"}
    is_fragment = bool(getattr(request, "htmx", False))
    if is_fragment and request.GET.get("for") == "hide":
        context["state"] = "hidden"
    elif request.method == "POST":
        if form.is_valid():
            context["secret"] = keys.reveal_secret(key, address=address_of(request))
            context["state"] = "copying" if is_copy else "shown"
        else:
            record_denial(request, AuditRecord.Action.KEY_REVEAL, key.access_key_id)
    template = "keys/_secret.html" if is_fragment else "keys/secret.html"
    response = render(request, template, {**context, "is_fragment": is_fragment})
    response["Cache-Control"] = NOT_TRANSFORMED
    return response
