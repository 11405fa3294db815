"""Is this account the same person as a Patient of ours?

Name and date of birth are not enough: they are public knowledge. A third fact that our record has
must agree, the confirmed email address or the phone number, and exactly one record may fit.
"""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links
from fhirapi.store.people import patients_named
from portal.accounts.fields import phone_digits
from portal.accounts.models import Account

MOST = 10  # as many as patients_named returns; with so many of one name none is certain


@dataclass(frozen=True)
class Candidate:
    """A Patient with the account's name and date of birth, and what else speaks for or against."""

    resource: dict[str, Any]
    email_agrees: bool
    phone_agrees: bool
    middle_name_differs: bool
    is_linked: bool

    @property
    def id(self) -> str:
        return str(self.resource["id"])

    @property
    def is_active(self) -> bool:
        return self.resource.get("active") is not False and not any(
            name.startswith("deceased") and value for name, value in self.resource.items()
        )

    @property
    def is_certain(self) -> bool:
        agrees = self.email_agrees or self.phone_agrees
        return agrees and self.is_active and not self.middle_name_differs


def candidates(account: Account) -> list[Candidate]:
    if account.birth_date is None:
        return []
    found = patients_named(account.last_name, account.first_name, account.birth_date)
    linked = set(
        RecordLink.objects.filter(
            resource_type="Patient",
            resource_id__in=[patient["id"] for patient in found],
            revoked_at=None,
        ).values_list("resource_id", flat=True)
    )
    return [_candidate(account, patient, patient["id"] in linked) for patient in found]


def match(account: Account) -> str | None:
    """The id of the one Patient that is this person beyond doubt."""
    found = candidates(account)
    certain = [candidate for candidate in found if candidate.is_certain]
    if len(found) >= MOST or len(certain) != 1 or certain[0].is_linked:
        return None
    return certain[0].id


def link_if_matched(account: Account) -> RecordLink | None:
    """Joins a patient's account to its record; without certainty it stays for an administrator."""
    has_link = RecordLink.objects.filter(account=account, resource_type="Patient").exists()
    # An earlier link that was ended was ended by somebody: that decision stands.
    if not account.wants_patient or has_link or (patient_id := match(account)) is None:
        return None
    try:
        return links.link(account, "Patient", patient_id, method=RecordLink.Method.MATCHED)
    except (links.AlreadyLinked, links.NoSuchResource):
        return None


def _candidate(account: Account, patient: dict[str, Any], is_linked: bool) -> Candidate:
    telecom = [point for point in patient.get("telecom", []) if _is_current(point)]
    emails = {_value(point).casefold() for point in telecom if point.get("system") == "email"}
    phones = {
        phone_digits(_value(point)) for point in telecom if point.get("system") in ("phone", "sms")
    }
    return Candidate(
        resource=patient,
        email_agrees=bool(account.email) and account.email.casefold() in emails,
        phone_agrees=bool(account.phone) and account.phone in phones,
        middle_name_differs=_middle_name_differs(account, patient),
        is_linked=is_linked,
    )


def _value(point: dict[str, Any]) -> str:
    return str(point.get("value", "")).strip()


def _is_current(point: dict[str, Any]) -> bool:
    end = point.get("period", {}).get("end")
    return point.get("use") != "old" and (end is None or end >= timezone.localdate().isoformat())


def _middle_name_differs(account: Account, patient: dict[str, Any]) -> bool:
    """Both have a middle name and not even the initials agree."""
    ours = account.middle_name[:1].casefold()
    theirs = {
        given.casefold()[:1]
        for name in patient.get("name", [])
        for given in name.get("given", [])[1:]
        if given
    }
    return bool(ours and theirs) and ours not in theirs
