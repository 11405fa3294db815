"""Everything that is asked of a resource before it is stored."""

from typing import Any

from fhirapi.outcomes import Problem
from fhirapi.validation.structure import problems


def check(resource: dict[str, Any]) -> list[Problem]:
    """What is wrong; nothing if the resource may be stored."""
    return [Problem("structure", text, text.split(" ", 1)[0]) for text in problems(resource)]
