"""What is asked of a resource: ``check`` before it is stored, ``review`` by ``$validate``."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from fhirapi.outcomes import Problem
from fhirapi.validation import problems, profiles
from fhirapi.validation.structure import problems_of
from fhirapi.validation.tables import structure

_MOST = 100
"""Issues of one answer."""


def check(resource: Any) -> list[Problem]:
    """What is wrong with it as R4 has its type; where nothing is an error, it may be stored.

    A ``meta`` without members is about to get those of the server.
    """
    if type(resource) is dict and resource.get("meta") == {}:
        resource = {name: value for name, value in resource.items() if name != "meta"}
    return _first(problems_of(resource))


def review(resource: dict[str, Any], canonicals: Sequence[str] = ()) -> list[Problem]:
    """The same, with these profiles or else those that it claims, and what is only recommended."""
    found = problems_of(resource)
    named = canonicals or profiles.claimed(resource)
    told = {(each.code, each.expression) for each in found}
    for canonical in named:
        if not profiles.is_known(canonical):
            text = "The profile that is asked for is not known here."
            found.append(Problem("not-supported", text))
            continue
        of_profile = profiles.problems_with(resource, canonical)
        found += [each for each in of_profile if (each.code, each.expression) not in told]
        told |= {(each.code, each.expression) for each in of_profile}
    if not canonicals:
        found += profiles.unknown_claims(resource)
    return _first([*found, *_recommendations(resource)])


def claims_not_kept(resource: dict[str, Any]) -> list[Problem]:
    """Where it does not conform to a profile that it claims: warnings, since it may be stored."""
    found = {
        (each.code, each.expression): replace(each, severity="warning")
        for canonical in profiles.claimed(resource)
        for each in profiles.problems_with(resource, canonical)
    }
    return _first(list(found.values()))


def _first(found: list[Problem]) -> list[Problem]:
    """An answer that somebody reads, however much is wrong."""
    if len(found) <= _MOST:
        return found
    text = f"{len(found) - _MOST} more issues are not shown; begin with these."
    return [*found[:_MOST], Problem("informational", text, severity="information")]


def _recommendations(resource: dict[str, Any]) -> Iterator[Problem]:
    kind = resource.get("resourceType")
    if type(kind) is not str or not profiles.is_type(kind) or "text" in resource:
        return
    if "text" in structure(kind).elements:
        yield problems.invariant("dom-6", "A narrative is recommended.", (None, kind), "warning")
