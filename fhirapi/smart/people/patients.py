"""Which patients an account may see; the source is the database view ``fhirapi_accountpatient``.

The view joins live record links with care relationships (own record; patients under care). It is
asked afresh at every use, so a link that ends closes everything it opened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import finding
from fhirapi.sql import fetch, fetch_one

_MAY_SEE = """
SELECT patient_id FROM fhirapi_accountpatient WHERE account_id = %s AND patient_id = ANY(%s)
"""
_TREATED = """
SELECT patient_id FROM fhirapi_writerpatient WHERE account_id = %s AND patient_id = ANY(%s)
"""
_FIRST = "SELECT DISTINCT patient_id FROM fhirapi_accountpatient WHERE account_id = %s LIMIT %s"
_OWN = """
SELECT resource_id FROM fhirapi_recordlink
WHERE account_id = %s AND resource_type = 'Patient' AND revoked_at IS NULL
"""
_LINES = """
SELECT line.patient_id, line.name, line.mrn, line.birth_date, line.gender
FROM fhirapi_patientline line
WHERE EXISTS (SELECT FROM fhirapi_accountpatient visible
              WHERE visible.account_id = %s AND visible.patient_id = line.patient_id) {conditions}
ORDER BY line."order", line.patient_id LIMIT %s
"""
_AFTER = """AND (line."order", line.patient_id) > (
    SELECT last."order", last.patient_id FROM fhirapi_patientline last WHERE last.patient_id = %s)
"""
_WORD = "AND EXISTS (SELECT FROM unnest(line.words) word WHERE word LIKE ANY(%s))"
_WARDS = """
SELECT DISTINCT related.patient_id FROM fhirapi_recordlink link
JOIN fhirapi_searchrow related
  ON related.resource_type = link.resource_type AND related.resource_id = link.resource_id
JOIN fhirapi_accountpatient visible
  ON visible.account_id = link.account_id AND visible.patient_id = related.patient_id
WHERE link.account_id = %s AND link.resource_type = 'RelatedPerson' AND link.revoked_at IS NULL
ORDER BY related.patient_id
"""
_MOST = 10_000


@dataclass(frozen=True)
class PatientSummary:
    id: str
    name: str
    mrn: str
    birth_date: str
    """ISO, as the record has it; may be a year only."""
    gender: str

    @property
    def chip(self) -> str:
        return f"{self.name} - {self.mrn}"

    @property
    def born(self) -> str:
        """MM/DD/YYYY, or as much of it as the record knows."""
        year, *rest = self.birth_date.split("-")
        return "/".join([*rest, year])

    @property
    def age(self) -> int | None:
        return _age(self.birth_date)


def _age(birth_date: str) -> int | None:
    """In whole years today; None where the day of birth is not known in full."""
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return None
    today = timezone.localdate()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def may_see(account: AbstractUser, patient_ids: Iterable[str]) -> set[str]:
    return {row[0] for row in fetch(_MAY_SEE, [account.pk, list(patient_ids)])}


def treated(account: AbstractUser, patient_ids: Iterable[str]) -> set[str]:
    """Those of them whom it treats: not its own record, nor a child's."""
    return {row[0] for row in fetch(_TREATED, [account.pk, list(patient_ids)])}


def own_patient_id(account: AbstractUser) -> str | None:
    row = fetch_one(_OWN, [account.pk])
    return row[0] if row else None


def kinds_of_links(account: AbstractUser) -> set[str]:
    """As whom the account sees records: as the patient, a relative, a practitioner."""
    live = RecordLink.objects.filter(account_id=account.pk, revoked_at=None)
    return set(live.values_list("resource_type", flat=True))


def treats_patients(account: AbstractUser) -> bool:
    """As practitioner or their staff: only they write, into the records of those they treat."""
    treating = {RecordLink.Kind.PRACTITIONER, RecordLink.Kind.STAFF}
    return account.is_active and bool(kinds_of_links(account) & treating)


def is_relative(account: AbstractUser) -> bool:
    """Whether it stands for somebody's relative: a parent, for instance."""
    return RecordLink.objects.filter(
        account_id=account.pk, resource_type=RecordLink.Kind.RELATED_PERSON, revoked_at=None
    ).exists()


def wards(account: AbstractUser) -> list[str]:
    """Whose records a guardian opens by its links, as far as the view says so at this moment."""
    rows = fetch(_WARDS, [account.pk])
    return [row[0] for row in rows]


def summaries(
    account: AbstractUser, patient_ids: Iterable[str], *, address: str | None = None
) -> list[PatientSummary]:
    wanted = list(patient_ids)
    if not wanted:
        return []
    return _lines(
        account, "AND line.patient_id = ANY(%s)", [account.pk, wanted, _MOST], address=address
    )


def some_of(
    account: AbstractUser,
    patient_ids: Iterable[str],
    *,
    limit: int,
    after: str = "",
    address: str | None = None,
) -> list[PatientSummary]:
    """A page of those of them whom the account may see, by name.

    ``after``: the id of the last one of the page before.
    """
    conditions, asked = "AND line.patient_id = ANY(%s)", [account.pk, list(patient_ids)]
    if after:
        conditions, asked = conditions + _AFTER, [*asked, after]
    return _lines(account, conditions, [*asked, limit], address=address)


def search(
    account: AbstractUser,
    text: str,
    *,
    limit: int = 20,
    after: str = "",
    address: str | None = None,
) -> list[PatientSummary]:
    """Those of the account's patients whose name, MRN or date of birth begins with each word.

    ``after``: the id of the last one of the page before.
    """
    words = finding.patterns(text)
    if words is None:
        return []
    conditions, asked = _WORD * len(words), [account.pk, *words]
    if after:
        conditions, asked = conditions + _AFTER, [*asked, after]
    return _lines(account, conditions, [*asked, limit], address=address)


def of_mrns(
    account: AbstractUser, mrns: Iterable[str], *, address: str | None = None
) -> list[PatientSummary]:
    wanted = list(mrns)
    if not wanted:
        return []
    return _lines(account, "AND line.mrn = ANY(%s)", [account.pk, wanted, _MOST], address=address)


def few(
    account: AbstractUser, most: int, *, address: str | None = None
) -> list[PatientSummary] | None:
    """All whom the account may see, where they are few; None: more than that."""
    ids = [row[0] for row in fetch(_FIRST, [account.pk, most + 1])]
    return summaries(account, ids, address=address) if len(ids) <= most else None


def _lines(
    account: AbstractUser, conditions: str, parameters: list[Any], *, address: str | None
) -> list[PatientSummary]:
    """Names, MRNs and birth dates are patient data: whoever is shown can see to whom."""
    rows = fetch(_LINES.format(conditions=conditions), parameters)
    found = [PatientSummary(*row) for row in rows]
    if found:
        record(
            AuditRecord.Action.PATIENT_SEARCH,
            account_id=account.pk,
            patient_ids=[each.id for each in found],
            address=address,
        )
    return found
