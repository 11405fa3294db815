"""My apps: the list, registering one, its page, changing it."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.access.writes import writes
from fhirapi.smart.clients import clients, privacy, provider_access
from fhirapi.smart.models import Client
from portal.accounts.access import AccountRequest, signed_in
from portal.developers import reviews
from portal.developers.forms import AppForm, entered
from portal.developers.kinds import KINDS
from portal.developers.logo import LogoForm
from portal.developers.own import own_app
from portal.developers.words import in_words
from portal.partners.programs import Program
from portal.partners.standing import is_partner
from portal.ui.addresses import addresses
from portal.ui.compression import NOT_TRANSFORMED

MOST_APPS = 50
_FULL = gettext_lazy(
    "You have %(most)d apps, which is as many as an account may have. Delete one first."
)


@require_safe
@signed_in
def all_apps(request: AccountRequest) -> HttpResponse:
    rows = [
        {"app": app, "kind": KINDS[app.kind], "status": clients.status(app)}
        for app in clients.apps_of(request.user)
    ]
    return render(request, "developers/list.html", {"rows": rows})


@require_safe
@signed_in
def choose_kind(request: AccountRequest) -> HttpResponse:
    return render(request, "developers/kinds.html", {"kinds": KINDS.values()})


@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_app(request: AccountRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    form = AppForm(request.POST or None, kind=KINDS[kind], is_ours=request.user.is_staff)
    if request.method != "POST" or not form.is_valid():
        return render(request, "developers/new.html", {"form": form, "kind": KINDS[kind]})
    if clients.apps_of(request.user).count() >= MOST_APPS:
        form.add_error(None, _FULL % {"most": MOST_APPS})
        return render(request, "developers/new.html", {"form": form, "kind": KINDS[kind]})
    address = address_of(request)
    with transaction.atomic():
        app = clients.register(form.details(), owner=request.user, address=address)
        if not KINDS[kind].has_secrets:
            messages.success(request, _("The app is registered."))
            return redirect("portal:app", app.client_id)
        secret = clients.new_secret(app, by=request.user, address=address)
    return show_secret(request, app, secret, is_new_app=True)


def show_secret(
    request: AccountRequest, app: Client, secret: str, *, is_new_app: bool = False
) -> HttpResponse:
    """In the answer itself: a page to go back to would have to keep the secret somewhere."""
    context = {"app": app, "secret": secret, "is_new_app": is_new_app}
    response = render(request, "developers/secret_shown.html", context)
    response["Cache-Control"] = NOT_TRANSFORMED
    return response


@require_safe
@signed_in
def one_app(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    now = timezone.now()
    yes, _no = privacy.attested(app.privacy_answers)
    scopes = app.allowed_scopes.split()
    context = {
        "app": app,
        "kind": KINDS[app.kind],
        "status": clients.status(app),
        "held_back": [each for each in scopes if writes(each) and not app.may_write],
        "shows_provider_access": app.may_write
        or app.provider_access_ended_at
        or provider_access.asks_to_write(app),
        "is_partner": is_partner(request.user, program=Program.API_DISTRIBUTION),
        "addresses": addresses(),
        "scopes": [(each, in_words(each)) for each in scopes],
        "secrets": [
            (each, each.expires_at is not None and each.expires_at <= now)
            for each in clients.secrets_of(app)
        ],
        "may_enable": clients.may_enable(app, request.user),
        "logo_form": LogoForm(),
        "review": reviews.shown(app),
        "privacy_yes": _("%(yes)d of %(all)d") % {"yes": len(yes), "all": len(privacy.QUESTIONS)},
    }
    return render(request, "developers/app.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit_app(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    kind = KINDS[app.kind]
    form = AppForm(
        request.POST or None, kind=kind, is_ours=request.user.is_staff, initial=entered(app)
    )
    if request.method == "POST" and form.is_valid():
        clients.change(app, form.details(), by=request.user, address=address_of(request))
        messages.success(request, _("The app is saved."))
        return redirect("portal:app", app.client_id)
    return render(request, "developers/edit.html", {"form": form, "app": app, "kind": kind})
