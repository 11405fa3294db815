"""All that the page, the JSON and the feed tell, by one statement."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from fhirapi.sql import fetch
from portal.status.keeping import DAYS

_MOST = 50
"""Incidents: what is longer ago nobody scrolls to."""
_ALL = f"""
SELECT clock_timestamp(),
    (SELECT coalesce(json_agg(found), '[]') FROM portal_componentstate found),
    (SELECT coalesce(json_agg(found), '[]') FROM portal_componentday found
     WHERE found.day > (now() AT TIME ZONE 'UTC')::date - {DAYS}),
    (SELECT coalesce(json_agg(told), '[]') FROM (
        SELECT incident.*, (
            SELECT coalesce(json_agg(found ORDER BY found.id DESC), '[]')
            FROM portal_incidentupdate found WHERE found.incident_id = incident.id
        ) AS updates
        FROM portal_incident incident
        WHERE incident.resolved_at IS NULL OR incident.begins_at > now() - interval '{DAYS} days'
        ORDER BY incident.begins_at DESC, incident.id DESC LIMIT {_MOST}
    ) told)
"""  # noqa: S608 - numbers of ours


@dataclass(frozen=True)
class Measured:
    state: str
    since: datetime
    measured_at: datetime


@dataclass(frozen=True)
class Minutes:
    """Of one day."""

    operational: int
    degraded: int
    down: int

    @property
    def measured(self) -> int:
        return self.operational + self.degraded + self.down


@dataclass(frozen=True)
class Update:
    id: int
    stage: str
    text: Mapping[str, str]
    """By language."""
    told_at: datetime


@dataclass(frozen=True)
class Told:
    """An incident or maintenance."""

    id: int
    kind: str
    title: Mapping[str, str]
    impact: str
    components: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime | None
    resolved_at: datetime | None
    updates: tuple[Update, ...]
    """The newest first."""

    @property
    def changed_at(self) -> datetime:
        told = [each.told_at for each in self.updates]
        return max([self.begins_at, *told] if self.kind == "incident" else told or [self.begins_at])


@dataclass(frozen=True)
class Status:
    now: datetime
    states: Mapping[str, Measured] = field(default_factory=dict)
    days: Mapping[tuple[str, date], Minutes] = field(default_factory=dict)
    incidents: tuple[Told, ...] = ()


def read() -> Status:
    """Raises DatabaseError, or the driver's (``fhirapi.sql.AWAY``), if the database is away."""
    [(now, states, days, incidents)] = fetch(_ALL)
    return Status(
        now,
        {each["component"]: _measured(each) for each in _parsed(states)},
        {_key(each): _minutes(each) for each in _parsed(days)},
        tuple(_told(each) for each in _parsed(incidents)),
    )


def _parsed(value: Any) -> list[dict[str, Any]]:
    """Django has the driver leave JSON as text."""
    found: list[dict[str, Any]] = json.loads(value) if isinstance(value, str | bytes) else value
    return found


def _measured(row: dict[str, Any]) -> Measured:
    return Measured(row["state"], _moment(row["since"]), _moment(row["measured_at"]))


def _key(row: dict[str, Any]) -> tuple[str, date]:
    return row["component"], date.fromisoformat(row["day"])


def _minutes(row: dict[str, Any]) -> Minutes:
    return Minutes(row["operational"], row["degraded"], row["down"])


def _told(row: dict[str, Any]) -> Told:
    return Told(
        row["id"],
        row["kind"],
        _in_languages(row, "title"),
        row["impact"],
        tuple(row["components"]),
        _moment(row["begins_at"]),
        _moment(row["ends_at"]) if row["ends_at"] else None,
        _moment(row["resolved_at"]) if row["resolved_at"] else None,
        tuple(
            Update(each["id"], each["stage"], _in_languages(each, "text"), _moment(each["told_at"]))
            for each in row["updates"]
        ),
    )


def _in_languages(row: dict[str, Any], name: str) -> dict[str, str]:
    english = row[f"{name}_en"]
    return {"en": english, "es": row[f"{name}_es"] or english}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
