"""Finds Practitioner resources for the administrator who approves a provider."""

from dataclasses import dataclass
from typing import Any

import orjson

from fhirapi.searchparams.keys import parameter_key
from fhirapi.searchparams.string import fold, like
from fhirapi.smart.models import RecordLink
from fhirapi.sql import fetch

_NAMED = """
SELECT c.content FROM fhirapi_content c
WHERE c.resource_type = 'Practitioner' AND NOT c.is_deleted
  AND EXISTS (SELECT 1 FROM fhirapi_searchstring s
              WHERE s.row_id = c.id AND s.key = %s AND s.value LIKE %s)
ORDER BY c.resource_id LIMIT 50
"""


@dataclass(frozen=True)
class Practitioner:
    id: str
    name: str
    identifiers: str
    is_linked: bool
    """Some other provider's account stands for it already."""


def named(text: str) -> list[Practitioner]:
    """Those one of whose names begins with the text, at most 50; without a text the first 50."""
    text = text.replace("\x00", "")  # PostgreSQL's text has none
    begins = like(text, "") if fold(text) else "%"
    rows = fetch(_NAMED, [parameter_key("Practitioner", "name"), begins])
    found = [orjson.loads(content) for (content,) in rows]
    linked = set(
        RecordLink.objects.filter(
            resource_type="Practitioner",
            resource_id__in=[practitioner["id"] for practitioner in found],
            revoked_at=None,
        ).values_list("resource_id", flat=True)
    )
    return [_practitioner(resource, resource["id"] in linked) for resource in found]


def _practitioner(resource: dict[str, Any], is_linked: bool) -> Practitioner:
    name: dict[str, Any] = next(iter(resource.get("name", [])), {})
    parts = [*name.get("prefix", []), *name.get("given", []), name.get("family", "")]
    return Practitioner(
        id=resource["id"],
        name=name.get("text") or " ".join(part for part in parts if part),
        identifiers=", ".join(
            str(identifier.get("value", "")) for identifier in resource.get("identifier", [])
        ),
        is_linked=is_linked,
    )
