"""The lists of a provider: all of them, one with its patients and history, and changes to one."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhirapi.audit.record import address_of
from fhirapi.bulk.groups import change, listing
from fhirapi.bulk.groups.listing import PatientGroup
from fhirapi.smart.people import patients
from fhirapi.smart.tokens.followed import followers
from portal.accounts.access import AccountRequest, approved_provider
from portal.groups.forms import NameForm
from portal.groups.history import history
from portal.groups.words import KEPT, KINDS
from portal.keys import picker

P = ParamSpec("P")
_A_PAGE = 50
_CHOOSE = gettext_lazy("Choose at least one patient.")
_NOT_YOURS = gettext_lazy("One of these patients is not under your care. Look through the choice.")
_TOO_MANY = gettext_lazy("Choose at most %(most)s patients at a time; more can follow afterwards.")


def changes_lists(
    view: Callable[Concatenate[AccountRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """As for access keys: a list may open records to an app that goes with it."""

    @wraps(view)
    def guarded(request: AccountRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.may_make_provider_keys:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except (change.NoSuchGroup, change.TreatsNobody):  # since a moment ago
            raise Http404 from None

    return approved_provider(guarded)


@require_safe
@approved_provider
def all_groups(request: AccountRequest) -> HttpResponse:
    found = listing.groups(request.user, address=address_of(request))
    context = {
        "groups": [(each, KINDS[each.kind]) for each in found],
        "may_make": _may_make(request),
    }
    return render(request, "groups/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@approved_provider
def one_group(request: AccountRequest, group_id: str) -> HttpResponse:
    """The next patients are asked for by POST: ids of patients do not belong into addresses."""
    return _page(request, _group(request, group_id))


@require_http_methods(["GET", "HEAD", "POST"])
@changes_lists
def new_group(request: AccountRequest) -> HttpResponse:
    if not _may_make(request):
        return redirect("portal:groups")
    if request.method != "POST":
        return _new_page(request, NameForm(), picker.Picker())
    if picker.is_step(request.POST):
        return _new_page(request, NameForm(initial=request.POST.dict()), _step(request))
    form = NameForm(request.POST)
    wanted, error = _wanted(request)
    if form.is_valid() and not error:
        try:
            made = change.make(
                request.user, form.cleaned_data["name"], wanted, address=address_of(request)
            )
        except change.PatientsNotYours:
            error = str(_NOT_YOURS)
        else:
            messages.success(request, _("The list is made."))
            return redirect("portal:group", made)
    return _new_page(request, form, _chosen(request, wanted, error))


@require_http_methods(["GET", "HEAD", "POST"])
@changes_lists
def add(request: AccountRequest, group_id: str) -> HttpResponse:
    group = _changeable(request, group_id)
    if request.method != "POST":
        return _add_page(request, group, picker.Picker())
    if picker.is_step(request.POST):
        return _add_page(request, group, _step(request))
    wanted, error = _wanted(request)
    if not wanted:
        error = str(_CHOOSE)
    if not error:
        try:
            new = change.add(request.user, group.id, wanted, address=address_of(request))
        except change.PatientsNotYours:
            error = str(_NOT_YOURS)
        else:
            words = ngettext("%(number)s patient added.", "%(number)s patients added.", len(new))
            messages.success(request, words % {"number": len(new)})
            return redirect("portal:group", group.id)
    return _add_page(request, group, _chosen(request, wanted, error))


@require_POST
@changes_lists
def remove(request: AccountRequest, group_id: str) -> HttpResponse:
    """Without a question: to add the patient again undoes it."""
    group = _changeable(request, group_id)
    removed = request.POST.get("patient", "").replace("\x00", "")
    person = patients.summaries(request.user, [removed], address=address_of(request))
    if person and change.remove(request.user, group.id, [removed], address=address_of(request)):
        messages.success(request, _("%(patient)s removed.") % {"patient": person[0].chip})
    return _back_to(request, group)


@require_POST
@changes_lists
def remove_unseen(request: AccountRequest, group_id: str) -> HttpResponse:
    group = _changeable(request, group_id)
    gone = change.remove_unseen(request.user, group.id, address=address_of(request))
    words = ngettext("%(number)s patient removed.", "%(number)s patients removed.", len(gone))
    messages.success(request, words % {"number": len(gone)})
    return _back_to(request, group)


@require_POST
@changes_lists
def rename(request: AccountRequest, group_id: str) -> HttpResponse:
    group = _changeable(request, group_id)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, group, form)
    change.rename(request.user, group.id, form.cleaned_data["name"], address=address_of(request))
    messages.success(request, _("The name is saved."))
    return redirect("portal:group", group.id)


@require_http_methods(["GET", "HEAD", "POST"])
@changes_lists
def delete(request: AccountRequest, group_id: str) -> HttpResponse:
    group = _changeable(request, group_id)
    if request.method == "POST":
        try:
            change.delete(request.user, group.id, address=address_of(request))
        except change.StillInUse:
            messages.error(request, _("Something in a record refers to this list, so it stays."))
            return redirect("portal:group", group.id)
        messages.success(request, _("The list %(name)s is deleted.") % {"name": group.name})
        return redirect("portal:groups")
    context = {"group": group, "followers": followers(group.id)}
    return render(request, "groups/delete.html", context)


@require_POST
@approved_provider
def pick_patients(request: AccountRequest) -> HttpResponse:
    """One step of the picker for a page that has a script."""
    context = {**_with_picker(_step(request)), "is_fragment": True}
    return render(request, "keys/_picker.html", context)


def _group(request: AccountRequest, group_id: str) -> PatientGroup:
    found = listing.group(request.user, group_id, address=address_of(request))
    if found is None:
        raise Http404
    return found


def _changeable(request: AccountRequest, group_id: str) -> PatientGroup:
    group = _group(request, group_id)
    if not group.may_change:
        raise Http404
    return group


def _back_to(request: AccountRequest, group: PatientGroup) -> HttpResponse:
    """A list of others that has nobody on it any more is nobody's."""
    is_there = listing.group(request.user, group.id, address=address_of(request)) is not None
    return redirect("portal:group", group.id) if is_there else redirect("portal:groups")


