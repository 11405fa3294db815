"""What a token opens of a resource type, as data: decided in ``smart.access``, applied as SQL.

https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
"""

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Way:
    """One scope's worth of a type. Without any condition it opens whatever the grant reaches."""

    only_context: bool = False
    """Only what is the data of the patient whom the token is about."""
    criteria: tuple[tuple[str, str], ...] = ()
    """Search parameters with their values; all must match."""


Constraint = tuple[Way, ...]
"""Alternatives; none at all: the type is closed."""

CLOSED: Constraint = ()
OPEN: Constraint = (Way(),)


class Opens(Protocol):
    """A token's scopes, as the rooms that make SQL see them."""

    @property
    def is_of_one_patient(self) -> bool:
        """Whether the token's context is all that it opens of anybody."""

    def constraint(self, resource_type: str, interaction: str) -> Constraint: ...


class Everything:
    """For a statement that is nobody's request: files that are loaded refer to what is stored."""

    is_of_one_patient = False

    def constraint(self, resource_type: str, interaction: str) -> Constraint:
        return OPEN


@dataclass(frozen=True)
class Condition:
    """A constraint as SQL, with the values of its placeholders."""

    sql: str = ""
    """Empty: no condition."""
    parameters: dict[str, Any] = field(default_factory=dict)
