"""Switching a key on and off, and giving it a new secret."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from fhirapi.audit.record import address_of
from fhirapi.smart import keys
from portal.accounts.access import AccountRequest, signed_in
from portal.keys.forms import RotateForm
from portal.keys.own import own_key


@require_POST
@signed_in
def set_status(request: AccountRequest, access_key_id: str) -> HttpResponse:
    key = own_key(request.user, access_key_id)
    wanted = request.POST.get("active")
    if wanted not in ("yes", "no"):
        return render(request, "400.html", status=HttpResponseBadRequest.status_code)
    is_on = wanted == "yes"
    if is_on != key.is_active:
        keys.set_active(key, is_on, address=address_of(request))
    if is_on:
        messages.success(request, "The key is active. Apps can get tokens with it again.")
    else:
        messages.success(request, "The key is inactive. Its tokens have stopped working.")
    return redirect("portal:key", key.access_key_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rotate(request: AccountRequest, access_key_id: str) -> HttpResponse:
    """Says what will happen, asks for the overlap, and only then does it."""
    key = own_key(request.user, access_key_id)
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen: str = form.cleaned_data["overlap"]
        overlap = keys.OVERLAPS[chosen]
        keys.rotate(key, overlap=overlap, address=address_of(request))
        old = f"works for {chosen} more" if overlap else "has stopped working"
        messages.success(request, f"The key has a new secret. The old one {old}.")
        return redirect("portal:key", key.access_key_id)
    return render(request, "keys/rotate.html", {"key": key, "form": form})
