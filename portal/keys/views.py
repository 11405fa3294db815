"""Manage API (patients) and Manage FHIR API (providers): the list, one key, a new key."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of
from fhirapi.smart.models import AccessKey
from fhirapi.smart.people import keys, patients
from fhirapi.smart.people.patients import PatientSummary
from portal.accounts.access import AccountRequest, approved_provider, signed_in
from portal.accounts.models import Account
from portal.accounts.pin import record_denial
from portal.keys import picker
from portal.keys.forms import KeyForm, NewKeyForm
from portal.keys.own import own_key
from portal.ui.addresses import addresses
from portal.ui.state import state_of

_CHOOSE = gettext_lazy("Choose at least one patient. A key opens only the patients chosen for it.")
_NOT_YOURS = gettext_lazy(
    "One of these patients is not under your care any more. Look through the list."
)
_NO_LINK = gettext_lazy("Your account is not linked to a record yet, so a key would open nothing.")
_TREATS_NOBODY = gettext_lazy(
    "Your account does not treat patients any more, so a key that may write can do nothing."
)
_NAMED = 3
"""So many patients are named beside each key of the list."""


@require_safe
@signed_in
def all_keys(request: AccountRequest) -> HttpResponse:
    own = list(keys.keys_of(request.user))
    if len(own) == 1:
        return _key_page(request, own[0], is_only_key=True)
    named = _named(request, own)
    rows = [_row(key, named) for key in own]
    return render(request, "keys/list.html", {"rows": rows, "state": state_of(request.user)})


def _named(request: AccountRequest, own: list[AccessKey]) -> dict[str, PatientSummary]:
    """The first patients of each key, for all keys at once."""
    wanted = {each for key in own for each in key.patient_ids[:_NAMED]}
    found = patients.summaries(request.user, wanted, address=address_of(request))
    return {each.id: each for each in found}


def _row(key: AccessKey, named: dict[str, PatientSummary]) -> dict[str, object]:
    shown = [named[each] for each in key.patient_ids[:_NAMED] if each in named]
    opens = len(key.patient_ids)
    return {
        "key": key,
        "status": keys.status(key),
        "opens": opens,
        "patients": shown,
        "more": opens - len(shown),
    }


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def one_key(request: AccountRequest, access_key_id: str) -> HttpResponse:
    key = own_key(request.user, access_key_id)
    if request.method != "POST":
        return _key_page(request, key)
    if picker.is_step(request.POST):
        step = _step(request)
        asked = _writing(request, key, [each.id for each in step.chosen])
        unsaved = KeyForm(initial=request.POST.dict(), **asked)
        return _key_page(request, key, unsaved, step)
    wanted, error = _wanted_patients(request)
    asked = _writing(request, key, wanted)
    form = KeyForm(request.POST, initial={"label": key.label}, **asked)
    if form.is_valid() and not error:
        error = _save(request, key, form.cleaned_data, wanted)
        if not error:
            messages.success(request, _("The key is saved."))
            return redirect("portal:key", key.access_key_id)
    if form.is_pin_refused:
        record_denial(request, AuditRecord.Action.KEY_CHANGE, key.access_key_id)
    return _key_page(request, key, form, _chosen(request, wanted, error))


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_key(request: AccountRequest) -> HttpResponse:
    if not state_of(request.user).may_make_keys:
        return redirect("portal:keys")
    if request.method != "POST":
        fresh = NewKeyForm(initial=_a_year_from_today(), **_writing(request))
        return _new_page(request, fresh, picker.Picker())
    if picker.is_step(request.POST):
        unsaved = NewKeyForm(initial=request.POST.dict(), **_writing(request))
        return _new_page(request, unsaved, _step(request))
    form = NewKeyForm(request.POST, **_writing(request))
    wanted, error = _wanted_patients(request)
    if form.is_valid() and not error:
        try:
            key = keys.create(
                request.user,
                patient_ids=wanted,
                address=address_of(request),
                **form.cleaned_data,
            )
        except keys.PatientsNotYours:
            error = str(_NOT_YOURS)
        except keys.NoRecordLink:
            error = str(_NO_LINK)
        except keys.TreatsNobody:
            error = str(_TREATS_NOBODY)
        else:
            messages.success(
                request, _("The access key is ready. Show its secret when you need it.")
            )
            return redirect("portal:key", key.access_key_id)
    if form.is_pin_refused:
        record_denial(request, AuditRecord.Action.KEY_CREATE)
    return _new_page(request, form, _chosen(request, wanted, error))


@require_POST
@approved_provider
def pick_patients(request: AccountRequest) -> HttpResponse:
    """One step of the picker for a page that has a script. POST keeps names out of addresses."""
    context = {"picker": _step(request), "is_fragment": True}
    return render(request, "keys/_picker.html", context)


def _key_page(
    request: AccountRequest,
    key: AccessKey,
    form: KeyForm | None = None,
    chosen: picker.Picker | None = None,
    *,
    is_only_key: bool = False,
) -> HttpResponse:
    entered = {
        "label": key.label,
        "valid_from": key.valid_from,
        "valid_to": key.valid_to,
        "may_write": "yes" if key.may_write else "no",
    }
    saved = _chosen(request, key.patient_ids)
    context = {
        "key": key,
        "status": keys.status(key),
        "addresses": addresses(),
        "form": form or KeyForm(initial=entered, **_writing(request, key)),
        "picker": chosen or saved,
        "opens": saved.chosen,
        "out_of_sight": len(key.patient_ids) - len(saved.chosen),
        "old_secret_until": keys.earlier_works_until(key),
        "is_only_key": is_only_key or not keys.keys_of(request.user).exclude(pk=key.pk).exists(),
    }
    return render(request, "keys/key.html", context)


def _new_page(request: AccountRequest, form: NewKeyForm, chosen: picker.Picker) -> HttpResponse:
    own = patients.summaries(request.user, _own_record(request.user), address=address_of(request))
    is_guardian = patients.own_patient_id(request.user) is None
    context = {"form": form, "picker": chosen, "opens": own, "is_guardian": is_guardian}
    return render(request, "keys/new.html", context)


def _chosen(request: AccountRequest, patient_ids: list[str], error: str = "") -> picker.Picker:
    return picker.of_ids(request.user, patient_ids, error=error, address=address_of(request))


def _step(request: AccountRequest) -> picker.Picker:
    return picker.step(request.user, request.POST, address=address_of(request))


def _wanted_patients(request: AccountRequest) -> tuple[list[str], str]:
    """Whom the key shall open, and what is wrong with that choice, if anything."""
    if not request.user.may_make_provider_keys:
        own = _own_record(request.user)
        return own, "" if own else str(_NO_LINK)
    wanted = picker.chosen_in(request.POST)
    if len(wanted) > picker.MOST_PATIENTS:
        return wanted, picker.too_many()
    return wanted, "" if wanted else str(_CHOOSE)


def _writing(
    request: AccountRequest, key: AccessKey | None = None, wanted: Iterable[str] = ()
) -> dict[str, Any]:
    """Whether the form offers a key that may write, and whose PIN that takes; more patients of
    such a key take it, too.
    """
    user = request.user
    return {
        "account": user,
        "may_let_write": user.may_make_provider_keys and keys.may_let_write(user),
        "writes_now": key is not None and key.may_write,
        "adds_patients": key is not None and not set(wanted).issubset(key.patient_ids),
    }


def _own_record(account: Account) -> list[str]:
    """One's own; of a guardian who has none, those of whom it stands for."""
    own = patients.own_patient_id(account)
    return [own] if own else patients.wards(account)


def _save(
    request: AccountRequest, key: AccessKey, entered: dict[str, Any], wanted: list[str]
) -> str:
    """Changes what differs, all or nothing; returns what is wrong."""
    address = address_of(request)
    try:
        with transaction.atomic():
            if set(wanted) != set(key.patient_ids):
                keys.choose_patients(key, wanted, address=address)
            valid_from, valid_to = entered["valid_from"], entered["valid_to"]
            if (valid_from, valid_to) != (key.valid_from, key.valid_to):
                keys.set_validity(key, valid_from, valid_to, address=address)
            if entered["label"] != key.label:
                keys.set_label(key, entered["label"], address=address)
            if entered.get("may_write", key.may_write) != key.may_write:
                keys.set_may_write(key, entered["may_write"], address=address)
    except keys.PatientsNotYours:
        return str(_NOT_YOURS)
    except keys.TreatsNobody:
        return str(_TREATS_NOBODY)
    return ""


def _a_year_from_today() -> dict[str, date]:
    today = timezone.localdate()
    return {"valid_from": today, "valid_to": today + timedelta(days=365)}
