"""What scopes have in common, by their meaning: v1 and v2 words, ``*`` and single types. Pure.

https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
"""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl

from fhirapi.smart.scopes import Scope, parse_one


def canonical(scope: Scope) -> Scope:
    """The same for two scopes that mean the same, however their constraints are written."""
    pairs = sorted(parse_qsl(scope.constraint, keep_blank_values=True))
    return replace(scope, constraint="&".join(f"{name}={value}" for name, value in pairs))


def covers(outer: Scope, inner: Scope) -> bool:
    """Whether whoever has ``outer`` has ``inner`` as well."""
    return (
        outer.context == inner.context
        and outer.resource_type in ("*", inner.resource_type)
        and outer.permissions >= inner.permissions
        and canonical(outer).constraint in ("", canonical(inner).constraint)
    )


def is_within(word: str, allowed: Iterable[str]) -> bool:
    """Whether a scope is one of those allowed, or part of one of them."""
    words = list(allowed)
    inner = parse_one(word)
    if word in words or inner is None:
        return word in words
    return any(covers(outer, inner) for outer in map(parse_one, words) if outer)


def common(asked: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """What of ``asked`` is allowed: as it was written where all of it is, else the part that is."""
    words = list(allowed)
    found: dict[str, None] = {}
    for word in asked:
        wanted = parse_one(word)
        if is_within(word, words):
            found[word] = None
        elif wanted is not None:
            parts = [_both(wanted, each) for each in map(parse_one, words) if each]
            found.update(dict.fromkeys(str(part) for part in parts if part))
    return list(found)


def _both(one: Scope, other: Scope) -> Scope | None:
    permissions = one.permissions & other.permissions
    types = {one.resource_type, other.resource_type} - {"*"}
    constraints = {canonical(each).constraint for each in (one, other)} - {""}
    if one.context != other.context or not permissions or max(len(types), len(constraints)) > 1:
        return None
    constraint = one.constraint or other.constraint
    return Scope(one.context, next(iter(types), "*"), permissions, constraint)
