"""US Core's profiles as data: what each version asks of a server and of its resources.

``us_core/<version>.json`` holds the facts of http://hl7.org/fhir/us/core, a line for each profile:
searches with their expectation, elements, slices and extensions that must be supported, required
bindings and reference targets. They judge the declarations; they do not replace them.
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

VERSIONS = ("3.1.1", "6.1.0", "7.0.0", "8.0.0")
_FOLDER = Path(__file__).parent / "us_core"

Profile = dict[str, Any]


@cache
def of_version(version: str) -> tuple[Profile, ...]:
    content = (_FOLDER / f"{version}.json").read_bytes()
    return tuple(orjson.loads(content)["profiles"])


@cache
def canonicals(resource_type: str) -> tuple[str, ...]:
    """The addresses of every profile of a type, of any version, in a fixed order."""
    found = {
        profile["profile"]
        for version in VERSIONS
        for profile in of_version(version)
        if profile["resource"] == resource_type
    }
    return tuple(sorted(found))
