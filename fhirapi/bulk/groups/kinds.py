"""The kinds of lists, and how a list says which it is."""

from enum import StrEnum
from hashlib import blake2b
from typing import Any

from fhirapi.store.membership import KEPT

_LONGEST_ID = 64  # https://hl7.org/fhir/R4/datatypes.html#id


class Kind(StrEnum):
    PANEL = "panel"
    """The patients whose general practitioner somebody is."""
    ROSTER = "roster"
    """The patients whose record an organization manages."""
    AD_HOC = "ad-hoc"
    """Made by somebody, for a purpose of theirs."""


def kept_id(kind: Kind, of: str) -> str:
    """The id of the list of a practitioner or organization; always the same."""
    plain = f"{kind}-{of}"
    if len(plain) <= _LONGEST_ID:
        return plain
    return f"{kind}-{blake2b(of.encode(), digest_size=16).hexdigest()}"


def kept_identifier(group_id: str) -> dict[str, str]:
    return {"system": KEPT, "value": group_id}


def kind_of(group: dict[str, Any]) -> Kind:
    """One that only calls itself so, under another id, is somebody's own."""
    group_id = str(group.get("id", ""))
    if kept_identifier(group_id) in group.get("identifier", []):
        for kind in (Kind.PANEL, Kind.ROSTER):
            if group_id.startswith(f"{kind}-"):
                return kind
    return Kind.AD_HOC
