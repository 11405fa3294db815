"""What the views of a record share: who reads whose record, and the tabs above every page."""

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from fhirapi.audit.record import address_of
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.smart.people.record_reading import Reader, Selection
from portal.accounts.access import AccountRequest
from portal.record.schema import Section
from portal.record.sections import MAIN, SECTIONS, find


@dataclass(frozen=True)
class Tab:
    words: str
    address: str
    is_current: bool


def reader_of(request: AccountRequest, patient_id: str) -> Reader:
    if "\x00" in patient_id:  # PostgreSQL could not even be asked
        raise Http404
    return Reader(request.user, patient_id, address_of(request))


def section_or_404(slug: str) -> Section:
    section = find(slug)
    if section is None:
        raise Http404
    return section


def head(
    person: PatientSummary, current: Section | None = None, page: str = ""
) -> dict[str, object]:
    """For ``record/_head.html``; ``page``: the name of one that is no section's."""
    tabs = [Tab(_("Summary"), reverse("portal:patient", args=[person.id]), page == "summary")]
    shown = MAIN if current is None or current in MAIN else (*MAIN, current)
    for each in shown:
        address = reverse("portal:record-section", args=[person.id, each.slug])
        tabs.append(Tab(str(each.words), address, each == current))
    return {"person": person, "tabs": tabs}


def every_selection() -> dict[str, Selection]:
    return {each.slug: each.everything for each in SECTIONS}
