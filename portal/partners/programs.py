"""The two programs, the states of an application, and both in the words of the pages."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Program(models.TextChoices):
    OPEN_ACCESS = "open-access", "Open Access"
    API_DISTRIBUTION = "api-distribution", "API Distribution"


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    CHECKING = "checking", _("Authenticity check")
    REGISTRATION = "registration", _("Registration")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ENDED = "ended", _("Ended")


WAITING = (State.SUBMITTED, State.CHECKING, State.REGISTRATION)
"""For the practice: these have a day by which they are answered."""
OPEN = (State.DRAFT, *WAITING, State.APPROVED)
"""An account has one of these in a program; after the others it may apply anew."""


@dataclass(frozen=True)
class ProgramInWords:
    program: Program
    what_for: str | Promise
    opens: tuple[str | Promise, ...]
    """What the approval opens, beside what everybody has."""


PROGRAMS = {
    each.program: each
    for each in (
        ProgramInWords(
            Program.OPEN_ACCESS,
            _(
                "For apps that read: people sign in and decide what the app may see, or the "
                "practice approves a service. Over FHIR R4, within Patient Access."
            ),
            (
                _("Your apps in production, registered to a developer whom we have verified"),
                _("Reviews of your apps that need not ask again who you are"),
                _("A thread with our reviewers about your integration"),
            ),
        ),
        ProgramInWords(
            Program.API_DISTRIBUTION,
            _(
                "For products that work in the practice's data for many providers: they read and "
                "write, over FHIR R4 and over QSmartCare's own format."
            ),
            (
                _("Everything of Open Access"),
                _("The documentation of the Provider API, QSmartCare's own data format"),
                _("Keys that write: your apps can be approved for Provider Access"),
                _("The change feed and change webhooks of the Provider API"),
            ),
        ),
    )
}
