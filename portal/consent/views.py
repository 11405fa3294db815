"""The authorization endpoint: signing in, the consent page, the code.

https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-authorization-code
"""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core.exceptions import TooManyFieldsSent
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods
from oauth2_provider.http import OAuth2ResponseRedirect

from fhirapi.audit.record import address_of
from fhirapi.smart.authorization import authorize, consented, kept, launch
from fhirapi.smart.authorization.authorize import Asked, NotTrusted, Refused
from fhirapi.smart.clients import privacy
from fhirapi.smart.models import Client, DataAccessGrant
from fhirapi.smart.people import patients
from portal.accounts.access import last_door
from portal.accounts.asking import allow_form_to_lead_to
from portal.accounts.models import Account
from portal.accounts.signin import sign_out, signed_in_at
from portal.consent import again
from portal.consent.rows import boxes, granted
from portal.consent.whose import Whose, whose
from portal.ui.state import state_of

logger = logging.getLogger(__name__)

_NOTHING = gettext_lazy("Nothing is ticked. To give the app no access, choose Deny.")
_TOO_LONG = gettext_lazy("The request of the app is longer than we read. It must ask for less.")
_KEPT_NO_MORE = gettext_lazy(
    "What the app asked for is not known here any more: that was more than an hour ago. Go back to "
    "the app and connect it once more."
)
_LONGEST_ADDRESS = 2000  # browsers, proxies and letters cope with as much
_FORM = "csrfmiddlewaretoken"  # only our own page's form has it


@require_http_methods(["GET", "POST"])  # HEAD would spend a remembered approval on nobody
@never_cache
@csrf_exempt
def authorize_page(request: HttpRequest) -> HttpResponse:
    """An app may ask by POST as well (SMART's ``authorize-post``).

    From another site that request comes without our cookie, so it is asked again as a GET.
    """
    try:
        if request.method == "POST" and _FORM not in request.POST:
            return _asked_by_get(request)
        _take_up_what_was_kept(request)
    except NotTrusted as why:
        return _not_trusted(request, why)
    except (TooManyFieldsSent, kept.TooLong):
        return _not_trusted(request, NotTrusted(_TOO_LONG))
    return _authorize(request)


def _asked_by_get(request: HttpRequest) -> HttpResponse:
    params = request.GET.copy()
    params.update(request.POST)
    if len(request.path) + len(params.urlencode()) > _LONGEST_ADDRESS:
        authorize.trusted(params)
        params = kept.keep(params)
    response = redirect(f"{request.path}?{params.urlencode()}")
    response.status_code = 303
    return response


def _take_up_what_was_kept(request: HttpRequest) -> None:
    """From here on the request is what it was, though its address is the short one."""
    key = request.GET.get(kept.KEY)
    if key is None:
        return
    found = kept.find(key)
    if found is None:
        raise NotTrusted(_KEPT_NO_MORE)
    request.GET = found  # type: ignore[assignment]  # the setter takes any


@csrf_protect
def _authorize(request: HttpRequest) -> HttpResponse:
    try:
        client, redirect_uri = authorize.trusted(request.GET)
    except NotTrusted as why:
        return _not_trusted(request, why)
    try:
        asked = authorize.checked(client, redirect_uri, request.GET)
        return _answer(request, asked)
    except Refused as refused:
        state = authorize.state_of(request.GET)
        return _to_app(request, client, authorize.error_address(redirect_uri, refused, state))


def _answer(request: HttpRequest, asked: Asked) -> HttpResponse:
    account = request.user
    if not isinstance(account, Account):
        if "none" in asked.prompt:
            raise Refused("login_required", "Nobody is signed in here.")
        return _to_the_door(request, asked)
    if request.POST.get("decision") == "switch" or again.is_due(request, asked):
        sign_out(request)
        return _to_the_door(request, asked)
    asked = authorize.for_account(asked, account)
    page = _Page(request, account, asked, request.POST if request.method == "POST" else None)
    return page.decide() if page.form is not None else page.open()


