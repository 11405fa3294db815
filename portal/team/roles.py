"""The roles in the words of the pages, and which page of the team is whose."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhirapi.smart.models import TeamMember
from fhirapi.smart.team_roles import MANAGES
from portal.accounts.models import Account

Role = TeamMember.Role

WORDS: dict[str, str | Promise] = {
    Role.FRONT_DESK: _("Front desk: finds patients and sees who they are"),
    Role.CLINICAL: _("Clinical: also reads records and opens apps"),
    Role.MANAGER: _("Manager: also makes access keys and manages the team"),
}


def manages_a_team(account: Account) -> bool:
    return account.is_approved_provider or bool(account.team_roles & MANAGES)


def only_finds_patients(account: Account) -> bool:
    return not account.is_provider and bool(account.team_roles)
