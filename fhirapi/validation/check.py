"""Everything that is asked of a resource before it is stored."""

from typing import Any

from fhirapi.outcomes import Problem
from fhirapi.validation.structure import problems_of


def check(resource: Any) -> list[Problem]:
    """What is wrong; where nothing is an error, the resource may be stored."""
    return problems_of(resource)
