"""The one place that decides what a token's scopes open. Pure.

Scopes say which kinds of data; *whose* data follows from the grant and is part of every statement
(``store/caller.py``). Every address asks here: for a decision, or for the constraint that its
statement must carry. What no scope opens is denied.

https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import constrained_scope, outside_scope
from fhirapi.smart.access.scopes import WRITES, Criteria, Scope
from fhirapi.store.constraint import CLOSED, OPEN, Constraint, Way

_PERMISSION = {
    "read": "r",
    "vread": "r",
    "history-instance": "r",
    "search-type": "s",
    "history-type": "s",
    "create": "c",
    "update": "u",  # and create by update: SMART counts that as an update
    "patch": "u",
    "delete": "d",
}
# Old versions are not indexed, so nothing can say whether they fulfil a condition.
_OF_VERSIONS = frozenset({"vread", "history-instance", "history-type"})


@dataclass(frozen=True, eq=False)
class Access:
    """What the scopes of one token open."""

    scopes: tuple[Scope, ...]
    patient_id: str | None
    """Whom scopes that begin with ``patient/`` are about."""
    fhir_user: str | None = None
    """Who signed in, as ``Type/id``, for an app that was granted the scope ``fhirUser``."""
    _known: dict[tuple[str, str], Constraint] = field(default_factory=dict, repr=False)

    @cached_property
    def is_of_one_patient(self) -> bool:
        """Whether nothing but ``patient/`` scopes open data: then the caller is narrowed itself."""
        return all(scope.context == "patient" for scope in self.scopes)

    def decide(self, resource_type: str, interaction: str) -> Constraint:
        """What the interaction may reach; raises the 403 outcome if that is nothing."""
        if found := self.constraint(resource_type, interaction):
            return found
        if interaction in _OF_VERSIONS and self._of(resource_type, _PERMISSION[interaction]):
            raise constrained_scope(resource_type, interaction)
        raise outside_scope(resource_type, interaction)

    def require_any(self, resource_type: str, interactions: Collection[str], asked: str) -> None:
        """Raises the 403 outcome, which names what was asked, if none of them is open."""
        if not any(self.allows(resource_type, each) for each in interactions):
            raise outside_scope(resource_type, asked)

    def allows(self, resource_type: str, interaction: str) -> bool:
        return bool(self.constraint(resource_type, interaction))

    def constraint(self, resource_type: str, interaction: str) -> Constraint:
        """What the interaction may reach of the type."""
        asked = resource_type, interaction
        found = self._known.get(asked)
        if found is None:
            found = self._of(resource_type, _PERMISSION[interaction])
            if interaction in _OF_VERSIONS:
                found = tuple(way for way in found if not way.criteria)
            self._known[asked] = found
        return found

    def _of(self, name: str, permission: str) -> Constraint:
        resource_type = registry.find_readable(name)
        if resource_type is None:
            return CLOSED
        ways = [
            way
            for scope in self.scopes
            if scope.allows(name, permission)
            # Patient Access reads only.
            and not (scope.context == "patient" and permission in WRITES)
            and (way := self._way(scope, resource_type))
        ]
        if Way() in ways:
            return OPEN
        if permission == "r" and (itself := self._fhir_user(name)):
            ways.append(itself)
        return tuple(dict.fromkeys(ways))

    def _fhir_user(self, name: str) -> Way | None:
        """That scope opens the reading of the record it names, whatever the others open."""
        resource_type, _, resource_id = (self.fhir_user or "").partition("/")
        return Way(criteria=(("_id", resource_id),)) if resource_type == name else None

    def _way(self, scope: Scope, resource_type: ResourceType) -> Way | None:
        """None: the scope opens nothing of the type."""
        # The practice's own data is nobody's in particular: any context opens it.
        is_of_context = scope.context == "patient" and not resource_type.is_shared
        if is_of_context and self.patient_id is None:
            return None
        only_context = is_of_context and not self.is_of_one_patient
        if not scope.constraint:
            return Way(only_context)
        if not can_apply(resource_type, scope.criteria):
            return None
        return Way(only_context, scope.criteria)


def can_apply(resource_type: ResourceType, criteria: Criteria) -> bool:
    """Plain parameters of the type only: no modifier, chain or parameter of the result.

    What cannot be applied must not be left out: the scope would open more than it says.
    """
    return bool(criteria) and all(
        text.strip() and "\x00" not in text and resource_type.parameter(name) is not None
        for name, text in criteria
    )


def both(one: Constraint, other: Constraint) -> Constraint:
    """What fulfils the one constraint and the other."""
    if one == other or other == OPEN:
        return one
    if one == OPEN:
        return other
    return tuple(
        Way(a.only_context or b.only_context, (*a.criteria, *b.criteria))
        for a in one
        for b in other
    )
