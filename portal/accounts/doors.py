"""The two doors, patient and provider, and the way out; whoever takes the wrong one is led on."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from portal.accounts.access import DOOR_COOKIE, DOORS, last_door, safe_next
from portal.accounts.asking import allow_form_to_lead_to, asking_app
from portal.accounts.forms import SignInForm
from portal.accounts.matching import link_if_matched
from portal.accounts.models import Account
from portal.accounts.signin import sign_in, sign_out


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
    messages.success(request, "You have signed out.")
    return redirect(last_door(request))


def submitted(request: HttpRequest) -> tuple[SignInForm, Account | None]:
    """The sign-in form as it stands, and the account for which it has just opened a session."""
    if request.method != "POST":
        return SignInForm(), None
    form = SignInForm(request.POST)
    if not form.is_valid():
        return form, None
    account = sign_in(request, **form.cleaned_data)
    if account is None:
        form.add_error(None, SignInForm.WRONG)
    else:
        link_if_matched(account)  # the record may have come after the registration
    return form, account


def _door(request: HttpRequest, door: str) -> HttpResponse:
    form, account = submitted(request)
    if account is None and request.method != "POST" and isinstance(request.user, Account):
        account = request.user
    if account is not None:
        return _onward(request, account, door)
    wanted = safe_next(request)
    app = asking_app(wanted)
    other = reverse(DOORS["patient" if door == "provider" else "provider"])
    context = {
        "form": form,
        "door": door,
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
        messages.info(
            request, f"Yours is a {own} account, so we have brought you to the {own} portal."
        )
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
