"""The person's own settings: what is set, a new password, a new PIN."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from fhirapi.smart.people import team
from portal import mail
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.change import change
from portal.accounts.credentials import ChangePasswordForm, ChangePinForm
from portal.accounts.factors import passkeys
from portal.accounts.factors.second import authenticator_of, codes_left
from portal.accounts.own import email
from portal.accounts.proof import WrongCredentials
from portal.accounts.sessions import living
from portal.ui.person import zone_of


@require_safe
@signed_in
def settings(request: AccountRequest) -> HttpResponse:
    account = request.user
    context = {
        "account": account,
        "zone": zone_of(account) or timezone.get_default_timezone(),
        "new_email": email.under_way(account),
        "authenticator": authenticator_of(account),
        "codes_left": codes_left(account),
        "passkeys": passkeys.passkeys_of(account),
        "passkeys_possible": passkeys.are_possible(),
        "sessions": living.sessions_of(account).count(),
        "teams": team.memberships(account),
    }
    return render(request, "accounts/settings.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change_password(request: AccountRequest) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST if request.method == "POST" else None)
    return _answer(request, form, "password")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change_pin(request: AccountRequest) -> HttpResponse:
    form = ChangePinForm(request.user, request.POST if request.method == "POST" else None)
    return _answer(request, form, "PIN")


def _answer(
    request: AccountRequest, form: ChangePasswordForm | ChangePinForm, what: str
) -> HttpResponse:
    if form.is_valid() and _is_changed(request, form):
        with suppress(mail.LetterNotSent):  # the change itself stands
            mail.credentials_changed(
                request.user, password=what == "password", pin=what == "PIN", by_letter=False
            )
        messages.success(
            request,
            _("Your %(what)s is changed. You have been signed out everywhere else.")
            % {"what": _(what)},
        )
        return redirect("portal:settings")
    return render(request, "accounts/settings_change.html", {"form": form, "what": what})


def _is_changed(request: AccountRequest, form: ChangePasswordForm | ChangePinForm) -> bool:
    chosen = ("current_password", "current_pin", "password", "pin")
    entered = {name: form.cleaned_data[name] for name in chosen if name in form.cleaned_data}
    try:
        change(request, request.user, **entered)
    except WrongCredentials:
        form.add_error(None, form.WRONG)
        return False
    return True
