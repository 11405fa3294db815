"""A patient's visits in a line each, for choosing one and for the patient's page."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.contrib.auth.models import AbstractUser

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.searchparams.paths import values
from fhirapi.sql import fetch
from fhirapi.store.isolation import AS_ACCOUNT
from fhirapi.store.models import SearchRow

_RECENT = """
SELECT content.content
FROM fhirapi_searchrow visit JOIN fhirapi_content content ON content.id = visit.id
WHERE visit.patient_id = %(patient_id)s AND visit.resource_type = 'Encounter'
  AND EXISTS (SELECT FROM fhirapi_accountpatient visible
              WHERE visible.account_id = %(account)s AND visible.patient_id = visit.patient_id)
ORDER BY visit.clinical_date DESC NULLS LAST, visit.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Visit:
    id: str
    date: str
    """MM/DD/YYYY, or as much of it as the record knows."""
    words: str


def recent(
    account: AbstractUser, patient_id: str, *, limit: int = 10, address: str | None
) -> list[Visit]:
    """Newest first; none for a patient whom the account may not see."""
    asked = {"account": account.pk, "patient_id": patient_id, "limit": limit}
    rows = fetch(_RECENT, asked, before=AS_ACCOUNT)
    found = [_visit(orjson.loads(content)) for (content,) in rows]
    if found:
        record(
            AuditRecord.Action.SEARCH,
            account_id=account.pk,
            resource_type="Encounter",
            patient_ids=[patient_id],
            detail="portal",
            address=address,
        )
    return found


def is_of(patient_id: str, encounter_id: str) -> bool:
    return SearchRow.objects.filter(
        resource_type="Encounter", resource_id=encounter_id, patient_id=patient_id
    ).exists()


def _visit(encounter: dict[str, Any]) -> Visit:
    day = encounter.get("period", {}).get("start", "")[:10].split("-")
    return Visit(encounter["id"], "/".join([*day[1:], day[0]]), _words(encounter))


def _words(encounter: dict[str, Any]) -> str:
    for path in ("type.text", "type.coding.display", "class.display"):
        for text in values(encounter, path):
            return str(text)
    return "Visit"
