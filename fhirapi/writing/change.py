"""What a request asks to be changed. https://hl7.org/fhir/R4/http.html"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from fhirapi.definitions.schema import ResourceType
from fhirapi.smart.access.decision import Access
from fhirapi.store.caller import Caller

Resource = dict[str, Any]
"""As ``store/exact.py`` reads it: decimals are ``Decimal``."""
Condition = list[tuple[str, str]]
"""Search parameters with their values."""
ANY_VERSION = -1
"""As ``if_match``: whichever version, but there has to be one. ``If-Match: *``, RFC 9110 13.1.1"""


@dataclass(frozen=True)
class Writer:
    """Who asks, and what the token's scopes open."""

    caller: Caller
    access: Access


@dataclass(frozen=True, kw_only=True)
class Create:
    resource_type: ResourceType
    resource: Resource
    if_none_exist: Condition | None = None
    full_url: str = ""
    """By which other resources of the same request refer to it."""
    place: str = ""
    """FHIRPath of its entry, where it is one of several: ``Bundle.entry[3]``."""
    interaction: Literal["create"] = field(default="create", init=False)


@dataclass(frozen=True, kw_only=True)
class Update:
    """Of the resource with this id, made if there is none; or of what a condition means."""

    resource_type: ResourceType
    resource: Resource
    resource_id: str | None = None
    condition: Condition | None = None
    if_match: int | None = None
    """The version that is to be replaced; ANY_VERSION; 0: one that there cannot be."""
    only_new: bool = False
    """``If-None-Match: *``"""
    full_url: str = ""
    place: str = ""
    interaction: Literal["update"] = field(default="update", init=False)


@dataclass(frozen=True, kw_only=True)
class Patch:
    resource_type: ResourceType
    patch: Callable[[Resource], Resource]
    """From a copy of the stored resource to the new one. Raises an Outcome."""
    resource_id: str | None = None
    condition: Condition | None = None
    if_match: int | None = None
    full_url: str = ""
    place: str = ""
    interaction: Literal["patch"] = field(default="patch", init=False)


@dataclass(frozen=True, kw_only=True)
class Delete:
    resource_type: ResourceType
    resource_id: str | None = None
    condition: Condition | None = None
    if_match: int | None = None
    full_url: str = ""
    place: str = ""
    interaction: Literal["delete"] = field(default="delete", init=False)


Change = Create | Update | Patch | Delete

Result = Literal["created", "updated", "deleted", "found", "nothing"]
"""found: ``If-None-Exist`` met what is stored; nothing: a conditional delete met none."""


@dataclass(frozen=True)
class Written:
    """What became of a change, in its place."""

    result: Result
    resource_type: str
    resource_id: str = ""
    version_id: int = 0
    last_updated: datetime | None = None
    content: str = ""
    """The resource as it is stored now; empty where there is none."""
    may_be_told: bool = True
    """Whether the token could read it, or has sent all of it itself."""
