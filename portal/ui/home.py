"""The start page, and the Developer Portal's first page after signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fhirapi.smart.people import keys
from portal.accounts.access import AccountRequest, signed_in
from portal.ui.addresses import addresses
from portal.ui.state import state_of


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/landing.html", {"addresses": addresses()})


@require_safe
@signed_in
def home(request: AccountRequest) -> HttpResponse:
    state = state_of(request.user)
    usable = sum(keys.status(key).is_usable for key in keys.keys_of(request.user))
    context = {"state": state, "usable_keys": usable, "addresses": addresses()}
    return render(request, "ui/home.html", context)