def _may_make(request: AccountRequest) -> bool:
    user = request.user
    return user.may_make_provider_keys and bool(change.practitioners_of(user))


def _page(
    request: AccountRequest, group: PatientGroup, form: NameForm | None = None
) -> HttpResponse:
    after = "" if form else request.POST.get("after", "").replace("\x00", "")
    address = address_of(request)
    people = patients.some_of(
        request.user, group.patient_ids, limit=_A_PAGE + 1, after=after, address=address
    )
    context: dict[str, Any] = {
        "group": group,
        "kind": KINDS[group.kind],
        "kept": KEPT.get(group.kind, ""),
        "people": people[:_A_PAGE],
        "has_more": len(people) > _A_PAGE,
        "is_first": not after,
        "unseen": listing.unseen(request.user, group),
        "followers": followers(group.id),
        "history": history(request.user, group, address=address),
        "form": form or NameForm(initial={"name": group.name}),
        "may_change": group.may_change and request.user.may_make_provider_keys,
    }
    return render(request, "groups/group.html", context)


def _new_page(request: AccountRequest, form: NameForm, chosen: picker.Picker) -> HttpResponse:
    return render(request, "groups/new.html", {"form": form, **_with_picker(chosen)})


def _add_page(request: AccountRequest, group: PatientGroup, chosen: picker.Picker) -> HttpResponse:
    context = {"group": group, "followers": followers(group.id), **_with_picker(chosen)}
    return render(request, "groups/add.html", context)


def _with_picker(chosen: picker.Picker) -> dict[str, Any]:
    return {"picker": chosen, "picks_for_list": True}


def _step(request: AccountRequest) -> picker.Picker:
    chosen = picker.step(request.user, request.POST, address=address_of(request))
    return replace(chosen, error=_too_many()) if chosen.error == picker.too_many() else chosen


def _chosen(request: AccountRequest, patient_ids: list[str], error: str) -> picker.Picker:
    return picker.of_ids(request.user, patient_ids, error=error, address=address_of(request))


def _wanted(request: AccountRequest) -> tuple[list[str], str]:
    wanted = picker.chosen_in(request.POST)
    return wanted, _too_many() if len(wanted) > picker.MOST_PATIENTS else ""


def _too_many() -> str:
    return str(_TOO_MANY) % {"most": picker.MOST_PATIENTS}
