"""Writes a Bundle around entries that PostgreSQL put together. https://hl7.org/fhir/R4/bundle.html"""

from collections.abc import Iterable
from urllib.parse import quote, urlencode

import orjson
from django.conf import settings

from fhirapi.outcomes import ignored_parameter, operation_outcome


def bundle(
    kind: str,
    links: list[dict[str, str]],
    entries: Iterable[bytes | None],
    *,
    total: int | None = None,
) -> bytes:
    """``entries``: pieces of JSON, each one or more entries with commas between; None for none."""
    head: dict[str, object] = {"resourceType": "Bundle", "type": kind, "link": links}
    if total is not None:
        head["total"] = total
    opening = orjson.dumps(head)[:-1]
    parts = [entry for entry in entries if entry]
    if not parts:  # FHIR has no empty arrays
        return opening + b"}"
    return b"".join((opening, b',"entry":[', b",".join(parts), b"]}"))


def link(
    relation: str, address: str, pairs: list[tuple[str, str]], cursor: str | None = None
) -> dict[str, str]:
    """``address``: below the FHIR base."""
    query = urlencode([*pairs, *([("_page", cursor)] if cursor else [])])
    url = f"{settings.FHIR_BASE_URL}/{quote(address, safe='/$')}"
    return {"relation": relation, "url": f"{url}?{query}" if query else url}


def ignored_entry(names: list[str]) -> bytes | None:
    """The entry that says which parameters were not understood; None if all were."""
    if not names:
        return None
    issues = [ignored_parameter(name).issue("warning") for name in names]
    return b'{"resource":' + operation_outcome(*issues) + b',"search":{"mode":"outcome"}}'
