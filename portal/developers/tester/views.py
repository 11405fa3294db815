"""The tester's page, and what its buttons do."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.authorization import launch
from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client
from fhirapi.smart.people import patients
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.own import own_app
from portal.developers.tester import run as runs
from portal.developers.tester.forms import BACKEND, EHR, ProofForm, StartForm, default_scope
from portal.developers.tester.run import Run, WrongKey

_NO_KEY = "private_jwk"
_STEPS = {"exchange", "refresh", "introspect", "end"}
_PRESENT = {"code", "state", "iss", "error", "error_description", "error_uri"}


def callback_of(app: Client) -> str:
    return f"{settings.BASE_URL}{reverse('portal:app-tester-callback', args=[app.client_id])}"


@require_safe
@signed_in
def tester(request: AccountRequest, client_id: str) -> HttpResponse:
    return _page(request, own_app(request.user, client_id))


@require_POST
@signed_in
def switch_redirect(request: AccountRequest, client_id: str) -> HttpResponse:
    """Adds the tester's redirect URI to the app, or takes it away."""
    app = own_app(request.user, client_id)
    told, own = clients.details_of(app), callback_of(app)
    others = tuple(each for each in told.redirect_uris if each != own)
    is_wanted = request.POST.get("wanted") == "1"
    if not is_wanted and not others:
        messages.error(request, _("It is the app's only redirect URI. Add another one first."))
        return redirect("portal:app-tester", client_id)
    told = replace(told, redirect_uris=(*others, own) if is_wanted else others)
    clients.change(app, told, by=request.user, address=address_of(request))
    runs.forget(request)
    return redirect("portal:app-tester", client_id)


@sensitive_post_parameters("private_jwk")
@require_POST
@signed_in
def start(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    form = StartForm(request.POST, client=app)
    if not form.is_valid():
        return _page(request, app, start_form=form)
    given = form.cleaned_data
    mode = given["mode"]
    run = Run(client_id, mode, given["scope"] or default_scope(app, mode), callback_of(app))
    if mode == EHR and not patients.may_see(request.user, [given["patient"]]):
        form.add_error("patient", _("You see no patient with this id."))
        return _page(request, app, start_form=form)
    run.discover()
    if not run.addresses:
        runs.keep(request, run)
        return redirect("portal:app-tester", client_id)
    if mode == BACKEND:
        try:
            run.ask_as_service(runs.shows(app, run.addresses["token_endpoint"], given))
        except WrongKey:
            form.add_error(_NO_KEY, _wrong_key())
            return _page(request, app, start_form=form)
    else:
        run.ask(_launch(request, app, given["patient"]) if mode == EHR else "")
    runs.keep(request, run)
    return redirect("portal:app-tester", client_id)


@require_safe
@signed_in
def callback(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    run = runs.kept(request, client_id)
    if run is None or not run.state:
        messages.error(request, _("No run of the tester waits for this answer. Start one."))
        return redirect("portal:app-tester", app.client_id)
    run.come_back({name: value for name, value in request.GET.dict().items() if name in _PRESENT})
    runs.keep(request, run)
    return redirect("portal:app-tester", app.client_id)


@sensitive_post_parameters("client_secret", "private_jwk")
@require_POST
@signed_in
def go_on(request: AccountRequest, client_id: str, what: str) -> HttpResponse:
    """``exchange``, ``refresh``, ``introspect`` or ``end``."""
    app = own_app(request.user, client_id)
    if what not in _STEPS:
        raise Http404
    run = runs.kept(request, client_id)
    if run is None or what == "end":
        runs.forget(request)
        return redirect("portal:app-tester", client_id)
    if what == "introspect" and run.access_token:
        run.introspect()
    elif (what == "exchange" and run.code) or (what == "refresh" and run.refresh_token):
        form = ProofForm(request.POST, client=app)
        try:
            if not form.is_valid():
                return _page(request, app, proof_form=form)
            shown = runs.shows(app, run.addresses["token_endpoint"], form.cleaned_data)
        except WrongKey:
            form.add_error(_NO_KEY, _wrong_key())
            return _page(request, app, proof_form=form)
        if what == "exchange":
            run.exchange(shown)
        else:
            run.refresh(shown)
    runs.keep(request, run)
    return redirect("portal:app-tester", client_id)


def _page(
    request: AccountRequest,
    app: Client,
    *,
    start_form: StartForm | None = None,
    proof_form: ProofForm | None = None,
) -> HttpResponse:
    run = runs.kept(request, str(app.client_id)) if start_form is None else None
    is_backend = app.kind == Client.Kind.BACKEND
    context = {
        "app": app,
        "callback": callback_of(app),
        "has_redirect": callback_of(app) in app.redirect_uris.split(),
        "is_backend": is_backend,
        "run": run,
        "start_form": start_form
        or StartForm(client=app, initial={"patient": patients.own_patient_id(request.user)}),
        "proof_form": proof_form or ProofForm(client=app),
    }
    response = render(request, "developers/tester.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


def _launch(request: AccountRequest, app: Client, patient_id: str) -> str:
    address = launch.address(request.user, app, patient_id, None, ip_address=address_of(request))
    return parse_qs(urlsplit(address).query)["launch"][0]


def _wrong_key() -> str:
    return _("This is no private JWK with a kid. Paste one RSA or P-384 key as JSON.")
