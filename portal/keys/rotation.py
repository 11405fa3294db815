"""Switching a key on and off, and giving it a new secret."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from fhirapi.audit.record import address_of
from fhirapi.smart.models import AccessKey
from fhirapi.smart.people import keys
from portal.accounts.access import AccountRequest, signed_in
from portal.keys.forms import RotateForm
from portal.keys.own import own_key

_ROTATED = {
    "now": gettext_lazy("The key has a new secret. The old one has stopped working."),
    "1 hour": gettext_lazy("The key has a new secret. The old one works for 1 hour more."),
    "24 hours": gettext_lazy("The key has a new secret. The old one works for 24 hours more."),
    "7 days": gettext_lazy("The key has a new secret. The old one works for 7 days more."),
}


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
        messages.success(request, _("The key is active. Apps can get tokens with it again."))
    else:
        messages.success(request, _("The key is inactive. Its tokens have stopped working."))
    return redirect("portal:key", key.access_key_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rotate(request: AccountRequest, access_key_id: str) -> HttpResponse:
    """Says what will happen, asks for the overlap, and only then does it.

    The page that warned of an earlier secret's end says so when it is sent; a button pressed twice
    does not, and ends nothing.
    """
    key = own_key(request.user, access_key_id)
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _rotate(request, key, form.cleaned_data["overlap"])
        except keys.EarlierStillWorks:
            messages.warning(request, _("Nothing was changed yet. Please read the warning below."))
    context = {"key": key, "form": form, "earlier_until": keys.earlier_works_until(key)}
    return render(request, "keys/rotate.html", context)


def _rotate(request: AccountRequest, key: AccessKey, chosen: str) -> HttpResponse:
    overlap = keys.OVERLAPS[chosen]
    is_earlier_ended = keys.earlier_works_until(key) is not None
    keys.rotate(
        key,
        overlap=overlap,
        may_end_earlier=request.POST.get("end_earlier") == "yes",
        address=address_of(request),
    )
    told = [str(_ROTATED[chosen])]
    if is_earlier_ended:
        told.append(_("The one before that has stopped working."))
    messages.success(request, " ".join(told))
    return redirect("portal:key", key.access_key_id)
