"""Resources that are valid, to be made invalid in one respect."""

from copy import deepcopy
from typing import Any

from fhirapi.outcomes import Problem
from fhirapi.validation.check import check
from tests import people

PULSE = people.observation("o", "142859")
REBECCA = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


def but(resource: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A copy with these members; None takes one away."""
    changed = deepcopy(resource) | members
    return {name: value for name, value in changed.items() if value is not None}


def told(resource: Any) -> list[tuple[str, str]]:
    """Code and place of each error."""
    return [(each.code, each.expression) for each in errors(resource)]


def errors(resource: Any) -> list[Problem]:
    return [each for each in check(resource) if each.severity == "error"]
