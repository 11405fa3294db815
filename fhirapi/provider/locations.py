"""From a place in a FHIR resource, as validation names it, back to the flat field."""

import re

from fhirapi.provider.places import Way, chosen
from fhirapi.provider.schema import Field, Kind, Resource, Take

_NUMBERED = re.compile(r"(?P<member>\w+)(?:\[(?P<number>\d+)\])?")

_Steps = list[tuple[str, int | None]]


def field_at(kind: Kind, location: str, resource: Resource | None = None) -> str | None:
    """``Condition.onsetDateTime``: ``onset_date``; ``AllergyIntolerance.reaction[1].severity``:
    ``reactions[1].severity``. ``resource``: what was validated; it is needed to tell one item of a
    list from another, such as extensions. None where it cannot be told.
    """
    found = [_NUMBERED.fullmatch(each) for each in location.split(".")[1:]]
    steps = [(each["member"], _number(each["number"])) for each in found if each]
    return _named(kind.fields, steps, resource) if steps and len(steps) == len(found) else None


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _named(fields: tuple[Field, ...], steps: _Steps, element: object) -> str | None:
    matching = [(each, ends) for each in fields if (ends := _ends(each.at, steps, element))]
    if len(matching) != 1:
        return None
    field, (number, inner) = matching[0]
    below = field.shape.below()
    name = field.name if number is None else f"{field.name}[{number}]"
    if not below or len(steps) <= len(field.at):
        return name
    further = _named(below, steps[len(field.at) :], inner)
    return f"{name}.{further}" if further else name


def _ends(way: Way, steps: _Steps, element: object) -> tuple[int | None, object] | None:
    """If the location is at the end of the way, below it, or above it where something is missing:
    the number that the end has in a flat list, and the element there."""
    end: int | None = None
    for step, (member, number) in zip(way, steps, strict=False):
        if step.key != member:
            return None
        items = element.get(member) if isinstance(element, dict) else None
        element = items if number is None else None
        end = number if step.take is not Take.ONE else None
        if number is None:
            continue
        if isinstance(items, list) and number < len(items):
            element = items[number]
            if step.take is not Take.MEMBER:
                numbers = chosen(items, step)
                if number not in numbers:
                    return None
                end = numbers.index(number) if step.take is not Take.ONE else None
        elif step.take in (Take.EACH, Take.REST) or any(step.patterns):
            return None
    return end, element
