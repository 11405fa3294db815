"""What state an account is in: what it may do now, and what it still waits for."""

from dataclasses import dataclass

from fhirapi.smart import patients
from portal.accounts.models import Account


@dataclass(frozen=True)
class AccountState:
    """A person may ask for both services, and each becomes ready on its own."""

    is_patient_ready: bool
    is_patient_waiting: bool
    is_provider_ready: bool
    is_provider_waiting: bool

    @property
    def may_make_keys(self) -> bool:
        return self.is_patient_ready or self.is_provider_ready


def state_of(account: Account) -> AccountState:
    is_linked = account.wants_patient and patients.own_patient_id(account) is not None
    return AccountState(
        is_patient_ready=is_linked,
        is_patient_waiting=account.wants_patient and not is_linked,
        is_provider_ready=account.is_provider,
        is_provider_waiting=account.wants_provider and not account.is_provider,
    )


def keys_title(account: Account) -> str:
    """The guide's two names of the page of access keys."""
    return "Manage FHIR API" if account.wants_provider else "Manage API"
