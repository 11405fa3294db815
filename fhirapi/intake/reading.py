"""From the text of a piece to resources: one a line, or the entries of a Bundle.

https://hl7.org/fhir/R4/bundle.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid5

from fhirapi.definitions import registry
from fhirapi.intake.conditions import Condition, condition
from fhirapi.intake.references import (
    Conditional,
    may_need_rewriting,
    renamed,
    rewrite,
)
from fhirapi.intake.rejects import Reject, Unusable
from fhirapi.intake.sources import Piece
from fhirapi.outcomes import Problem
from fhirapi.store import exact
from fhirapi.validation.check import check

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,63}")
_BUNDLES = ("collection", "transaction", "batch", "searchset", "document")
_SHOWN = 5  # problems of one resource
_NAMELESS = UUID("6c7d4b9e-2f0a-5c7b-9b61-3f1c5d0a8e11")  # resources that came without an id


@dataclass(frozen=True)
class Options:
    ids: Literal["keep", "new", "given"] = "keep"
    """given: kept, and a resource without one is rejected."""
    existing: Literal["skip", "reject", "replace"] = "skip"
    unknown_types: Literal["reject", "skip"] = "reject"
    is_validated: bool = False
    resource_type: str = ""
    """The only one that is taken; empty: whatever comes, Bundles too."""
    namespace: UUID = _NAMELESS
    """Of new ids: the same files get the same ones again, so that a load can be repeated."""


@dataclass(slots=True)
class Arrival:
    """A resource that has come in, and how to find it again in its file."""

    source: str
    place: str
    resource: dict[str, Any]
    full_url: str = ""
    if_none_exist: str = ""
    """As its entry has it: it is stored only where this search finds nothing."""
    conditionals: list[Conditional] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.resource['resourceType']}/{self.resource['id']}"

    def condition(self) -> Condition | None:
        """That of ``ifNoneExist``. Raises Unusable."""
        if not self.if_none_exist:
            return None
        kind = self.resource["resourceType"]
        # The query alone; some write it as they would in an address.
        return condition(kind, self.if_none_exist.removeprefix(kind).removeprefix("?"))

    def rejected(self, reason: str, *problems: Problem) -> Reject:
        return Reject(self.source, self.place, self.name, reason).made_of(problems)


@dataclass
class Read:
    arrivals: list[Arrival] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    skipped: int = 0


class _Skipped(Exception):
    """Left out because the options say so."""


def read(piece: Piece, options: Options) -> Read:
    found = Read()
    if piece.problem:
        place = f"line {piece.first_line}" if piece.first_line else ""
        found.rejects.append(Reject(piece.source, place, "", piece.problem))
    for place, text in _texts(piece):
        try:
            value = _parse(text)
            if options.resource_type not in ("", value.get("resourceType")):
                raise Unusable(f"A {options.resource_type} is expected here.")
            if value.get("resourceType") == "Bundle":
                _unpack(found, value, Arrival(piece.source, place, {}), options)
            else:
                is_plain = options.ids != "new" and not may_need_rewriting(text)
                _take(found, [Arrival(piece.source, place, value)], options, is_plain=is_plain)
        except Unusable as error:
            found.rejects.append(Reject(piece.source, place, "", str(error)))
    return found


def _texts(piece: Piece) -> Iterator[tuple[str, bytes]]:
    if not piece.first_line:
        yield "", piece.payload
        return
    for number, line in enumerate(piece.payload.split(b"\n"), piece.first_line):
        if not line.isspace() and line:
            yield f"line {number}", line


def _parse(text: bytes) -> dict[str, Any]:
    try:
        value = exact.parse(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unusable("Not UTF-8.") from None
    except ValueError as error:
        raise Unusable(f"Not JSON: {error}") from None
    if type(value) is not dict:
        raise Unusable("Not a JSON object.")
    return value


def _unpack(found: Read, bundle: dict[str, Any], where: Arrival, options: Options) -> None:
    if bundle.get("type") not in _BUNDLES:
        raise Unusable(f"A Bundle is loaded if its type is one of {', '.join(_BUNDLES)}.")
    entries = bundle.get("entry", [])
    if type(entries) is not list:
        raise Unusable("Bundle.entry is not a list.")
    arrivals = []
    for number, entry in enumerate(entries, 1):
        place = f"{where.place}, entry {number}" if where.place else f"entry {number}"
        resource = entry.get("resource") if type(entry) is dict else None
        if type(resource) is not dict:
            reason = "The entry has no resource; only resources are loaded."
            found.rejects.append(Reject(where.source, place, "", reason))
        elif resource.get("resourceType") != "OperationOutcome":  # a searchset's remarks
            full_url = entry.get("fullUrl")
            url = full_url if type(full_url) is str else ""
            arrivals.append(Arrival(where.source, place, resource, url, _if_none_exist(entry)))
    _take(found, arrivals, options)


def _if_none_exist(entry: dict[str, Any]) -> str:
    request = entry.get("request")
    query = request.get("ifNoneExist") if type(request) is dict else None
    return query if type(query) is str else ""


def _take(
    found: Read, arrivals: list[Arrival], options: Options, *, is_plain: bool = False
) -> None:
    """Those of one Bundle together, or a single one; a plain one needs no rewriting."""
    urls: dict[str, str] = {}
    usable = []
    for arrival in arrivals:
        try:
            name = _identify(arrival, options)
            if arrival.full_url:
                urls[arrival.full_url] = name
            _check(arrival, options)
            arrival.condition()
            usable.append(arrival)
        except Unusable as error:
            found.rejects.append(_rejected(arrival, error))
        except _Skipped:
            found.skipped += 1
    namespace = options.namespace if options.ids == "new" else None
    for arrival in usable:
        try:
            if not is_plain:
                arrival.conditionals = rewrite(arrival.resource, urls, namespace)
            found.arrivals.append(arrival)
        except Unusable as error:
            found.rejects.append(_rejected(arrival, error))


def _rejected(arrival: Arrival, error: Unusable) -> Reject:
    kind, resource_id = arrival.resource.get("resourceType"), arrival.resource.get("id")
    known = type(kind) is str and type(resource_id) is str and _ID.fullmatch(resource_id)
    named = f"{kind}/{resource_id}" if known and _TYPE.fullmatch(str(kind)) else ""
    return Reject(arrival.source, arrival.place, named, str(error)).made_of(error.problems)


def _identify(arrival: Arrival, options: Options) -> str:
    """Gives it the id under which it will be stored; returns ``Type/id``."""
    kind, resource_id = arrival.resource.get("resourceType"), arrival.resource.get("id")
    if type(kind) is not str or not _TYPE.fullmatch(kind):
        raise Unusable("No resourceType.")
    if resource_id is None:
        if options.ids == "given":
            raise Unusable("It has no id.")
        resource_id = _id_of_url(arrival.full_url, kind) or str(
            uuid5(_NAMELESS, f"{arrival.source} {arrival.place}")
        )
    if type(resource_id) is not str or not _ID.fullmatch(resource_id):
        raise Unusable("The id is not 1 to 64 letters, digits, '-' and '.'.")
    if options.ids == "new":
        resource_id = renamed(options.namespace, kind, resource_id)
    if "id" in arrival.resource:
        arrival.resource["id"] = resource_id
    else:
        rest = {name: value for name, value in arrival.resource.items() if name != "resourceType"}
        arrival.resource = {"resourceType": kind, "id": resource_id, **rest}
    return f"{kind}/{resource_id}"


def _id_of_url(full_url: str, kind: str) -> str | None:
    if full_url.startswith("urn:uuid:"):
        return full_url.removeprefix("urn:uuid:")
    before, _, last = full_url.rpartition("/")
    return last if before.endswith(f"/{kind}") else None


def _check(arrival: Arrival, options: Options) -> None:
    resource = arrival.resource
    if registry.find(resource["resourceType"]) is None:
        if options.unknown_types == "skip":
            raise _Skipped
        raise Unusable(f"This server has no resource type '{resource['resourceType']}'.")
    meta = resource.get("meta")
    if meta is not None:
        if type(meta) is not dict:
            raise Unusable("meta is not a JSON object.")
        # The server's to say: https://hl7.org/fhir/R4/http.html#create
        resource["meta"] = {
            name: value for name, value in meta.items() if name not in ("versionId", "lastUpdated")
        }
    if options.is_validated:
        _require_valid(resource)


def _require_valid(resource: dict[str, Any]) -> None:
    errors = [each for each in check(resource) if each.severity == "error"]
    if errors:
        shown = " ".join(f"{each.expression}: {each.text}" for each in errors[:_SHOWN])
        more = f" ({len(errors) - _SHOWN} more)" if len(errors) > _SHOWN else ""
        raise Unusable(f"Not valid FHIR: {shown}{more}", tuple(errors))
