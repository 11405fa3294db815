"""What scopes have in common, by their meaning: v1 and v2 words, ``*`` and single types. Pure.

https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fhirapi.smart.access.scopes import Scope, parse_one


def canonical(scope: Scope) -> Scope:
    """The same for two scopes that mean the same, however their constraints are written."""
    pairs = [f"{name}={value}" for name, value in sorted(scope.criteria)]
    return replace(scope, constraint="&".join(pairs))


def covers(outer: Scope, inner: Scope) -> bool:
    """Whether whoever has ``outer`` has ``inner`` as well."""
    return (
        outer.context == inner.context
        and outer.resource_type in ("*", inner.resource_type)
        and outer.permissions >= inner.permissions
        and (not outer.constraint or canonical(outer).constraint == canonical(inner).constraint)
    )


def is_within(word: str, allowed: Iterable[str]) -> bool:
    """Whether a scope is one of those allowed, or part of one of them."""
    return _is_within(word, parse_one(word), _parsed(allowed))


def common(asked: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """What of ``asked`` is allowed: as it was written where all of it is, else the part that is."""
    known = _parsed(allowed)
    found: dict[str, None] = {}
    for word in asked:
        wanted = parse_one(word)
        if _is_within(word, wanted, known):
            found[word] = None
        elif wanted is not None:
            parts = [_both(wanted, each) for each in known.values() if each]
            found.update(dict.fromkeys(str(part) for part in parts if part))
    return list(found)


def _parsed(words: Iterable[str]) -> dict[str, Scope | None]:
    return {word: parse_one(word) for word in words}


def _is_within(word: str, inner: Scope | None, known: Mapping[str, Scope | None]) -> bool:
    if word in known or inner is None:
        return word in known
    return any(covers(outer, inner) for outer in known.values() if outer)


def _both(one: Scope, other: Scope) -> Scope | None:
    permissions = one.permissions & other.permissions
    types = {one.resource_type, other.resource_type} - {"*"}
    constraints = {canonical(each).constraint for each in (one, other)} - {""}
    if one.context != other.context or not permissions or max(len(types), len(constraints)) > 1:
        return None
    constraint = one.constraint or other.constraint
    return Scope(one.context, next(iter(types), "*"), permissions, constraint)