@dataclass
class _Page:
    request: HttpRequest
    account: Account
    asked: Asked
    form: QueryDict | None
    whose: Whose = field(init=False)

    def __post_init__(self) -> None:
        self.whose = whose(self.account, self.asked, self.form, address=address_of(self.request))

    def open(self) -> HttpResponse:
        """Goes on at once if the same was approved before and nothing is left to choose."""
        silent = "none" in self.asked.prompt
        if not self.whose.is_settled and silent:
            raise Refused("interaction_required", "The person has to choose a patient.")
        if self._is_blocked():
            if silent:
                raise Refused("interaction_required", "The account has no record to open.")
            return self._blocked()
        if self._may_skip():
            before = consented.remembered(
                self.account, self.asked.client, self.asked.scopes, self.whose.context
            )
            if before is not None:
                return self._approved(list(self.asked.scopes), before)
        if silent:
            raise Refused("consent_required", "The person has not approved this yet.")
        return self._show()

    def decide(self) -> HttpResponse:
        form = self.form or QueryDict()
        decision = form.get("decision")
        if decision == "deny":
            return self._denied()
        if self._is_blocked():
            return self._blocked()
        if decision != "approve":  # searched for a patient, or chose one
            return self._show()
        scopes = granted(self.asked.scopes, set(form.getlist("grant")))
        if "encounter" not in self.whose.context:
            scopes = [each for each in scopes if each != "launch/encounter"]
        # An app may ask for nothing but the context: then there is nothing to tick.
        if _opened(self.asked.scopes) and not _opened(scopes):
            return self._show(_NOTHING)
        if error := self.whose.error:
            return self._show(error)
        return self._approved(scopes)

    def _approved(self, scopes: list[str], before: DataAccessGrant | None = None) -> HttpResponse:
        """The grant, the used launch and the code come into being together, or not at all."""
        with transaction.atomic():
            if self.asked.launch and not launch.take(
                self.asked.launch, self.account, self.asked.client
            ):
                raise Refused("invalid_request", "The launch has been used meanwhile.")
            grant = consented.approve(
                self.account,
                self.asked.client,
                scopes,
                self.whose.context,
                asked=self.asked.scopes,
                before=before,
                address=address_of(self.request),
            )
            address = authorize.code_address(
                self.request, self.asked, grant, scopes, signed_in_at=signed_in_at(self.request)
            )
        again.done(self.request)
        return _to_app(self.request, self.asked.client, address)

    def _denied(self) -> HttpResponse:
        consented.deny(self.account, self.asked.client, address=address_of(self.request))
        if self.asked.launch:
            launch.take(self.asked.launch, self.account, self.asked.client)
        again.done(self.request)
        raise Refused("access_denied", "The person has not approved the request.")

    def _may_skip(self) -> bool:
        return (
            self.whose.is_settled
            and "consent" not in self.asked.prompt
            and consented.may_remember(self.asked.client, self.asked.redirect_uri)
        )

    def _is_blocked(self) -> bool:
        if self.whose.is_empty:
            return True
        sees_nobody = self.asked.has_data and patients.few(self.account, 0) == []
        return sees_nobody and not self.account.is_provider

    def _blocked(self) -> HttpResponse:
        context = {"app": self.asked.client, "state": state_of(self.account)}
        return self._framed(render(self.request, "consent/blocked.html", context))

    def _show(self, error: str | Promise = "") -> HttpResponse:
        ticked = None if self.form is None else set(self.form.getlist("grant"))
        now = timezone.now()
        context = {
            "app": self.asked.client,
            "leads_to": _host(self.asked.redirect_uri),
            "privacy": privacy.attested(self.asked.client.privacy_answers),
            "boxes": boxes(self.asked.scopes, ticked),
            "whose": self.whose,
            "error": error,
            "offline_until": now + consented.OFFLINE,
            "until": now + consented.lasts(()),
        }
        return self._framed(render(self.request, "consent/consent.html", context))

    def _framed(self, response: HttpResponse) -> HttpResponse:
        return allow_form_to_lead_to(response, [self.asked.redirect_uri])


def _opened(scopes: Iterable[str]) -> list[str]:
    """What of the scopes has a box."""
    return [each for each in scopes if not each.startswith("launch")]


def _host(redirect_uri: str) -> str:
    """An app calls itself what it likes; where it gets its answers it cannot make up."""
    parts = urlsplit(redirect_uri)
    return parts.netloc or parts.scheme  # a phone app has a scheme of its own


def _to_the_door(request: HttpRequest, asked: Asked) -> HttpResponse:
    """And back to the same request."""
    again.want(request, asked)
    address = _door_before(request, request.GET)
    if len(address) > _LONGEST_ADDRESS:
        try:
            address = _door_before(request, kept.keep(request.GET))
        except kept.TooLong:
            return _not_trusted(request, NotTrusted(_TOO_LONG))
    return redirect(address)


def _door_before(request: HttpRequest, params: QueryDict) -> str:
    here = f"{request.path}?{params.urlencode()}"
    return f"{reverse(last_door(request))}?{urlencode({'next': here})}"


def _to_app(request: HttpRequest, client: Client, address: str) -> HttpResponse:
    response: HttpResponse = OAuth2ResponseRedirect(address, client.get_allowed_schemes())
    if request.method == "POST":
        response.status_code = 303  # RFC 9700 4.12: the form is not sent on
    return response


def _not_trusted(request: HttpRequest, why: NotTrusted) -> HttpResponse:
    reference = secrets.token_hex(4).upper()
    logger.warning("Authorization request %s was not trusted: %s", reference, why)
    context = {"why": why, "reference": reference}
    return render(request, "consent/not_trusted.html", context, status=400)
