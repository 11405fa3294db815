"""Pages on which people change their address, phone, language, and on which they leave."""

from contextlib import suppress
from datetime import timedelta

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal import mail
from portal.accounts.access import AccountRequest, door_of, signed_in
from portal.accounts.limits import TooManyLetters
from portal.accounts.models import Account
from portal.accounts.own import closing, zones
from portal.accounts.own import email as emails
from portal.accounts.own.forms import CloseForm, EmailForm, PhoneForm, PreferencesForm
from portal.accounts.views import NOT_SENT, TOO_MANY

Action = AuditRecord.Action
PHONES_A_DAY = 3
"""The phone number is one of the facts by which records are found: nobody shall try many."""
_PHONE = "phone number: changed"


@sensitive_post_parameters("current_password", "current_pin")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change_email(request: AccountRequest) -> HttpResponse:
    form = EmailForm(request.user, request.POST if request.method == "POST" else None)
    status = 200
    if form.is_proven(request, Action.ACCOUNT_CHANGE, "email address: not changed"):
        try:
            emails.ask(request.user, form.cleaned_data["email"], address=address_of(request))
        except TooManyLetters:
            status = 429
            form.add_error(None, TOO_MANY)
        except mail.LetterNotSent:
            status = 503
            form.add_error(None, NOT_SENT)
        else:
            messages.success(
                request,
                _("We have sent a letter to the new address. Open its link to confirm the change."),
            )
            return redirect("portal:settings")
    return render(request, "accounts/settings_email.html", {"form": form}, status=status)


@require_POST
@signed_in
def cancel_email(request: AccountRequest) -> HttpResponse:
    emails.cancel(request.user, address=address_of(request))
    messages.success(request, _("Your email address stays as it is."))
    return redirect("portal:settings")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Asks once more: programs that look at letters open every link in them."""
    change = emails.to_confirm(token)
    if change is None or (
        request.method == "POST" and not emails.confirm(change, address=address_of(request))
    ):
        return render(request, "accounts/email_expired.html", status=410)
    if request.method != "POST":
        return render(request, "accounts/email_confirm.html", {"change": change})
    messages.success(request, _("Your email address is changed."))
    return redirect("portal:settings" if request.user.is_authenticated else "portal:landing")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo_email(request: HttpRequest, token: str) -> HttpResponse:
    change = emails.to_undo(token)
    if change is None or (
        request.method == "POST" and not emails.undo(change, address=address_of(request))
    ):
        return render(request, "accounts/email_expired.html", status=410)
    if request.method != "POST":
        return render(request, "accounts/email_undo.html", {"change": change})
    messages.success(
        request,
        _("Your email address is as it was. Now choose a new password and PIN: we send a letter."),
    )
    return redirect("portal:recover")


@sensitive_post_parameters("current_password", "current_pin")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change_phone(request: AccountRequest) -> HttpResponse:
    account = request.user
    form = PhoneForm(account, request.POST if request.method == "POST" else None)
    if form.is_proven(request, Action.ACCOUNT_CHANGE, "phone number: not changed"):
        if _phone_changes(account) >= PHONES_A_DAY:
            form.add_error(
                "phone", _("The number has been changed several times today. Try again tomorrow.")
            )
        else:
            account.phone = form.cleaned_data["phone"]
            account.save(update_fields=["phone"])
            _record(request, _PHONE)
            messages.success(request, _("Your phone number is changed."))
            return redirect("portal:settings")
    return render(request, "accounts/settings_phone.html", {"form": form})


def _phone_changes(account: Account) -> int:
    since = timezone.now() - timedelta(days=1)
    done = AuditRecord.objects.filter(
        account_id=account.pk, action=Action.ACCOUNT_CHANGE, detail=_PHONE, recorded__gt=since
    )
    return done.count()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: AccountRequest) -> HttpResponse:
    account = request.user
    form = PreferencesForm(account, request.POST if request.method == "POST" else None)
    if form.is_valid():
        account.language = form.cleaned_data["language"]
        account.time_zone = form.cleaned_data["time_zone"]
        account.save(update_fields=["language", "time_zone"])
        _record(request, "language and time zone")
        if account.language:
            translation.activate(account.language)
        messages.success(request, _("Saved."))
        return redirect("portal:settings")
    context = {"form": form, "us_zones": zones.US_ZONES, "other_zones": zones.other_zones()}
    return render(request, "accounts/settings_preferences.html", context)


@sensitive_post_parameters("current_password", "current_pin")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def close(request: AccountRequest) -> HttpResponse:
    account = request.user
    may = closing.may_close(account)
    form = CloseForm(account, request.POST if request.method == "POST" else None)
    if may and form.is_proven(request, Action.ACCOUNT_CLOSE, "not closed"):
        door = door_of(account)
        closing.close(account, address=address_of(request))
        auth.logout(request)
        with suppress(mail.LetterNotSent):  # it is closed all the same
            mail.account_closed(account, closing.KEPT)
        messages.success(request, _("Your account is closed. Everything it had opened has ended."))
        return redirect(door)
    context = {"form": form, "may_close": may, "days": closing.KEPT.days}
    return render(request, "accounts/settings_close.html", context)


def _record(request: AccountRequest, detail: str) -> None:
    record(
        Action.ACCOUNT_CHANGE,
        account_id=request.user.pk,
        detail=detail,
        address=address_of(request),
    )
