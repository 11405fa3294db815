"""The two doors, patient and provider, and the way out; whoever takes the wrong one is led on."""

import json

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal.accounts.access import DOOR_COOKIE, DOORS, last_door, safe_next
from portal.accounts.asking import allow_form_to_lead_to, asking_app
from portal.accounts.factors import passkeys
from portal.accounts.forms import SignInForm
from portal.accounts.matching import link_if_matched
from portal.accounts.models import Account
from portal.accounts.signin import sign_in, sign_in_with_passkey, sign_out

_YOURS = {
    "patient": gettext_lazy(
        "Yours is a patient account, so we have brought you to the patient portal."
    ),
    "provider": gettext_lazy(
        "Yours is a provider account, so we have brought you to the provider portal."
    ),
}


@sensitive_post_parameters("password", "pin")
@never_cache
def patient(request: HttpRequest) -> HttpResponse:
    return _door(request, "patient")


@sensitive_post_parameters("password", "pin")
@never_cache
def provider(request: HttpRequest) -> HttpResponse:
    return _door(request, "provider")


@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("portal:home")
    sign_out(request)
    messages.success(request, _("You have signed out."))
    return redirect(last_door(request))


def submitted(request: HttpRequest) -> tuple[SignInForm, Account | None]:
    """The sign-in form as it stands, and the account for which it has just opened a session."""
    if request.method != "POST":
        return SignInForm(with_code="code" in request.GET), None
    form = SignInForm(request.POST, with_code="code" in request.GET)
    if not form.is_valid():
        return form, None
    account = sign_in(request, **form.cleaned_data)
    if account is None:
        form.add_error(None, SignInForm.WRONG)
    else:
        link_if_matched(account)  # the record may have come after the registration
    return form, account


@require_POST
@never_cache
def passkey_options(request: HttpRequest) -> JsonResponse:
    """What the browser asks its passkeys; the challenge stays in a short session of its own."""
    challenge = passkeys.new_challenge(request.session, "sign_in")
    if not request.user.is_authenticated:
        request.session.set_expiry(passkeys.LIFETIME)
    return JsonResponse(json.loads(passkeys.request_options(challenge)))


@require_POST
@never_cache
def passkey(request: HttpRequest, door: str) -> HttpResponse:
    if door not in DOORS:
        raise Http404
    account = sign_in_with_passkey(request, request.POST.get("answer", ""))
    if account is not None:
        link_if_matched(account)
        return _onward(request, account, door)
    form = SignInForm()
    wrong = _("The passkey did not open an account here. Try again, or use username and password.")
    return _page(request, door, form, wrong)


def _door(request: HttpRequest, door: str) -> HttpResponse:
    form, account = submitted(request)
    if account is None and request.method != "POST" and isinstance(request.user, Account):
        account = request.user
    if account is not None:
        return _onward(request, account, door)
    return _page(request, door, form)


def _page(request: HttpRequest, door: str, form: SignInForm, wrong: str = "") -> HttpResponse:
    wanted = safe_next(request)
    app = asking_app(wanted)
    other = reverse(DOORS["patient" if door == "provider" else "provider"])
    context = {
        "form": form,
        "wrong": wrong,
        "has_ended": "ended" in request.GET,
        "door": door,
        "here": reverse(DOORS[door]),
        "onward": urlencode({"next": wanted}) if wanted else "",
        "passkeys_possible": passkeys.are_possible(),
        "other_door": f"{other}?{urlencode({'next': wanted})}" if wanted else other,
        "next": wanted,
        "app": app,
    }
    response = render(request, "accounts/sign_in.html", context)
    return allow_form_to_lead_to(response, [app.redirect_uri]) if app else response


def _onward(request: HttpRequest, account: Account, door: str) -> HttpResponse:
    wanted = safe_next(request)
    own = next((kind for kind in DOORS if getattr(account, f"wants_{kind}")), None)
    if own is None:
        return redirect(wanted or ("admin:index" if account.is_staff else "portal:home"))
    if own != door and not wanted:
        messages.info(request, _YOURS[own])
        response = redirect(DOORS[own])
    else:
        response = redirect(wanted or "portal:home")
    response.set_cookie(
        DOOR_COOKIE,
        own,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
