"""The one place that decides whether a token's scopes allow an interaction. Pure.

Scopes say which kinds of data; *whose* data follows from the grant and is part of every statement
(``store/caller.py``). What no scope allows is denied.
"""

from collections.abc import Iterable

from fhirapi.outcomes import outside_scope
from fhirapi.smart.scopes import Scope

# https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
_PERMISSION = {
    "read": "r",
    "vread": "r",
    "history-instance": "r",
    "search-type": "s",
    "history-type": "s",
    "create": "c",
    "update": "u",
    "delete": "d",
}
READ_CONTEXTS = frozenset({"patient", "user"})


def decide(scopes: Iterable[Scope], resource_type: str, interaction: str) -> None:
    """Returns if the interaction is allowed; raises the 403 outcome if not."""
    if not allows(scopes, resource_type, interaction):
        raise outside_scope(resource_type, interaction)


def allows(scopes: Iterable[Scope], resource_type: str, interaction: str) -> bool:
    permission = _PERMISSION[interaction]
    return any(
        scope.context in READ_CONTEXTS
        # A constrained scope grants nothing until its constraint is part of the SQL.
        and not scope.constraint
        and scope.allows(resource_type, permission)
        for scope in scopes
    )
