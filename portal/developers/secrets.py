"""The secrets of an app: a new one, shown this once, and the end of one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of
from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.pin import record_denial
from portal.developers.forms import LIFETIMES, SecretForm
from portal.developers.kinds import KINDS
from portal.developers.own import own_app
from portal.developers.views import show_secret

_FULL = gettext_lazy("An app has at most %(most)d secrets that work. Revoke one first.")


@sensitive_post_parameters("pin")
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_secret(request: AccountRequest, client_id: str) -> HttpResponse:
    app = _app_with_secrets(request, client_id)
    form = SecretForm(request.POST or None, account=request.user)
    if request.method == "POST":
        if form.is_valid():
            lifetime = LIFETIMES[form.cleaned_data["lifetime"]]
            expires_at = timezone.now() + lifetime if lifetime else None
            address = address_of(request)
            try:
                secret = clients.new_secret(
                    app, by=request.user, expires_at=expires_at, address=address
                )
            except clients.TooManySecrets:
                form.add_error(None, _FULL % {"most": clients.MOST_SECRETS})
            else:
                return show_secret(request, app, secret)
        elif "pin" in form.errors:
            record_denial(request, AuditRecord.Action.CLIENT_SECRET, app.client_id)
    return render(request, "developers/secret_new.html", {"app": app, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def revoke_secret(request: AccountRequest, client_id: str, secret_id: int) -> HttpResponse:
    """Asks first: an app that still uses the secret is shut out at once."""
    app = _app_with_secrets(request, client_id)
    secret = clients.secrets_of(app).filter(pk=secret_id).first()
    if secret is None:
        raise Http404
    if request.method != "POST":
        is_last = not clients.live_secrets(app).exclude(pk=secret_id).exists()
        context = {"app": app, "secret": secret, "is_last": is_last}
        return render(request, "developers/secret_revoke.html", context)
    clients.revoke_secret(app, secret_id, by=request.user, address=address_of(request))
    told = _("The secret that ends in %(hint)s has stopped working.") % {"hint": secret.hint}
    messages.success(request, told)
    return redirect("portal:app", app.client_id)


def _app_with_secrets(request: AccountRequest, client_id: str) -> Client:
    app = own_app(request.user, client_id)
    if not KINDS[app.kind].has_secrets:
        raise Http404
    return app
