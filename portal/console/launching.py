"""What the console's page asks of the server: patients, an EHR launch, a redirect URI.

All by POST, so that neither names nor ids stand in an address. Answers are JSON.
"""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fhirapi.audit.record import address_of
from fhirapi.smart.authorization import launch
from fhirapi.smart.clients import clients
from fhirapi.smart.clients.registration import MOST_REDIRECT_URIS
from fhirapi.smart.models import Client
from fhirapi.smart.people import patients
from portal.accounts.access import AccountRequest, signed_in
from portal.console import people
from portal.console.app import CLIENT_ID, callback, console_app
from portal.developers.own import own_app


@require_POST
@signed_in
def find_patients(request: AccountRequest) -> HttpResponse:
    found = people.find(request.user, request.POST.get("find", ""), address=address_of(request))
    return JsonResponse({"patients": [people.told(each) for each in found]})


@require_POST
@signed_in
def new_launch(request: AccountRequest) -> HttpResponse:
    """The opaque ``launch`` of an app that is opened with a patient whom the account sees."""
    app = _app(request)
    patient_id = request.POST.get("patient", "").replace("\x00", "")
    if not patients.may_see(request.user, [patient_id]):
        return JsonResponse({"error": _("You see no patient with this id.")}, status=400)
    if "launch" not in app.allowed_scopes.split():
        told = _("The app is not registered for the scope launch, so no patient can be given.")
        return JsonResponse({"error": told}, status=400)
    opened = launch.address(request.user, app, patient_id, None, ip_address=address_of(request))
    return JsonResponse({"launch": parse_qs(urlsplit(opened).query)["launch"][0]})


@require_POST
@signed_in
def add_redirect(request: AccountRequest) -> HttpResponse:
    """Lets an app of one's own come back to the console; ``wanted=0`` takes that away again."""
    app = own_app(request.user, request.POST.get("client_id", "").replace("\x00", ""))
    told = clients.details_of(app)
    others = tuple(each for each in told.redirect_uris if each != callback())
    is_wanted = request.POST.get("wanted") == "1"
    if is_wanted and len(others) >= MOST_REDIRECT_URIS:
        problem = _("The app has as many redirect URIs as it may have. Take one away first.")
        return JsonResponse({"error": problem}, status=400)
    if not is_wanted and not others:
        problem = _("It is the app's only redirect URI. Add another one first.")
        return JsonResponse({"error": problem}, status=400)
    uris = (*others, callback()) if is_wanted else others
    if uris != told.redirect_uris:
        changed = replace(told, redirect_uris=uris)
        clients.change(app, changed, by=request.user, address=address_of(request))
    return JsonResponse({"comesBack": is_wanted})


def _app(request: AccountRequest) -> Client:
    client_id = request.POST.get("client_id", "").replace("\x00", "")
    return console_app() if client_id == CLIENT_ID else own_app(request.user, client_id)
