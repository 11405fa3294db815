"""Whose record an app is opened with: given by the launch, the only one there is, or chosen.

The choice travels with the form; every step of it is checked anew, so nothing can be smuggled in.
"""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from fhirapi.smart.authorization import encounters, launch
from fhirapi.smart.authorization.authorize import Asked, Refused
from fhirapi.smart.authorization.encounters import Visit
from fhirapi.smart.people import patients
from fhirapi.smart.people.patients import PatientSummary
from portal.accounts.models import Account

_FEW = 10
_LONGEST_SEARCH = 100
_NO_VISIT = "none"
_LAUNCH_GONE = (
    "The launch is unknown, used, older than five minutes, or was made for another app or person. "
    "Open the app again from the page of the patient."
)
CHOOSE = gettext_lazy("Choose whose record the app is opened with.")
CHOOSE_VISIT = gettext_lazy("Choose the visit that the app is opened with.")


@dataclass(frozen=True)
class Whose:
    is_needed: bool = False
    is_given: bool = False
    """By an EHR launch: nothing is left to choose."""
    people: list[PatientSummary] = field(default_factory=list)
    is_searched: bool = False
    """They are too many for a list."""
    text: str = ""
    has_more: bool = False
    chosen: str = ""
    visits: list[Visit] = field(default_factory=list)
    visit: str = ""
    needs_visit: bool = False
    launched: dict[str, Any] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to choose."""
        if self.is_given or not self.is_needed:
            return True
        return not self.is_searched and len(self.people) == 1 and not self.needs_visit

    @property
    def is_empty(self) -> bool:
        return self.is_needed and not self.people and not self.is_searched

    @property
    def person(self) -> PatientSummary | None:
        return next((each for each in self.people if each.id == self.chosen), None)

    @property
    def error(self) -> str | Promise:
        """What is still missing."""
        if self.is_needed and not self.chosen:
            return CHOOSE
        return CHOOSE_VISIT if self.needs_visit and self.visits and not self.visit else ""

    @property
    def context(self) -> dict[str, Any]:
        """As it stands in the token response. SMART App Launch 2.2 section 2.0.12"""
        if self.is_given:
            return self.launched
        if not self.chosen:
            return {}
        visit = {} if self.visit in ("", _NO_VISIT) else {"encounter": self.visit}
        return {"patient": self.chosen, **visit, "need_patient_banner": True}


def whose(account: Account, asked: Asked, form: QueryDict | None, *, address: str | None) -> Whose:
    """Raises ``Refused`` for a launch that is not there for this account and app."""
    if asked.launch:
        return _given(account, asked, address)
    if not asked.needs_patient:
        return Whose()
    people = patients.few(account, _FEW, address=address)
    text, has_more = "", False
    is_searched = people is None
    if people is None:
        text = _clean(form, "find")[:_LONGEST_SEARCH]
        people, has_more = _search(account, text, address)
    chosen = people[0].id if len(people) == 1 and not is_searched else _clean(form, "patient")
    if chosen and chosen not in [each.id for each in people]:
        people = [*patients.summaries(account, [chosen], address=address), *people]
        chosen = chosen if chosen in [each.id for each in people] else ""
    visits = _visits(account, asked, chosen, address)
    return Whose(
        is_needed=True,
        people=people,
        is_searched=is_searched,
        text=text,
        has_more=has_more,
        chosen=chosen,
        visits=visits,
        visit=_visit(visits, form),
        needs_visit=asked.needs_encounter,
    )


def _given(account: Account, asked: Asked, address: str | None) -> Whose:
    context = launch.look(asked.launch, account, asked.client)
    if context is None:
        raise Refused("invalid_request", _LAUNCH_GONE)
    people = patients.summaries(account, [context["patient"]], address=address)
    return Whose(True, True, people, chosen=context["patient"], launched=context)


def _search(account: Account, text: str, address: str | None) -> tuple[list[PatientSummary], bool]:
    if not text:
        return [], False
    found = patients.search(account, text, limit=_FEW + 1, address=address)
    return found[:_FEW], len(found) > _FEW


def _visits(account: Account, asked: Asked, chosen: str, address: str | None) -> list[Visit]:
    if not asked.needs_encounter or not chosen:
        return []
    return encounters.recent(account, chosen, address=address)


def _visit(visits: list[Visit], form: QueryDict | None) -> str:
    if form is None and visits:  # the newest is most likely meant
        return visits[0].id
    wanted = _clean(form, "visit")
    return wanted if wanted in [*(each.id for each in visits), _NO_VISIT] else ""


def _clean(form: QueryDict | None, name: str) -> str:
    """PostgreSQL's text cannot hold NUL; nobody types it."""
    return form.get(name, "").replace("\x00", "").strip() if form else ""
