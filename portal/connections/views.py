"""Connected apps: what each approval lets an app see, since when, and ending one or all of them.

The ``management_endpoint`` of SMART: https://hl7.org/fhir/smart-app-launch/conformance.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.authorization import connected, consented
from fhirapi.smart.authorization.connected import Approval, Connection
from fhirapi.smart.models import Client
from fhirapi.smart.people import patients
from fhirapi.smart.people.patients import PatientSummary
from portal.accounts.access import AccountRequest, signed_in
from portal.connections.words import changes_in_words, scopes_in_words


@dataclass(frozen=True)
class Row:
    """An approval as people read it."""

    approval: Approval
    sees: list[str]
    changes: list[str]
    person: PatientSummary | None


@dataclass(frozen=True)
class App:
    client: Client
    rows: list[Row]


@require_safe
@signed_in
def connections(request: AccountRequest) -> HttpResponse:
    return render(request, "connections/list.html", {"apps": _apps(request, _connections(request))})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def disconnect(
    request: AccountRequest, client_id: str, approval_id: int | None = None
) -> HttpResponse:
    """Asks once, as the app has to be approved anew afterwards."""
    found = _found(request, client_id, approval_id)
    if request.method == "POST":
        consented.end(request.user, found.client, grant_id=approval_id, address=address_of(request))
        messages.success(request, _what_ended(found, is_one=approval_id is not None))
        return redirect("fhir:manage")
    [app] = _apps(request, [found])
    return render(
        request, "connections/disconnect.html", {"app": app, "is_one": approval_id is not None}
    )


def _connections(request: AccountRequest) -> list[Connection]:
    return connected.connections(request.user)


def _found(request: AccountRequest, client_id: str, approval_id: int | None) -> Connection:
    """The app with the approvals that are to end."""
    for each in _connections(request):
        if each.client.client_id == client_id:
            chosen = [one for one in each.approvals if approval_id in (None, one.id)]
            if chosen:
                return Connection(each.client, chosen)
    raise Http404


def _what_ended(ended: Connection, *, is_one: bool) -> str:
    if is_one:
        return _("%(app)s has lost this access.") % {"app": ended.client}
    return _("%(app)s has no access any more.") % {"app": ended.client}


def _apps(request: AccountRequest, found: list[Connection]) -> list[App]:
    """The people are looked up together, whatever the number of apps."""
    approvals = [one for each in found for one in each.approvals]
    people = _people(request, (one.patient_id for one in approvals))
    return [App(each.client, [_row(one, people) for one in each.approvals]) for each in found]


def _people(request: AccountRequest, ids: Iterable[str | None]) -> dict[str, PatientSummary]:
    wanted = dict.fromkeys(each for each in ids if each)
    found = patients.summaries(request.user, wanted, address=address_of(request))
    return {each.id: each for each in found}


def _row(approval: Approval, people: dict[str, PatientSummary]) -> Row:
    scopes = approval.scopes
    person = people.get(approval.patient_id or "")
    return Row(approval, scopes_in_words(scopes), changes_in_words(scopes), person)
