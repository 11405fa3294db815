"""What is said of an element that is wrong: FHIR's issue type, a text, and the way to the element.

No text repeats a value. https://hl7.org/fhir/R4/valueset-issue-type.html
"""

import re
from typing import Any

from fhirapi.outcomes import Problem

Place = tuple[Any, Any] | None
"""The way from an element back to its resource, made only as far as it is needed: what is above,
then a name or a number. The uppermost step is the resource's type."""

DEEPEST = 100
"""Elements within each other."""
_NAME = re.compile(r"[a-z][A-Za-z0-9]{0,63}")


def path(place: Place) -> str:
    """FHIRPath, with the names that JSON has: ``Observation.component[0].valueQuantity``."""
    steps: list[str] = []
    while place is not None:
        place, step = place
        if type(step) is int:
            steps.append(f"[{step}]")
        else:
            steps.append(f".{step}" if place else str(step))
    return "".join(reversed(steps))


def missing(name: str, above: Place) -> Problem:
    return Problem("required", "It is mandatory, and missing.", path((above, name)))


def unknown(name: str, above: Place) -> Problem:
    """A name that does not look like one of an element may be somebody's: it is not repeated."""
    text = "FHIR R4 has no element of this name here."
    step = name.removeprefix("_")
    if _NAME.fullmatch(step):
        return Problem("structure", text, path((above, step)))
    return Problem("structure", "It has an element whose name FHIR R4 does not have.", path(above))


def structure(text: str, place: Place) -> Problem:
    return Problem("structure", text, path(place))


def value(text: str, place: Place) -> Problem:
    return Problem("value", text, path(place))


def code(place: Place) -> Problem:
    return Problem("code-invalid", "It is not one of the codes that FHIR R4 requires.", path(place))


def concept(place: Place) -> Problem:
    text = "None of its codings is one of those that FHIR R4 requires."
    return Problem("code-invalid", text, path(place))


def invariant(key: str, text: str, place: Place, severity: str = "error") -> Problem:
    return Problem("invariant", f"{text} ({key})", path(place), severity)


def targets(allowed: frozenset[str], place: Place) -> Problem:
    listed = ", ".join(sorted(allowed))
    return Problem("value", f"It may refer only to: {listed}.", path(place))


def unknown_resource(place: Place) -> Problem:
    return Problem("structure", "resourceType has to name a resource type of FHIR R4.", path(place))


def too_deep(place: Place) -> Problem:
    text = f"More than {DEEPEST} elements stand within each other here."
    return Problem("structure", text, path(place))
