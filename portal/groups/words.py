"""The kinds of lists in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhirapi.bulk.groups.kinds import Kind

KINDS: dict[Kind, str | Promise] = {
    Kind.PANEL: _("Panel"),
    Kind.ROSTER: _("Facility roster"),
    Kind.AD_HOC: _("Made by hand"),
}
KEPT: dict[Kind, str | Promise] = {
    Kind.PANEL: _("Kept by QSmartCare: whose general practitioner this is, is on it."),
    Kind.ROSTER: _("Kept by QSmartCare: whose record the facility manages, is on it."),
}
