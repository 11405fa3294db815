"""Finds patients by name and date of birth, for identity matching."""

import datetime
from typing import Any

import orjson

from fhirapi.searchparams import date
from fhirapi.searchparams.keys import parameter_key
from fhirapi.searchparams.string import fold
from fhirapi.sql import fetch
from fhirapi.store import isolation

_NAMED = """
SELECT c.content
FROM fhirapi_searchstring family
JOIN fhirapi_searchstring given ON given.row_id = family.row_id
JOIN fhirapi_searchdate birth ON birth.row_id = family.row_id
JOIN fhirapi_content c ON c.id = family.row_id
WHERE family.key = %s AND family.value = %s
  AND given.key = %s AND given.value = %s
  AND birth.key = %s AND birth.start = %s
  AND c.resource_type = 'Patient' AND NOT c.is_deleted
ORDER BY c.id LIMIT 10
"""


def patients_named(family: str, given: str, birth_date: datetime.date) -> list[dict[str, Any]]:
    """Patient resources with this name (case and accents folded) and this exact date of birth."""
    asked = [
        parameter_key("Patient", "family"), fold(family),
        parameter_key("Patient", "given"), fold(given),
        parameter_key("Patient", "birthdate"), date.parse(birth_date.isoformat()).start,
    ]  # fmt: skip
    with isolation.everybody():
        rows = fetch(_NAMED, asked)
    return [orjson.loads(content) for (content,) in rows]
