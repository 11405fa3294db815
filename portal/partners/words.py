"""An application told to its applicant: where it stands, what happened, what is due."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.partners.checks import CHECKS
from portal.partners.models import PartnerApplication, PartnerEvent
from portal.partners.programs import State
from portal.partners.steps import AUTHENTICITY_DAYS, REGISTRATION_DAYS, today

Kind = PartnerEvent.Kind
HAPPENED: dict[str, str | Promise] = {
    Kind.SUBMITTED: _("Submitted; the terms were accepted"),
    Kind.TERMS: _("Newer terms accepted"),
    Kind.CHANGED: _("Details changed"),
    Kind.CHECK_BEGUN: _("The authenticity check began"),
    Kind.ASKED: _("More information was asked for"),
    Kind.ANSWERED: _("The question was answered"),
    Kind.VERIFIED: _("Authenticity verified"),
    Kind.APPROVED: _("Approved"),
    Kind.DECLINED: _("Declined"),
    Kind.WITHDRAWN: _("Withdrawn by the applicant"),
    Kind.ENDED: _("Ended by QSmartCare"),
}
_ENDS = {
    State.APPROVED: _("Approved"),
    State.DECLINED: _("Declined"),
    State.WITHDRAWN: _("Withdrawn"),
    State.ENDED: _("Ended"),
}
TONES = {State.APPROVED: "good", State.DECLINED: "bad", State.ENDED: "bad"}
"""Of a badge; every other state is still under way, or over without anybody's fault."""


@dataclass(frozen=True)
class Stage:
    """One of the four of the timeline."""

    title: str | Promise
    about: str | Promise
    began: datetime | None
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Happening:
    at: datetime
    what: str | Promise
    by_applicant: bool
    note: str
    unmet: list[str | Promise]


def stages(application: PartnerApplication, events: list[PartnerEvent]) -> list[Stage]:
    began = {each.kind: each.at for each in events}
    state = State(application.state)
    check = gettext("within %(days)s business days of the submission")
    registration = gettext("within %(days)s business days of the check")
    rows = (
        (_("Submitted"), "", began.get(Kind.SUBMITTED), State.SUBMITTED),
        (
            _("Authenticity check"),
            check % {"days": AUTHENTICITY_DAYS},
            began.get(Kind.CHECK_BEGUN),
            State.CHECKING,
        ),
        (
            _("Registration"),
            registration % {"days": REGISTRATION_DAYS},
            began.get(Kind.VERIFIED),
            State.REGISTRATION,
        ),
        (_ENDS.get(state, _("Decision")), "", application.decided_at, None),
    )
    return [
        Stage(
            title,
            about,
            at,
            is_done=at is not None and state != own,
            is_current=state == own,
        )
        for title, about, at, own in rows
    ]


def happenings(application: PartnerApplication, events: list[PartnerEvent]) -> list[Happening]:
    """Newest first. What was changed is told by the names of the fields, which need no reading."""
    return [
        Happening(
            at=each.at,
            what=HAPPENED[each.kind],
            by_applicant=each.by_id == application.account_id,
            note="" if each.kind in (Kind.CHANGED, Kind.TERMS) else each.note,
            unmet=[CHECKS.get(name, name) for name in each.unmet],
        )
        for each in reversed(events)
    ]


def is_overdue(application: PartnerApplication, on: date | None = None) -> bool:
    return application.due_on is not None and application.due_on < (on or today())
