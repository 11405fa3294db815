"""Who came to a list and who left, told to the account that looks: it reads no name it may not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from fhirapi.bulk.groups.kinds import Kind
from fhirapi.bulk.groups.listing import PatientGroup
from fhirapi.bulk.groups.membership import Change, membership_changes
from fhirapi.smart.people import patients
from portal.accounts.models import Account
from portal.activity.names import Names, names_of
from portal.activity.words import app_in_words, person_in_words

_NAMED = 5
"""So many of those who came, and of those who left, are named for each change."""


@dataclass(frozen=True)
class Some:
    """Who came, or who left."""

    named: Sequence[str]
    others: int
    """How many more: too many to be named, or out of sight."""

    @property
    def count(self) -> int:
        return len(self.named) + self.others


@dataclass(frozen=True)
class Line:
    moment: datetime
    who: str
    added: Some
    removed: Some


def history(account: Account, group: PatientGroup, *, address: str | None) -> list[Line]:
    """Newest first."""
    changes = membership_changes(group.id)
    names = names_of(
        {each.account_id for each in changes if each.account_id},
        {each.client_id for each in changes if each.client_id},
    )
    shown = [each for change in changes for some in _both(change) for each in some[:_NAMED]]
    found = patients.summaries(account, shown, address=address)
    chips = {each.id: each.chip for each in found}
    return [
        Line(
            change.moment,
            _who(change, account, group.kind, names),
            *(_some(some, chips) for some in _both(change)),
        )
        for change in changes
    ]


def _both(change: Change) -> Iterable[Sequence[str]]:
    return change.added, change.removed


def _some(patient_ids: Sequence[str], chips: dict[str, str]) -> Some:
    named = [chips[each] for each in patient_ids[:_NAMED] if each in chips]
    return Some(named, len(patient_ids) - len(named))


def _who(change: Change, account: Account, kind: Kind, names: Names) -> str:
    is_own = change.account_id == account.pk
    if change.client_id:
        return app_in_words(change.client_id, names, is_own)
    if is_own:
        return _("You")
    if change.account_id:
        return person_in_words(change.account_id, names)
    return _("Loaded with other records") if kind == Kind.AD_HOC else _("From the records")
