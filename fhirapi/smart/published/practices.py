"""The practice's own organizations: those that run its locations, which no lab or payer does."""

from dataclasses import dataclass
from datetime import datetime

from fhirapi.sql import fetch

_PRACTICES = """
SELECT practice.resource_id, practice.content, practice.last_updated
FROM fhirapi_content practice
WHERE practice.resource_type = 'Organization' AND NOT practice.is_deleted
  AND practice.patient_id IS NULL AND practice.resource_id IN (
    SELECT split_part(location.content::jsonb #>> '{managingOrganization,reference}', '/', 2)
    FROM fhirapi_content location
    WHERE location.resource_type = 'Location' AND NOT location.is_deleted)
ORDER BY practice.resource_id
"""


@dataclass(frozen=True)
class Practice:
    id: str
    content: str
    last_updated: datetime


def practices() -> list[Practice]:
    return [Practice(*row) for row in fetch(_PRACTICES)]
