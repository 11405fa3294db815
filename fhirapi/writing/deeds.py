"""A change on its way: which resource it means, what stands there, and what it will become."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from fhirapi.outcomes import Outcome, gone, not_found
from fhirapi.store import exact
from fhirapi.store.write import Identity, Standing
from fhirapi.write_outcomes import (
    already_exists,
    nothing_meets,
    nothing_to_match,
    version_conflict,
    wrong_id,
)
from fhirapi.writing.change import (
    ANY_VERSION,
    Change,
    Create,
    Delete,
    Patch,
    Resource,
    Result,
    Update,
)

_SERVERS = frozenset({"versionId", "lastUpdated"})
"""Members of ``meta`` that the server gives."""


@dataclass(eq=False)
class Deed:
    change: Change
    resource_id: str | None
    """None: a new one, or none at all."""
    is_unmet: bool = False
    """A condition means nothing that is there: what it makes has to be new."""
    standing: Standing | None = None
    resource: Resource | None = None
    """What is to be stored."""
    result: Result = "nothing"
    version_id: int = 0
    last_updated: datetime | None = None
    content: str = ""
    """These three: of what was stored."""

    @property
    def name(self) -> str:
        return self.change.resource_type.name

    @property
    def identity(self) -> Identity:
        return self.name, self.resource_id or ""


@contextmanager
def at(deed: Deed) -> Iterator[None]:
    """Where what goes wrong within says so: in the entry of a Bundle, if the deed is one."""
    try:
        yield
    except Outcome as outcome:
        raise told(outcome, deed) from None


def told(outcome: Outcome, deed: Deed) -> Outcome:
    """With the change that it refuses, and the place of that."""
    outcome.change = outcome.change or deed.change
    return outcome.within(deed.change.place) if deed.change.place else outcome


def begun(change: Change) -> Deed:
    return Deed(change, None if isinstance(change, Create) else change.resource_id)


def settle(deed: Deed) -> None:
    """Decides what is to be stored, now that what stands there is known. Raises an Outcome."""
    change, standing = deed.change, deed.standing
    if deed.result == "found":  # it stands there, and stays
        return
    if isinstance(change, Create):
        deed.resource_id = str(uuid4())
        deed.resource, deed.result = identified(change.resource, deed.resource_id), "created"
        return
    if standing is not None and not standing.is_open:
        # As if it were not there, whatever is asked of its version.
        raise not_found(*deed.identity) if change.if_match is None else nothing_to_match(deed.name)
    if change.if_match is not None:
        _require_version(deed, change.if_match)
    if isinstance(change, Update):
        _update(deed, change)
    elif isinstance(change, Patch):
        _patch(deed, change)
    else:
        _delete(deed, change)


def _require_version(deed: Deed, version_id: int) -> None:
    """RFC 9110 13.1.1; https://hl7.org/fhir/R4/http.html#concurrency"""
    if deed.standing is None or (version_id == ANY_VERSION and deed.standing.is_deleted):
        raise nothing_to_match(deed.name)
    if version_id != ANY_VERSION and deed.standing.version_id != version_id:
        raise version_conflict(*deed.identity, deed.standing.version_id)


def _update(deed: Deed, change: Update) -> None:
    is_there = deed.standing is not None and not deed.standing.is_deleted
    if is_there and (change.only_new or deed.is_unmet):
        raise already_exists(*deed.identity)
    given = change.resource.get("id")
    if deed.resource_id is None:  # a condition that nothing meets
        deed.resource_id = given if isinstance(given, str) else str(uuid4())
    if given is not None and given != deed.resource_id:
        raise wrong_id()
    deed.resource = identified(change.resource, deed.resource_id)
    deed.result = "updated" if is_there else "created"


def _patch(deed: Deed, change: Patch) -> None:
    standing = deed.standing
    if standing is None:
        raise not_found(*deed.identity) if deed.resource_id else nothing_meets(deed.name)
    if standing.is_deleted:
        raise gone(*deed.identity)
    patched = change.patch(exact.parse(standing.content))
    if patched.get("resourceType") != deed.name or patched.get("id") != deed.resource_id:
        raise wrong_id()
    deed.resource, deed.result = identified(patched, deed.identity[1]), "updated"


def _delete(deed: Deed, change: Delete) -> None:
    if deed.standing is None:
        if change.condition is None:
            raise not_found(*deed.identity)
    elif not deed.standing.is_deleted:  # a second delete does no more
        deed.result = "deleted"


def identified(resource: Resource, resource_id: str) -> Resource:
    """With this id, and with a ``meta`` in which the server's members are still to come.

    One that is no object stays as it is: validation refuses it.
    """
    kept = resource.get("meta", {})
    if isinstance(kept, dict):
        kept = {name: each for name, each in kept.items() if name not in _SERVERS}
    head = {"resourceType": resource.get("resourceType"), "id": resource_id}
    if "meta" not in resource:
        head["meta"] = kept
    return {**head, **resource, "id": resource_id, "meta": kept}
