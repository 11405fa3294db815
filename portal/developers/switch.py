"""Disabling, enabling and deleting an app; what cannot be undone asks first."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fhirapi.audit.record import address_of
from fhirapi.smart.clients import clients
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.own import own_app


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def disable_app(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    if request.method != "POST":
        return render(request, "developers/disable.html", {"app": app})
    clients.disable(app, by=request.user, address=address_of(request))
    messages.success(request, _("The app is disabled. Its tokens have stopped working."))
    return redirect("portal:app", app.client_id)


@require_POST
@signed_in
def enable_app(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    if not clients.may_enable(app, request.user):
        raise PermissionDenied
    clients.enable(app, by=request.user, address=address_of(request))
    messages.success(
        request, _("The app can be used again. Whoever approved it has to do so anew.")
    )
    return redirect("portal:app", app.client_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete_app(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    if request.method != "POST":
        return render(request, "developers/delete.html", {"app": app})
    clients.delete(app, by=request.user, address=address_of(request))
    told = _("%(name)s is deleted. Its tokens have stopped working.") % {"name": app.name}
    messages.success(request, told)
    return redirect("portal:apps")
