"""The parts of the product whose state is told, and the states that one can be in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Component(models.TextChoices):
    """In the order in which they are shown."""

    PORTAL = "portal", _("Sign-in and portal")
    FHIR = "fhir", _("FHIR API")
    TOKEN = "token", _("Token address")
    JOBS = "jobs", _("Exports, imports and other jobs")
    DATABASE = "database", _("Database")
    EMAIL = "email", _("Email")


class State(models.TextChoices):
    """What can be measured; ``under_maintenance`` is what somebody has announced.

    Values as Statuspage has them: https://developer.statuspage.io
    """

    OPERATIONAL = "operational", _("Operational")
    DEGRADED = "degraded_performance", _("Slow or limited")
    DOWN = "major_outage", _("Not available")


UNKNOWN = "unknown"
MAINTENANCE = "under_maintenance"
WORDS = {
    **dict(State.choices),
    UNKNOWN: _("Not measured"),
    MAINTENANCE: _("Under maintenance"),
}
