"""Pages of people who have no session: registering, confirming, recovering."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from fhirapi.audit.record import address_of
from portal import mail
from portal.accounts import recovery, registration
from portal.accounts.access import door_of
from portal.accounts.credentials import (
    CredentialsForm,
    NewBothForm,
    NewPasswordForm,
    NewPinForm,
)
from portal.accounts.forms import RecoverForm, RegistrationForm
from portal.accounts.limits import TooManyLetters
from portal.accounts.models import Account, Recovery, Registration
from portal.accounts.pin import confirm_pin
from portal.accounts.recovery import Forgotten
from portal.accounts.signin import lift_lock_out
from portal.accounts.usernames import UsernameTaken

NOT_SENT = gettext_lazy(
    "We could not send the letter just now. Nothing was saved; please try again later."
)
TOO_MANY = gettext_lazy(
    "Too many requests have come from your network. Please try again in an hour."
)
WRONG_FACTOR = {
    Forgotten.PASSWORD: ("current_pin", gettext_lazy("This is not the PIN of the account.")),
    Forgotten.PIN: ("current_password", gettext_lazy("This is not the password of the account.")),
    Forgotten.BOTH: ("birth_date", gettext_lazy("This is not the date of birth in the account.")),
}


@never_cache
def register(request: HttpRequest) -> HttpResponse:
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            registration.register(form.registration(), address=address_of(request))
            return redirect("portal:registration-sent")
        except TooManyLetters:
            status = 429
            form.add_error(None, TOO_MANY)
        except mail.LetterNotSent:
            status = 503
            form.add_error(None, NOT_SENT)
    return render(request, "accounts/registration.html", {"form": form}, status=status)


def registration_sent(request: HttpRequest) -> HttpResponse:
    hours = int(registration.VALID.total_seconds() // 3600)
    return render(request, "accounts/registration_sent.html", {"hours": hours})


@sensitive_post_parameters()
@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    registered = registration.registration_for(token)
    if registered is None or registration.why_closed(registered):
        return _closed(request, registered)
    form = CredentialsForm(registered, request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen = registration.Credentials(
            form.cleaned_data["username"], form.cleaned_data["password"], form.cleaned_data["pin"]
        )
        try:
            account = registration.confirm(registered, chosen, address=address_of(request))
            return _welcome(request, account)
        except UsernameTaken:
            form.add_error("username", CredentialsForm.TAKEN)
        except registration.LinkClosed:
            return _closed(request, registered)
    return render(request, "accounts/confirm.html", {"form": form, "registration": registered})


def _closed(request: HttpRequest, registered: Registration | None) -> HttpResponse:
    """Whoever has the link has the mailbox, so what became of it is no secret."""
    why = registration.why_closed(registered)
    hours = int(registration.VALID.total_seconds() // 3600)
    context = {"why": why, "hours": hours}
    return render(request, "accounts/confirm_expired.html", context, status=410)


def _welcome(request: HttpRequest, account: Account) -> HttpResponse:
    with suppress(mail.LetterNotSent):  # the account stands without it
        mail.account_made(account)
    messages.success(
        request, _("Your account is ready. Sign in with your username, password and PIN.")
    )
    return redirect(door_of(account))


@never_cache
def recover(request: HttpRequest) -> HttpResponse:
    form = RecoverForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            recovery.ask(form.cleaned_data["email"], address=address_of(request))
            return redirect("portal:recover-sent")
        except TooManyLetters:
            status = 429
            form.add_error(None, TOO_MANY)
        except mail.LetterNotSent:
            status = 503
            form.add_error(None, NOT_SENT)
    return render(request, "accounts/recover.html", {"form": form}, status=status)


def recover_sent(request: HttpRequest) -> HttpResponse:
    minutes = int(recovery.VALID.total_seconds() // 60)
    return render(request, "accounts/recover_sent.html", {"minutes": minutes})


@sensitive_post_parameters()
@never_cache
def recover_confirm(request: HttpRequest, token: str) -> HttpResponse:
    asked = recovery.recovery_for(token)
    if asked is None:
        return render(request, "accounts/recover_expired.html", status=410)
    forgotten = _forgotten(request, asked.account)
    form = _recovery_form(forgotten, asked.account, request.POST or None)
    if form.is_valid():
        if not recovery.claim_try(asked):
            return render(request, "accounts/recover_expired.html", status=410)
        if _is_factor_right(forgotten, form, asked.account):
            return _change(request, asked, forgotten, form)
        if recovery.refuse(asked, address=address_of(request)) == 0:
            return render(request, "accounts/recover_expired.html", status=410)
        form.add_error(*WRONG_FACTOR[forgotten])
    context = {
        "form": form,
        "account": asked.account,
        "forgotten": forgotten,
        "may_recover_both": recovery.may_recover_both(asked.account),
    }
    return render(request, "accounts/recover_confirm.html", context)


def _forgotten(request: HttpRequest, account: Account) -> Forgotten:
    text = request.POST.get("forgotten") or request.GET.get("forgotten") or ""
    asked = Forgotten(text) if text in list(Forgotten) else Forgotten.PASSWORD
    if asked is Forgotten.BOTH and not recovery.may_recover_both(account):
        return Forgotten.PASSWORD
    return asked


RecoveryForm = NewPasswordForm | NewPinForm | NewBothForm


def _recovery_form(
    forgotten: Forgotten, account: Account, posted: QueryDict | None
) -> RecoveryForm:
    if forgotten is Forgotten.PASSWORD:
        return NewPasswordForm(account, posted)
    if forgotten is Forgotten.PIN:
        return NewPinForm(account, posted)
    return NewBothForm(account, posted)


def _is_factor_right(forgotten: Forgotten, form: RecoveryForm, account: Account) -> bool:
    if forgotten is Forgotten.PASSWORD:
        return confirm_pin(account, form.cleaned_data["current_pin"])
    if forgotten is Forgotten.PIN:
        return account.check_password(form.cleaned_data["current_password"])
    return bool(form.cleaned_data["birth_date"] == account.birth_date)


def _change(
    request: HttpRequest, asked: Recovery, forgotten: Forgotten, form: RecoveryForm
) -> HttpResponse:
    password = form.cleaned_data.get("password") or form.cleaned_data["current_password"]
    pin = form.cleaned_data.get("pin")
    is_done = recovery.change(
        asked, password=password, pin=pin, forgotten=forgotten, address=address_of(request)
    )
    if not is_done:
        return render(request, "accounts/recover_expired.html", status=410)
    lift_lock_out(asked.account)
    with suppress(mail.LetterNotSent):  # the change itself stands
        mail.credentials_changed(
            asked.account, password=forgotten is not Forgotten.PIN, pin=pin is not None
        )
    messages.success(request, _("Saved. Sign in with what you have just chosen."))
    return redirect(door_of(asked.account))
