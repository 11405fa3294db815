"""_elements and _summary: parts of resources, marked as such.

https://hl7.org/fhir/R4/search.html#elements - the only searches whose content is parsed.
"""

from collections.abc import Collection
from typing import Any

import orjson

from fhirapi.definitions import registry
from fhirapi.search.query import SearchQuery

_ALWAYS = frozenset({"resourceType", "id", "meta"})
_SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}


def is_asked(query: SearchQuery) -> bool:
    return bool(query.elements) or query.summary in ("true", "text", "data")


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
        wanted = _wanted(resource["resourceType"], query)
        kept = {
            name: value
            for name, value in resource.items()
            if name in _ALWAYS or _is_one_of(name.removeprefix("_"), wanted)
        }
    meta = resource.get("meta", {})
    kept["meta"] = {**meta, "tag": [*meta.get("tag", []), _SUBSETTED]}
    return kept


def _wanted(type_name: str, query: SearchQuery) -> Collection[str]:
    """What is mandatory stays, so that a part is still a valid resource."""
    resource_type = registry.find(type_name)
    mandatory = resource_type.mandatory if resource_type else ()
    if query.elements:
        return _elements(type_name, query.elements).union(mandatory)
    if query.summary == "true" and resource_type:
        return resource_type.summary_elements.union(mandatory)
    return {"text", *mandatory}


def _elements(type_name: str, elements: tuple[str, ...]) -> set[str]:
    """``name`` means every type's element, ``Patient.name`` only a Patient's."""
    wanted = set()
    for element in elements:
        owner, _, name = element.strip().rpartition(".")
        if owner in ("", type_name):
            wanted.add(name)
    return wanted


def _is_one_of(name: str, wanted: Collection[str]) -> bool:
    """``valueQuantity`` is meant by itself and by ``value[x]``."""
    return name in wanted or any(
        name.startswith(each[:-3]) and name[len(each) - 3 :][:1].isupper()
        for each in wanted
        if each.endswith("[x]")
    )
