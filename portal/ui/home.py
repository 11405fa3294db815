"""The start page, and the Developer Portal's first page after signing in."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of
from fhirapi.smart.authorization import consented
from fhirapi.smart.clients import clients
from fhirapi.smart.people import keys, patients
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.smart.people.record_reading import Reader
from portal.accounts.access import AccountRequest, signed_in
from portal.activity import kinds, runs
from portal.activity.filters import Wanted
from portal.activity.names import names_of
from portal.activity.reader import Reader as TrailReader
from portal.activity.words import Entry, entry
from portal.record.overview import Overview, overview
from portal.ui.addresses import addresses
from portal.ui.state import AccountState, state_of

_FEW = 5
_LATELY = 200
"""So many records of the trail are looked through."""
_DEEDS = tuple(
    each
    for each in AuditRecord.Action
    if each not in (*kinds.READS, AuditRecord.Action.PATIENT_SEARCH)
)
"""That one's own pages were read, the reader knows."""
_BY_HAND = "portal"
"""What the trail says of records that somebody read on our pages."""


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/landing.html", {"addresses": addresses()})


@dataclass(frozen=True)
class Home:
    """What is worth seeing first; each part only for those whom it concerns."""

    usable_keys: int
    connected: int
    record: Overview | None
    children: list[PatientSummary]
    recent: list[PatientSummary]
    apps: list[tuple[str, str, str]]
    """Id, name and status of those that the account develops."""
    activity: list[Entry]


@require_safe
@signed_in
def home(request: AccountRequest) -> HttpResponse:
    state = state_of(request.user)
    context = {"state": state, "home": _home(request, state), "addresses": addresses()}
    return render(request, "ui/home.html", context)


def _home(request: AccountRequest, state: AccountState) -> Home:
    account, address = request.user, address_of(request)
    own_id = patients.own_patient_id(account) if state.is_patient_ready else None
    return Home(
        usable_keys=sum(keys.status(key).is_usable for key in keys.keys_of(account)),
        connected=consented.live(account).values("client").distinct().count(),
        record=overview(Reader(account, own_id, address), newest=0) if own_id else None,
        children=_children(request, own_id) if state.is_relative else [],
        recent=_recent(request) if state.is_provider_ready else [],
        apps=[
            (each.client_id, each.name, str(clients.status(each)))
            for each in clients.apps_of(account)[:_FEW]
        ],
        activity=_activity(TrailReader(account, own_id)),
    )


def _children(request: AccountRequest, own_id: str | None) -> list[PatientSummary]:
    found = patients.few(request.user, _FEW, address=address_of(request)) or []
    return [each for each in found if each.id != own_id]


def _recent(request: AccountRequest) -> list[PatientSummary]:
    """Patients whose pages the provider opened, the last one first."""
    trail = AuditRecord.objects.filter(account_id=request.user.pk).order_by("-id")
    lately = trail.values_list("detail", "patient_ids")[:_LATELY]
    ids = [ids[0] for detail, ids in lately if detail == _BY_HAND and ids and len(ids) == 1]
    wanted = list(dict.fromkeys(ids))[:_FEW]
    found = {
        each.id: each
        for each in patients.summaries(request.user, wanted, address=address_of(request))
    }
    return [found[each] for each in wanted if each in found]


def _activity(reader: TrailReader) -> list[Entry]:
    found = runs.page(reader, Wanted(kinds.OWN, actions=_DEEDS), None, size=_FEW)
    names = names_of(found.account_ids, found.client_ids)
    return [entry(each, reader, names) for each in found.runs]
