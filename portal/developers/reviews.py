"""The review of an app, as its developer sees it: what must be there first, asking, the answer."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fhirapi.audit.record import address_of
from fhirapi.smart.clients import review
from fhirapi.smart.clients.fetch import LOOPBACK_HOSTS
from fhirapi.smart.clients.registration import origins_of
from fhirapi.smart.models import Client
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.kinds import KINDS
from portal.developers.own import own_app
from portal.developers.tester.views import callback_of


@dataclass(frozen=True)
class Check:
    words: str
    is_there: bool


def checklist(app: Client) -> list[Check]:
    """What a reviewer needs to see, and people to be told."""
    redirects = app.redirect_uris.split()
    checks = [
        Check(_("What the app does, in a sentence or two"), bool(app.description.strip())),
        Check(_("Its home page"), bool(app.client_uri)),
        Check(_("Its privacy policy"), bool(app.policy_uri)),
        Check(_("Whom we may ask (contacts)"), bool(app.contacts)),
        Check(_("The privacy questions answered"), app.privacy_attested_at is not None),
    ]
    if KINDS[app.kind].has_keys:
        checks.append(Check(_("Its public keys"), bool(app.jwks or app.jwks_uri)))
    if not KINDS[app.kind].is_backend:
        is_public = any(not _is_of_one_machine(each) for each in redirects)
        checks.append(Check(_("A redirect URI that people's devices reach"), is_public))
        is_tidy = callback_of(app) not in redirects
        checks.append(Check(_("No test redirect URI of the launch tester"), is_tidy))
    return checks


@require_POST
@signed_in
def ask_for_review(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    if not all(check.is_there for check in checklist(app)):
        messages.error(request, _("Something is missing still: see the list."))
        return redirect("portal:app", client_id)
    try:
        review.ask(app, by=request.user, address=address_of(request))
    except review.NotToBeReviewed:
        messages.error(request, _("The app waits already, is reviewed, or is disabled."))
    else:
        told = _("We look at the app within %(days)d business days.")
        messages.success(request, told % {"days": review.BUSINESS_DAYS})
    return redirect("portal:app", client_id)


def shown(app: Client) -> dict[str, object]:
    """For the page of the app."""
    checks = checklist(app)
    return {
        "checks": checks,
        "is_complete": all(check.is_there for check in checks),
        "may_ask": app.review in (Client.Review.NOT_ASKED, Client.Review.DECLINED)
        and app.disabled_at is None,
        "due": review.due(app),
    }


def _is_of_one_machine(uri: str) -> bool:
    return any(
        origin.startswith(("http://" + host, "http://[" + host))
        for origin in origins_of((uri,))
        for host in LOOPBACK_HOSTS
    )
