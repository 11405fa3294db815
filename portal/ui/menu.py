"""The main menu of those who signed in: one row an entry, in the order in which they stand."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Account
from portal.team.roles import manages_a_team, only_finds_patients
from portal.ui.state import keys_title, records_title


@dataclass(frozen=True)
class Entry:
    words: Promise | Callable[[Account], str | Promise]
    """Where a function finds none, there is no entry."""
    url_name: str
    is_for: Callable[[Account], bool] = lambda account: True
    opens: str = ""
    """URL name of the pages below it for all but providers, if their address begins differently."""


@dataclass(frozen=True)
class Shown:
    words: str
    address: str
    current: str
    """For ``aria-current``: ``page``, ``true`` for a page below it, or nothing."""


# Those with a context have short words where the page that they lead to has long ones.
ENTRIES = (
    Entry(pgettext_lazy("menu", "Developer Portal"), "portal:home"),
    Entry(keys_title, "portal:keys"),
    Entry(_("Patients"), "portal:patients", lambda account: account.is_provider),
    Entry(_("Groups"), "portal:groups", lambda account: account.is_provider),
    Entry(records_title, "portal:record", opens="portal:patients"),
    Entry(_("Exports"), "portal:exports", lambda account: account.is_provider),
    Entry(_("Find patients"), "portal:team-find", only_finds_patients),
    Entry(_("Team"), "portal:team", manages_a_team),
    Entry(pgettext_lazy("menu", "Connected apps"), "fhir:manage"),
    Entry(pgettext_lazy("menu", "My apps"), "portal:apps"),
    Entry(_("Activity"), "portal:activity"),
    Entry(_("Documentation"), "portal:documentation"),
    Entry(_("Settings"), "portal:settings"),
    Entry(_("Operations desk"), "admin:index", lambda account: account.is_staff),
)


def menu(request: HttpRequest, account: Account) -> list[Shown]:
    every = (_shown(each, request.path, account) for each in ENTRIES if each.is_for(account))
    return [each for each in every if each.words]


def _shown(entry: Entry, path: str, account: Account) -> Shown:
    address = reverse(entry.url_name)
    below = reverse(entry.opens) if entry.opens and not account.is_provider else address
    is_below = entry.url_name != "portal:home" and path.startswith(below)
    words = entry.words(account) if callable(entry.words) else entry.words
    return Shown(str(words), address, "page" if path == address else "true" if is_below else "")
