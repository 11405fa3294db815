"""What can be asked, for the console's page: made from the registry, and nothing listed again."""

import hashlib
from functools import lru_cache
from typing import Any

import orjson
from django.utils.translation import get_language, gettext

from fhirapi.definitions import operations, registry
from fhirapi.definitions.builders import COLUMN_PATHS
from fhirapi.definitions.schema import ResourceType, SearchParameter
from fhirapi.search.query import RESULT_PARAMETERS, modifiers
from fhirapi.search.sort import is_sortable
from fhirapi.searchparams.values import PREFIXES


def definitions() -> tuple[bytes, str]:
    """JSON in the reader's language, and its ETag."""
    content = _written(get_language() or "en")
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


@lru_cache(maxsize=4)
def _written(language: str) -> bytes:
    return orjson.dumps(told())


def told() -> dict[str, Any]:
    return {
        "prefixes": PREFIXES,
        "results": {name: sorted(values) for name, values in RESULT_PARAMETERS.items()},
        "operations": _operations(),
        "types": [_type(each) for each in sorted(registry.every(), key=lambda each: each.name)],
    }


def _operations() -> dict[str, Any]:
    """Names: of the system, on every type, and beside those on single types."""
    every = [each.name for each in operations.OPERATIONS if each.is_of_every_type]
    types = {
        each.name: [found.name for found in operations.of_type(each.name) if found.types]
        for each in registry.every()
    }
    return {
        "system": [each.name for each in operations.of_system() if "GET" in each.methods],
        "every": every,
        "types": {name: names for name, names in types.items() if names},
    }


def _type(resource_type: ResourceType) -> dict[str, Any]:
    return {
        "name": resource_type.name,
        "words": gettext(resource_type.words),
        "patient": _patient_parameter(resource_type),
        "mandatory": resource_type.mandatory,
        "search": [_parameter(each) for each in resource_type.search],
    }


def _patient_parameter(resource_type: ResourceType) -> str:
    """By which one asks for those of a patient; empty where they are nobody's."""
    if resource_type.patient == "id":
        return "_id"
    return "patient" if resource_type.parameter("patient") else ""


def _parameter(parameter: SearchParameter) -> dict[str, Any]:
    column = COLUMN_PATHS.get(parameter.code)
    members = {
        "code": parameter.code,
        "type": parameter.type.value,
        "paths": [column] if column else parameter.paths,
        "targets": parameter.targets,
        "parts": parameter.parts,
        "modifiers": sorted(modifiers(parameter) - {""}),
        "sorts": is_sortable(parameter),
    }
    return {name: value for name, value in members.items() if value}
