"""Whose record a launch of the console can be for: those whom the account sees, sandbox first."""

from fhirapi.smart.people import patients
from fhirapi.smart.people.patients import PatientSummary
from portal.accounts.models import Account
from portal.developers.sandbox import sandbox_patients

_FEW = 20
_LONGEST_SEARCH = 100


def offered(account: Account, *, address: str | None) -> tuple[list[PatientSummary], bool]:
    """Those to choose from at once, and whether there are more, to be searched for."""
    few = patients.few(account, _FEW, address=address)
    if few is not None:
        return few, False
    return patients.summaries(account, sandbox_patients(), address=address), True


def find(account: Account, text: str, *, address: str | None) -> list[PatientSummary]:
    wanted = text.replace("\x00", "").strip()[:_LONGEST_SEARCH]
    return patients.search(account, wanted, limit=_FEW, address=address) if wanted else []


def told(summary: PatientSummary) -> dict[str, str]:
    about = ", ".join(filter(None, (summary.mrn, summary.born)))
    return {"id": summary.id, "name": summary.name, "about": about}
