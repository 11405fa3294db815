"""_elements and _summary: parts of resources, marked as such.

https://hl7.org/fhir/R4/search.html#elements - the only searches whose content is parsed.
"""

from typing import Any

import orjson

from fhirapi.search.query import SearchQuery

_ALWAYS = frozenset({"resourceType", "id", "meta"})
_SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}


def of_entries(entries: bytes, query: SearchQuery) -> bytes:
    """The entries (comma-separated JSON) with each resource cut down to what was asked for."""
    parsed = orjson.loads(b"[" + entries + b"]")
    for entry in parsed:
        entry["resource"] = _cut(entry["resource"], query)
    return orjson.dumps(parsed)[1:-1]


def _cut(resource: dict[str, Any], query: SearchQuery) -> dict[str, Any]:
    if query.summary == "data":
        kept = {name: value for name, value in resource.items() if name != "text"}
    else:
        wanted = {"text"} if query.summary == "text" else _names(query.elements)
        kept = {
            name: value
            for name, value in resource.items()
            if name in _ALWAYS or name.removeprefix("_") in wanted
        }
    meta = resource.get("meta", {})
    kept["meta"] = {**meta, "tag": [*meta.get("tag", []), _SUBSETTED]}
    return kept


def _names(elements: tuple[str, ...]) -> set[str]:
    """``Patient.name`` and ``name`` mean the same base element."""
    return {element.strip().rpartition(".")[2] for element in elements}
