"""Admin pages on which one account is approved or linked, with the evidence in view."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links, patients
from portal.accounts import approval, matching, practitioners
from portal.accounts.models import Account
from portal.operations import declining
from portal.operations.comparing import compare
from portal.operations.models import Declined


class Decision(StrEnum):
    APPROVE = "approve"
    LINK = "link"
    WITHDRAW = "withdraw"
    UNLINK = "unlink"

    @property
    def heading(self) -> str:
        return {
            Decision.APPROVE: "Approve the provider",
            Decision.LINK: "Link to a patient's record",
            Decision.WITHDRAW: "Withdraw the approval",
            Decision.UNLINK: "Unlink from the patient's record",
        }[self]


class ResourceForm(forms.Form):
    """One of the resources shown, or another one by its id."""

    resource_id = forms.CharField(
        max_length=64,
        error_messages={"required": "Choose a record or write its id."},
    )

    def clean_resource_id(self) -> str:
        text: str = self.cleaned_data["resource_id"]
        return text.rpartition("/")[2]  # "Practitioner/17" is an id to most people


def possible(account: Account) -> list[Decision]:
    """What can be decided about the account as it stands."""
    if not account.is_active:
        return []
    offered = []
    if account.wants_provider:
        is_approved = account.is_approved_provider  # not by a team, which nobody here ends
        offered.append(Decision.WITHDRAW if is_approved else Decision.APPROVE)
    if account.wants_patient:
        is_linked = patients.own_patient_id(account) is not None
        offered.append(Decision.UNLINK if is_linked else Decision.LINK)
    return offered


View = Callable[..., HttpResponse]


class Decider(Protocol):
    """The admin page of accounts, as far as decisions need it."""

    admin_site: admin.AdminSite

    def has_decide_permission(self, request: HttpRequest, obj: Account) -> bool: ...
    def log_change(self, request: HttpRequest, obj: Account, message: Any) -> Any: ...


def view_of(decision: Decision, model_admin: Decider) -> View:
    def view(request: HttpRequest, account_id: int) -> HttpResponse:
        account = get_object_or_404(Account, pk=account_id)
        if not model_admin.has_decide_permission(request, account):
            raise PermissionDenied
        if decision not in possible(account):
            messages.error(request, f"{decision.heading}: not possible as the account stands.")
            return redirect("admin:portal_account_change", account.pk)
        return _decide(request, account, decision, model_admin)

    return view


def _decide(
    request: HttpRequest,
    account: Account,
    decision: Decision,
    model_admin: Decider,
) -> HttpResponse:
    asks = decision in (Decision.APPROVE, Decision.LINK)
    form = ResourceForm(request.POST if asks and request.method == "POST" else None)
    if request.method == "POST" and (not asks or form.is_valid()):
        try:
            _carry_out(request, account, decision, form)
        except (links.AlreadyLinked, links.NoSuchResource) as error:
            form.add_error("resource_id", str(error))
        else:
            model_admin.log_change(request, account, decision.heading)
            messages.success(request, f"{decision.heading}: done for {account.display_name}.")
            return _onward(account, decision)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": Account._meta,
        "title": decision.heading,
        "account": account,
        "decision": decision,
        "form": form,
        **_evidence(request, account, decision),
    }
    return render(request, f"admin/decide_{'choose' if asks else 'confirm'}.html", context)


def _onward(account: Account, decision: Decision) -> HttpResponse:
    """To the next who waits."""
    queue = {Decision.APPROVE: "providers", Decision.LINK: "identities"}.get(decision)
    if queue:
        return redirect("admin:queue", queue)
    return redirect("admin:portal_account_change", account.pk)


def _carry_out(
    request: HttpRequest, account: Account, decision: Decision, form: ResourceForm
) -> None:
    by = request.user
    assert isinstance(by, Account)  # noqa: S101 - admin_view lets nobody else in
    if decision is Decision.WITHDRAW:
        approval.withdraw_approval(account, by=by)
        declining.decline(account, Declined.Service.PROVIDER, by=by)  # it does not wait again
        return
    if decision is Decision.UNLINK:
        approval.unlink_patient(account, by=by)
        return
    resource_id = form.cleaned_data["resource_id"]
    if decision is Decision.APPROVE:
        approval.approve_provider(account, resource_id, by=by)
        declining.reopen(account, Declined.Service.PROVIDER, by=by)
    else:
        approval.link_patient(account, resource_id, by=by)
        declining.reopen(account, Declined.Service.PATIENT, by=by)
    if not approval.tell(account, is_provider=decision is Decision.APPROVE):
        messages.warning(request, "The person could not be told by a letter.")


def _evidence(request: HttpRequest, account: Account, decision: Decision) -> dict[str, Any]:
    if decision is Decision.APPROVE:
        asked = request.GET.get("q", account.last_name)
        return {"practitioners": practitioners.named(asked), "asked": asked}
    if decision is Decision.LINK:
        found = matching.candidates(account)
        if found:
            record(
                AuditRecord.Action.PATIENT_SEARCH,
                account_id=request.user.pk,
                patient_ids=[candidate.id for candidate in found],
                detail="administration: identity matching",
                address=address_of(request),
            )
        return {"candidates": found, "comparison": compare(account, found)}
    kind = "Practitioner" if decision is Decision.WITHDRAW else "Patient"
    return {
        "link": RecordLink.objects.filter(
            account=account, resource_type=kind, revoked_at=None
        ).first()
    }
