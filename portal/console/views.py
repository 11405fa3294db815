"""The console's page, what it has to know, and where the browser comes back to."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import condition, require_safe
from django.views.decorators.vary import vary_on_headers

from fhirapi.audit.record import address_of
from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessKey, Client
from fhirapi.smart.people import keys
from portal.accounts.access import AccountRequest, signed_in
from portal.console import people
from portal.console.app import CLIENT_ID, console_app
from portal.console.app import callback as callback_address
from portal.console.definitions import definitions as written_definitions
from portal.console.words import words
from portal.developers.tester.forms import BACKEND, EHR, STANDALONE, default_scope
from portal.documentation import codes
from portal.ui.addresses import addresses

_SCRIPTS = settings.ROOT / "static" / "js" / "console"
_MODULES = [
    f"js/console/{each.name}" for each in sorted(_SCRIPTS.glob("*.js")) if each.stem != "callback"
]
"""Loaded side by side: one would name the next only when it is there."""


@require_safe
@signed_in
def console(request: AccountRequest) -> HttpResponse:
    context = {"setup": _setup(request), "addresses": addresses(), "modules": _MODULES}
    return render(request, "console/console.html", context)


@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """The code is the browser's to take: it stands in the address, which is neither read nor
    logged here, and which the page's script takes out of the history at once."""
    setup = {**_addresses(), "words": words()}
    response = render(request, "console/callback.html", {"setup": setup})
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
@condition(etag_func=lambda request: written_definitions()[1])
def definitions(request: HttpRequest) -> HttpResponse:
    """Nothing of it is secret: it is what ``/metadata`` says, and in the reader's words."""
    response = HttpResponse(written_definitions()[0], content_type="application/json")
    response["Cache-Control"] = "private, no-cache"
    return response


def _setup(request: AccountRequest) -> dict[str, Any]:
    offered, has_more = people.offered(request.user, address=address_of(request))
    return {
        **_addresses(),
        "isSandbox": settings.DEMO,
        "apps": [_app(each) for each in (console_app(), *clients.apps_of(request.user))],
        "keys": [_key(each) for each in keys.keys_of(request.user)],
        "patients": [people.told(each) for each in offered],
        "hasMorePatients": has_more,
        "phrases": {status.value: status.phrase for status in HTTPStatus},
        "remedies": codes.told(),
        "words": words(),
    }


def _addresses() -> dict[str, str]:
    told = addresses()
    return {
        "base": told.fhir,
        "authorize": f"{told.oauth}/authorize",
        "token": f"{told.oauth}/token",
        "callback": callback_address(),
        "console": reverse("portal:console"),
        "definitions": reverse("portal:console-definitions"),
        "launch": reverse("portal:console-launch"),
        "redirect": reverse("portal:console-redirect"),
        "find": reverse("portal:console-patients"),
        "errors": reverse("portal:chapter", args=["errors"]),
    }


def _app(app: Client) -> dict[str, Any]:
    is_backend = app.kind == Client.Kind.BACKEND
    scopes = app.allowed_scopes.split()
    return {
        "id": app.client_id,
        "name": app.name,
        "kind": app.kind,
        "isOurs": app.client_id == CLIENT_ID,
        "isDisabled": app.disabled_at is not None,
        "comesBack": is_backend or callback_address() in app.redirect_uris.split(),
        "isReviewed": app.review in (Client.Review.APPROVED, Client.Review.WAITING),
        "standalone": _scope(app, BACKEND if is_backend else STANDALONE),
        "ehr": _scope(app, EHR) if "launch" in scopes and not is_backend else "",
    }


def _scope(app: Client, mode: str) -> str:
    """The console's own asks for one patient; for all whom one may see if one says so."""
    words = default_scope(app, mode).split()
    is_ours = app.client_id == CLIENT_ID
    return " ".join(each for each in words if not (is_ours and each.startswith("user/")))


def _key(key: AccessKey) -> dict[str, Any]:
    status = keys.status(key)
    return {
        "id": key.access_key_id,
        "label": key.label,
        "isUsable": status.is_usable,
        "patients": key.patient_ids,
        "mayWrite": key.may_write,
    }
