"""The change feed: what was created, changed or deleted since a cursor, in commit order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from fhirapi.audit.trail import Entry, trail
from fhirapi.encryption import InvalidToken, decrypt, encrypt
from fhirapi.outcomes import constrained_scope
from fhirapi.provider import problems
from fhirapi.provider import registry as kinds
from fhirapi.provider.listing import limit_of, parameters
from fhirapi.provider.mapping import belongs, to_flat
from fhirapi.provider.problems import ProblemDetails
from fhirapi.provider.schema import FieldError, Flat, Kind, Resource
from fhirapi.provider.view import ApiWriter, allowed, answer, type_of
from fhirapi.smart.access.decision import Access
from fhirapi.sql import array
from fhirapi.store import changes as store
from fhirapi.store import exact
from fhirapi.store.caller import AS_CALLER, CALLER
from fhirapi.store.changes import Changed, Feed, Place, Who
from fhirapi.store.read import TokenRefused

PARAMETERS = ("since", "kinds", "limit")
INTERACTION = "history-type"
"""As FHIR's history: what was deleted has nothing that a scope's constraint could be asked of."""


@dataclass(frozen=True)
class Change:
    """Of one record, as one kind sees it."""

    kind: Kind
    changed: Changed
    resource: Resource | None
    """None: deleted, or no longer of the kind."""

    def event(self) -> dict[str, str]:
        """Without any content."""
        is_new = self.changed.version_id == 1
        change = "deleted" if self.resource is None else "created" if is_new else "updated"
        return {
            "kind": self.kind.name,
            "id": self.changed.resource_id,
            "version": str(self.changed.version_id),
            "change": change,
        }

    def flat(self) -> Flat:
        told: Flat = {
            **self.event(),
            "updated_at": self.changed.last_updated.isoformat(),
            "deleted": self.resource is None,
        }
        if self.resource is not None:
            told["record"] = to_flat(self.kind, self.resource)
        return told


def changes(request: HttpRequest, writer: ApiWriter) -> HttpResponse:
    asked = parameters(request)
    unknown = [name for name in asked if name not in PARAMETERS]
    if unknown:
        detail = "There is no such parameter."
        raise problems.bad_parameters(
            *(FieldError(name[:64], "unknown", detail) for name in unknown)
        )
    wanted, limit = _wanted(writer, asked.get("kinds")), limit_of(asked)
    end, cluster = store.now()
    if (since := asked.get("since")) is None:
        return answer({"data": [], "next_cursor": to_text(end, cluster), "has_more": False})
    who = Who(CALLER, writer.caller.parameters(), before=AS_CALLER)
    feed = store.changes(who, types_of(wanted), from_text(since, cluster), limit)
    if feed is None:
        raise TokenRefused
    record(feed, writer.caller.client_id, writer.caller.address)
    return answer(
        {
            "data": [each.flat() for each in told(who, feed, wanted)],
            "next_cursor": to_text(feed.end, cluster),
            "has_more": feed.has_more,
        }
    )


def _wanted(writer: ApiWriter, names: str | None) -> list[Kind]:
    """Those named, each of which has to be open; or all that are."""
    if names is not None:
        found = named(names.split(","))
        for each in found:
            allowed(writer, each.resource_type, INTERACTION)
        return found
    found = open_to(writer.access, kinds.every())
    if not found:
        raise constrained_scope("any type", INTERACTION)
    return found


def named(names: Iterable[str], parameter: str = "kinds") -> list[Kind]:
    """Raises the 400 problem for a name that is none."""
    found = [kinds.find(name.strip()) for name in names]
    if None in found or not found:
        detail = "Expected are names of kinds; /provider-api/v1/ lists them."
        raise problems.bad_parameters(FieldError(parameter, "enum", detail))
    return [each for each in found if each is not None]


def open_to(access: Access, of: Iterable[Kind]) -> list[Kind]:
    return [each for each in of if access.allows(each.resource_type, INTERACTION)]


def types_of(wanted: Iterable[Kind]) -> list[Any]:
    return [type_of(each) for each in {each.resource_type: each for each in wanted}.values()]


def told(who: Who, feed: Feed, wanted: list[Kind]) -> Iterator[Change]:
    """A record that has left a kind is deleted there."""
    has_constant = {each.resource_type for each in wanted if each.always}
    before = store.earlier(
        who,
        (
            each
            for each in feed.changed
            if each.version_id > 1 and each.resource_type in has_constant
        ),
    )
    for each in feed.changed:
        resource = None if each.is_deleted else exact.parse(each.content)
        contents = before.get((each.resource_type, each.resource_id), [])
        old = [exact.parse(content) for content in contents]
        for kind in wanted:
            if resource is not None and belongs(kind, resource):
                yield Change(kind, each, resource)
            elif kind.resource_type == each.resource_type and _was(kind, each, old):
                yield Change(kind, each, None)


def _was(kind: Kind, changed: Changed, old: list[Resource]) -> bool:
    return any(belongs(kind, each) for each in old) or (not kind.always and changed.is_deleted)


def record(feed: Feed, client_id: str, address: str | None, detail: str = "changes") -> None:
    patients = {each.patient_id for each in feed.changed if each.patient_id}
    trail.write(
        Entry(
            "search",
            "success",
            account_id=feed.account_id,
            client_id=client_id,
            patient_ids=array(sorted(patients)) if patients else None,
            detail=detail,
            address=address,
        )
    )


def to_text(place: Place, cluster: str) -> str:
    return encrypt(orjson.dumps([*place, cluster]).decode())


def from_text(text: str, cluster: str) -> Place:
    """Raises the 400 problem for what is no cursor, the 410 problem for one that is over.

    A restored backup may count transactions anew: then nobody knows what the cursor has seen.
    """
    try:
        written_in, row_id, of_cluster = orjson.loads(decrypt(text))
        place = Place(int(written_in), int(row_id))
    except (InvalidToken, ValueError, TypeError):
        detail = "It is none of this server's cursors."
        raise problems.bad_parameters(FieldError("since", "format", detail)) from None
    if of_cluster != cluster:
        raise ProblemDetails(
            "gone", "The cursor is of before a restore. Take a new one and list everything again."
        )
    return place
