"""The patients whom an account may see: a list to search, and a page from which apps are opened.

For providers those under care; a parent finds the children, a patient the own record.
"""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.authorization import encounters, launch
from fhirapi.smart.models import Client
from fhirapi.smart.people import patients
from fhirapi.smart.people.patients import PatientSummary
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.asking import allow_form_to_lead_to
from portal.record.overview import overview
from portal.record.reading import head, reader_of
from portal.team.roles import only_finds_patients
from portal.ui.state import state_of

_A_PAGE = 20
_LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Found:
    people: list[PatientSummary]
    text: str
    has_more: bool
    is_first: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def all_patients(request: AccountRequest) -> HttpResponse:
    """Searched by POST: names do not belong into addresses."""
    text = request.POST.get("find", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]
    after = _clean(request, "after")
    every = patients.search(
        request.user, text, limit=_A_PAGE + 1, after=after, address=address_of(request)
    )
    if len(every) == 1 and not text and not after:
        return redirect("portal:patient", every[0].id)
    found = Found(every[:_A_PAGE], text, len(every) > _A_PAGE, not after)
    context = {
        "found": found,
        "state": state_of(request.user),
        "finds_only": only_finds_patients(request.user),
    }
    return render(request, "patients/list.html", context)


@require_safe
@signed_in
def one_patient(request: AccountRequest, patient_id: str) -> HttpResponse:
    """The summary of the record, and the apps that can be opened with it."""
    found = overview(reader_of(request, patient_id))
    if found is None:
        raise Http404
    apps = list(launch.apps(request.user))
    context = {**head(found.person, page="summary"), "record": found, "apps": apps}
    if apps:  # a visit is chosen only to open one with it
        context["visits"] = encounters.recent(
            request.user, found.person.id, address=address_of(request)
        )
    response = render(request, "patients/patient.html", context)
    return allow_form_to_lead_to(response, [each.launch_uri for each in apps])


@require_POST
@signed_in
def open_app(request: AccountRequest, patient_id: str) -> HttpResponse:
    """A new launch each time: the app's address holds it, so nobody may keep it for later."""
    person = _person(request, patient_id)
    app = get_object_or_404(launch.apps(request.user), client_id=_clean(request, "app"))
    encounter_id = _clean(request, "visit") or None
    if encounter_id and not encounters.is_of(person.id, encounter_id):
        raise Http404
    return _to(app, request, person, encounter_id)


def _to(
    app: Client, request: AccountRequest, person: PatientSummary, encounter_id: str | None
) -> HttpResponse:
    response = redirect(
        launch.address(request.user, app, person.id, encounter_id, ip_address=address_of(request))
    )
    response.status_code = 303
    return response


def _person(request: AccountRequest, patient_id: str) -> PatientSummary:
    """Somebody else's patient does not exist."""
    if "\x00" in patient_id:  # PostgreSQL could not even be asked
        raise Http404
    found = patients.summaries(request.user, [patient_id], address=address_of(request))
    if not found:
        raise Http404
    return found[0]


def _clean(request: AccountRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()
