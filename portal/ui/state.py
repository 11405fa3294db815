"""What state an account is in: what it may do now, and what it still waits for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import patients
from portal.accounts.models import Account


@dataclass(frozen=True)
class AccountState:
    """A person may ask for both services, and each becomes ready on its own."""

    is_patient_ready: bool
    is_patient_waiting: bool
    is_provider_ready: bool
    is_provider_waiting: bool
    may_make_provider_keys: bool
    is_relative: bool
    """Of somebody whose record it can open, a child for instance."""

    @property
    def sees_patients(self) -> bool:
        return self.is_patient_ready or self.is_provider_ready or self.is_relative

    @property
    def may_make_keys(self) -> bool:
        """A guardian as well: for those whose record it opens."""
        return self.is_patient_ready or self.is_relative or self.may_make_provider_keys


def state_of(account: Account) -> AccountState:
    has_own = account.wants_patient and patients.own_patient_id(account) is not None
    is_relative = patients.is_relative(account)
    return AccountState(
        is_patient_ready=has_own,
        is_patient_waiting=account.wants_patient and not has_own and not is_relative,
        is_provider_ready=account.is_provider,
        is_provider_waiting=account.wants_provider
        and not (account.is_provider or account.team_roles),
        may_make_provider_keys=account.may_make_provider_keys,
        is_relative=is_relative,
    )


def keys_title(account: Account) -> str:
    """The guide's two names of the page of access keys."""
    return _("Manage FHIR API") if account.works_for_the_practice else _("Manage API")


def records_title(account: Account) -> str:
    """Of the menu's entry for one's own record and the children's; empty: there is none."""
    kinds = patients.kinds_of_links(account)
    if RecordLink.Kind.PATIENT in kinds and account.wants_patient:
        return _("My record")
    return _("Records") if RecordLink.Kind.RELATED_PERSON in kinds else ""
