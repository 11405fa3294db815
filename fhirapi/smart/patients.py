"""Which patients an account may see; the source is the database view ``fhirapi_accountpatient``.

The view joins live record links with care relationships (own record; patients under care). It is
asked afresh at every use, so a link that ends closes everything it opened.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.contrib.auth.models import AbstractUser

from fhirapi.searchparams.keys import parameter_key
from fhirapi.searchparams.string import like
from fhirapi.store.sql import fetch, fetch_one

_MAY_SEE = """
SELECT patient_id FROM fhirapi_accountpatient WHERE account_id = %s AND patient_id = ANY(%s)
"""
_OWN = """
SELECT resource_id FROM fhirapi_recordlink
WHERE account_id = %s AND resource_type = 'Patient' AND revoked_at IS NULL
"""
_SUMMARIES = """
SELECT c.content FROM fhirapi_accountpatient p
JOIN fhirapi_content c ON c.resource_type = 'Patient' AND c.resource_id = p.patient_id
WHERE p.account_id = %s AND c.resource_id = ANY(%s) AND NOT c.is_deleted
"""
_SEARCH = """
SELECT c.content FROM fhirapi_accountpatient p
JOIN fhirapi_content c ON c.resource_type = 'Patient' AND c.resource_id = p.patient_id
WHERE p.account_id = %s AND NOT c.is_deleted {conditions}
ORDER BY c.content::json -> 'name' -> 0 ->> 'family', c.content::json -> 'name' -> 0 ->> 'given'
LIMIT %s
"""
# One word of what was typed: the beginning of a name, of the MRN, or a date of birth.
_WORD = """
AND (EXISTS (SELECT 1 FROM fhirapi_searchstring s
             WHERE s.row_id = c.id AND s.key = %s AND s.value LIKE %s)
     OR EXISTS (SELECT 1 FROM json_array_elements(c.content::json -> 'identifier') i
                WHERE i ->> 'value' LIKE %s)
     OR c.content::json ->> 'birthDate' LIKE %s)
"""
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


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


def may_see(account: AbstractUser, patient_ids: Iterable[str]) -> set[str]:
    return {row[0] for row in fetch(_MAY_SEE, [account.pk, list(patient_ids)])}


def own_patient_id(account: AbstractUser) -> str | None:
    row = fetch_one(_OWN, [account.pk])
    return row[0] if row else None


def summaries(account: AbstractUser, patient_ids: Iterable[str]) -> list[PatientSummary]:
    rows = fetch(_SUMMARIES, [account.pk, list(patient_ids)])
    return sorted((_summary(content) for (content,) in rows), key=lambda each: each.name)


def search(account: AbstractUser, text: str, *, limit: int = 20) -> list[PatientSummary]:
    """Those of the account's patients whose name, MRN or date of birth begins with each word."""
    words = [_iso(word) for word in text.split()[:6]]
    parameters: list[Any] = [account.pk]
    for word in words:
        name = parameter_key("Patient", "name")
        parameters += [name, like(word, ""), _begins(word), _begins(word)]
    sql = _SEARCH.format(conditions=_WORD * len(words))
    return [_summary(content) for (content,) in fetch(sql, [*parameters, limit])]


def _iso(word: str) -> str:
    if match := _US_DATE.fullmatch(word):
        month, day, year = match.groups()
        return f"{year}-{month:>02}-{day:>02}"
    return word


def _begins(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _summary(content: str) -> PatientSummary:
    patient = orjson.loads(content)
    name: dict[str, Any] = next(iter(patient.get("name", [])), {})
    written = " ".join([*name.get("given", [])[:1], name.get("family", "")]).strip()
    return PatientSummary(
        id=patient["id"],
        name=written or name.get("text") or f"Patient {patient['id']}",
        mrn=_mrn(patient),
        birth_date=patient.get("birthDate", ""),
        gender=patient.get("gender", ""),
    )


def _mrn(patient: dict[str, Any]) -> str:
    """The identifier of type MR (medical record number), else the first one."""
    identifiers = patient.get("identifier", [])
    for identifier in identifiers:
        for coding in identifier.get("type", {}).get("coding", []):
            if coding.get("code") == "MR":
                return str(identifier.get("value", ""))
    return str(identifiers[0].get("value", "")) if identifiers else ""
