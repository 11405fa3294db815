"""From a place in a FHIR resource, as validation names it, back to the flat field."""

import re
from collections.abc import Iterator

from fhirapi.provider.schema import Field, Kind

_NUMBERED = re.compile(r"(?P<member>\w+)(?:\[(?P<number>\d+)\])?")


def field_at(kind: Kind, location: str) -> str | None:
    """``Condition.onsetDateTime``: ``onset_date``; ``X.reaction[1].severity``:
    ``reactions[1].severity``. None where it cannot be told: the element is not shown, or
    several fields are there."""
    found = [_NUMBERED.fullmatch(each) for each in location.split(".")[1:]]
    steps = [(each["member"], each["number"]) for each in found if each]
    return _named(kind.fields, steps) if len(steps) == len(found) else None


def _named(fields: tuple[Field, ...], steps: list[tuple[str, str | None]]) -> str | None:
    members = [member for member, _number in steps]
    matching = [each for each in fields if _reaches(each, members)]
    if len(matching) != 1:
        return None
    field = matching[0]
    if not field.shape.below() or len(steps) <= len(field.at):
        return field.name
    number = steps[len(field.at) - 1][1]
    name = f"{field.name}[{number}]" if number is not None else field.name
    below = _named(field.shape.below(), steps[len(field.at) :])
    return f"{name}.{below}" if below else name


def _reaches(field: Field, members: list[str]) -> bool:
    """The location is at the field or below it; or the field is what is missing above it."""
    names = list(_keys(field))
    return all(a == b for a, b in zip(names, members, strict=False)) and len(members) > 0


def _keys(field: Field) -> Iterator[str]:
    return (step.key for step in field.at)
