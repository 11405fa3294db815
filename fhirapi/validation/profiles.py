"""Whether a resource conforms to a profile: of US Core, as far as its tables carry, or a base type.

http://hl7.org/fhir/us/core/general-guidance.html, https://hl7.org/fhir/R4/profiling.html
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fhirapi.outcomes import Problem
from fhirapi.validation import problems
from fhirapi.validation.problems import Place
from fhirapi.validation.references import target_of
from fhirapi.validation.tables import resource_types
from fhirapi.validation.us_core import Coded, Demands, Mandatory, Targeted, demands

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_R4 = ("", "4.0", "4.0.1")

Resource = dict[str, Any]


class Reached(NamedTuple):
    element: Any
    place: Place


def is_known(canonical: str) -> bool:
    url, _, version = canonical.partition("|")
    is_base = url.startswith(_BASE) and is_type(url.removeprefix(_BASE))
    return demands(canonical) is not None or (is_base and version in _R4)


def is_type(name: str) -> bool:
    return name in resource_types()


def claimed(resource: Resource) -> list[str]:
    """The profiles in its meta that are known here."""
    return [each for each in dict.fromkeys(_claims(resource)) if is_known(each)]


def unknown_claims(resource: Resource) -> Iterator[Problem]:
    root = _root(resource)
    for number, each in enumerate(_claims(resource)):
        if not is_known(each):
            place = (((root, "meta"), "profile"), number)
            text = "This profile is not known here, and was not looked at."
            yield Problem("informational", text, problems.path(place), "information")


def _root(resource: Resource) -> Place:
    kind = resource.get("resourceType")
    return (None, kind if type(kind) is str and is_type(kind) else "Resource")


def _claims(resource: Resource) -> list[str]:
    meta = resource.get("meta")
    listed = meta.get("profile") if type(meta) is dict else None
    return [str(each) for each in listed] if type(listed) is list else []


def problems_with(resource: Resource, canonical: str) -> list[Problem]:
    """What keeps it from conforming to a known profile, beyond what is asked of every resource."""
    kind = resource.get("resourceType")
    root = _root(resource)
    demanded = demands(canonical)
    name = canonical.partition("|")[0].rpartition("/")[2]
    expected = demanded.resource_type if demanded else name
    if kind != expected:
        return [problems.structure(f"{name} is a profile of {expected}.", root)]
    return list(_failures(resource, demanded, root)) if demanded else []


def _failures(resource: Resource, demanded: Demands, root: Place) -> Iterator[Problem]:
    of = f"{demanded.url.rpartition('/')[2]} {demanded.version}"
    top = Reached(resource, root)
    for mandatory in demanded.mandatory:
        for place in _lacking(top, mandatory):
            yield Problem("required", f"{of} requires it.", problems.path(place))
    for coded in demanded.coded:
        for each in _reached([top], coded.steps):
            if type(each.element) is str and each.element not in coded.codes:
                text = f"{of} requires one of: {_listed(coded.codes)}."
                yield Problem("code-invalid", text, problems.path(each.place))
    for coded in demanded.recognised_by:
        if not _is_recognised(top, coded):
            text = f"{of} requires a coding with one of: {_listed(coded.codes)}."
            yield Problem("code-invalid", text, problems.path((root, coded.steps[0])))
    for targeted in demanded.targeted:
        yield from _misled(top, targeted, of)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _names_of(element: Resource, step: str) -> list[str]:
    """JSON names that a step of a path means: any type of a choice."""
    if not step.endswith("[x]"):
        return [step]
    stem = step.removesuffix("[x]")
    plain = (name.removeprefix("_") for name in element)
    return [n for n in dict.fromkeys(plain) if n.startswith(stem) and n[len(stem) :][:1].isupper()]


def _reached(above: list[Reached], steps: tuple[str, ...]) -> list[Reached]:
    for step in steps:
        above = [below for each in above for below in _below(each, step)]
    return above


def _below(each: Reached, step: str) -> Iterator[Reached]:
    if type(each.element) is not dict:
        return
    for name in _names_of(each.element, step):
        found = each.element.get(name)
        place = (each.place, name)
        if type(found) is list:
            yield from (Reached(one, (place, number)) for number, one in enumerate(found))
        elif found is not None:
            yield Reached(found, place)


def _has(element: Any, step: str) -> bool:
    """Extensions of a primitive suffice: they say why it is not known."""
    return type(element) is not dict or any(
        name in element or f"_{name}" in element for name in _names_of(element, step)
    )


def _lacking(top: Reached, mandatory: Mandatory) -> list[Place]:
    *above, last = mandatory.steps
    holders = _reached([top], tuple(above))
    step = last.removesuffix("[x]")
    lacking: list[Place] = [(each.place, step) for each in holders if not _has(each.element, last)]
    if mandatory.at_least_one and len(lacking) < len(holders):
        return []
    return lacking[:1] if mandatory.at_least_one else lacking


def _is_recognised(top: Reached, coded: Coded) -> bool:
    """A concept with none of its codings told, only why, passes."""
    concepts = [each.element for each in _reached([top], coded.steps)]
    concepts = [each for each in concepts if type(each) is dict]
    listed = [each["coding"] for each in concepts if type(each.get("coding")) is list]
    codings = [coding for each in listed for coding in each if type(coding) is dict]
    return not concepts or any(str(each.get("code")) in coded.codes for each in codings)


def _misled(top: Reached, targeted: Targeted, of: str) -> Iterator[Problem]:
    for each in _reached([top], targeted.steps):
        text = each.element.get("reference") if type(each.element) is dict else None
        kind = target_of(text) if type(text) is str else None
        if kind and kind not in targeted.types:
            wanted = f"{of} allows references here only to: {_listed(targeted.types)}."
            yield Problem("value", wanted, problems.path(each.place))
