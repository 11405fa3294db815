"""Pages on which an authenticator app or a passkey is added and removed."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal import mail
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.factors import authenticator, passkeys
from portal.accounts.factors.models import Passkey
from portal.accounts.factors.second import authenticator_of, new_recovery_codes
from portal.accounts.proof import ProofForm
from portal.ui.compression import NOT_TRANSFORMED

_FACTOR = AuditRecord.Action.FACTOR
_METHODS = ["GET", "HEAD", "POST"]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code from the app"),
        max_length=20,
        error_messages={"required": gettext_lazy("Enter the six digits that the app shows.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPasskeyForm(ProofForm):
    name = forms.CharField(
        label=gettext_lazy("Name of the passkey"),
        max_length=60,
        help_text=gettext_lazy("So that you know it again: “My phone”."),
        error_messages={"required": gettext_lazy("Give the passkey a name.")},
    )
    field_order = ["name"]


def _proof(request: AccountRequest) -> ProofForm:
    return ProofForm(request.user, request.POST if request.method == "POST" else None)


@sensitive_post_parameters("current_password", "current_pin")
@require_http_methods(_METHODS)
@signed_in
def add_authenticator(request: AccountRequest) -> HttpResponse:
    if authenticator_of(request.user):
        return redirect("portal:settings")
    form = _proof(request)
    if form.is_proven(request, _FACTOR, "authenticator app: not added"):
        authenticator.begin(request.user)
        return redirect("portal:authenticator-confirm")
    return render(request, "accounts/authenticator_add.html", {"form": form})


@sensitive_variables("app", "codes")
@require_http_methods(_METHODS)
@signed_in
def confirm_authenticator(request: AccountRequest) -> HttpResponse:
    app = authenticator.begun(request.user)
    if app is None:
        return redirect("portal:authenticator-add")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = "".join(form.cleaned_data["code"].split())
        codes = authenticator.confirm(app, code)
        if codes:
            _changed(
                request, gettext_lazy("an authenticator app was added"), "authenticator app: added"
            )
            return _secret(request, "recovery_codes", {"codes": codes, "is_new": True})
        form.add_error(
            "code",
            _(
                "This is not the code of the moment. Wait for the next one, and check whether "
                "the clock of your phone is right."
            ),
        )
    context = {
        "form": form,
        "key": authenticator.key_in_words(app),
        "picture": mark_safe(authenticator.picture(app)),  # noqa: S308 - drawn by us
    }
    return _secret(request, "authenticator_confirm", context)


@sensitive_post_parameters("current_password", "current_pin")
@require_http_methods(_METHODS)
@signed_in
def remove_authenticator(request: AccountRequest) -> HttpResponse:
    if authenticator_of(request.user) is None:
        raise Http404
    form = _proof(request)
    if form.is_proven(request, _FACTOR, "authenticator app: not removed"):
        authenticator.remove(request.user)
        _changed(
            request, gettext_lazy("the authenticator app was removed"), "authenticator app: removed"
        )
        messages.success(
            request, _("The authenticator app is removed, its recovery codes with it.")
        )
        return redirect("portal:settings")
    return render(request, "accounts/authenticator_remove.html", {"form": form})


@sensitive_variables("codes")
@sensitive_post_parameters("current_password", "current_pin")
@require_http_methods(_METHODS)
@signed_in
def recovery_codes(request: AccountRequest) -> HttpResponse:
    if authenticator_of(request.user) is None:
        raise Http404
    form = _proof(request)
    if form.is_proven(request, _FACTOR, "recovery codes: not renewed"):
        codes = new_recovery_codes(request.user)
        _changed(request, gettext_lazy("new recovery codes were made"), "recovery codes: renewed")
        return _secret(request, "recovery_codes", {"codes": codes})
    return render(request, "accounts/recovery_codes_renew.html", {"form": form})


@sensitive_post_parameters("current_password", "current_pin")
@require_http_methods(_METHODS)
@signed_in
def add_passkey(request: AccountRequest) -> HttpResponse:
    """First who it is, then the browser's own question, whose answer comes to the next view."""
    if not passkeys.are_possible():
        raise Http404
    form = NewPasskeyForm(request.user, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "most": passkeys.MOST}
    context["is_full"] = len(passkeys.passkeys_of(request.user)) >= passkeys.MOST
    if not context["is_full"] and form.is_proven(request, _FACTOR, "passkey: not added"):
        name = form.cleaned_data["name"]
        challenge = passkeys.new_challenge(request.session, "creation", name=name)
        context["options"] = passkeys.creation_options(request.user, challenge)
        context["name"] = name
    return render(request, "accounts/passkey_add.html", context)


@require_http_methods(["POST"])
@signed_in
def finish_passkey(request: AccountRequest) -> HttpResponse:
    kept = passkeys.take_challenge(request.session, "creation")
    try:
        if kept is None:
            raise passkeys.NotVerified("no challenge")
        answer = request.POST.get("answer", "")
        passkeys.create(request.user, kept[1]["name"], answer, kept[0])
    except passkeys.NotVerified:
        messages.error(request, _("The passkey was not made. Please try again."))
        return redirect("portal:passkey-add")
    _changed(request, gettext_lazy("a passkey was added"), "passkey: added")
    messages.success(request, _("The passkey is added. From now on it opens the portal by itself."))
    return redirect("portal:settings")


@sensitive_post_parameters("current_password", "current_pin")
@require_http_methods(_METHODS)
@signed_in
def remove_passkey(request: AccountRequest, which: int) -> HttpResponse:
    passkey = Passkey.objects.filter(user=request.user, pk=which).first()
    if passkey is None:
        raise Http404
    form = _proof(request)
    if form.is_proven(request, _FACTOR, "passkey: not removed"):
        passkey.delete()
        _changed(request, gettext_lazy("a passkey was removed"), "passkey: removed")
        messages.success(
            request, _("The passkey is removed here. Delete it on your device as well.")
        )
        return redirect("portal:settings")
    return render(request, "accounts/passkey_remove.html", {"form": form, "passkey": passkey})


def _secret(request: AccountRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, f"accounts/{page}.html", context)
    response["Cache-Control"] = NOT_TRANSFORMED
    return response


def _changed(request: AccountRequest, what: Any, detail: str) -> None:
    record(_FACTOR, account_id=request.user.pk, detail=detail, address=address_of(request))
    with suppress(mail.LetterNotSent):  # the change itself stands
        mail.factor_changed(request.user, what)
