"""The status as JSON, with the members of Statuspage's summary, so that its readers read it.

https://developer.statuspage.io - beside them: the uptime, and how much of it was measured.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from portal.status import shown
from portal.status.components import Component
from portal.status.reading import Status, Told

Json = dict[str, Any]


def summary(status: Status) -> Json:
    """In English, whoever asks: it is read by programs."""
    with translation.override("en"):
        found = shown.indicator(status)
        return {
            "page": _page(status.now),
            "status": {"indicator": found, "description": str(shown.indicator_words(found))},
            "components": [_component(each, status) for each in shown.components(status)],
            "incidents": _of_kind("incident", status),
            "scheduled_maintenances": _of_kind("maintenance", status),
        }


def away(now: datetime) -> Json:
    """Where the database cannot be asked, which is all that is known then."""
    described = "The database is away: nothing works that needs it."
    return {
        "page": _page(now),
        "status": {"indicator": "critical", "description": described},
    }


def _page(now: datetime) -> Json:
    return {
        "id": "qsmartcare",
        "name": "QSmartCare",
        "url": settings.BASE_URL + reverse("portal:status"),
        "time_zone": "Etc/UTC",
        "updated_at": now.isoformat(),
    }


def _component(each: shown.ShownComponent, status: Status) -> Json:
    measured = status.states.get(each.key)
    percent = each.uptime.percent
    return {
        "id": each.key,
        "name": str(each.words),
        "status": each.state,
        "updated_at": measured.measured_at.isoformat() if measured else None,
        "uptime_90_days_percent": float(percent) if percent is not None else None,
        "measured_90_days_percent": each.uptime.measured,
    }


def _of_kind(kind: str, status: Status) -> list[Json]:
    """What is not over."""
    return [
        _told(each) for each in status.incidents if each.kind == kind and each.resolved_at is None
    ]


def _told(told: Told) -> Json:
    of_maintenance: Json = {}
    if told.ends_at:
        of_maintenance = {
            "scheduled_for": told.begins_at.isoformat(),
            "scheduled_until": told.ends_at.isoformat(),
        }
    names = dict(Component.choices)
    return {
        "id": str(told.id),
        "name": told.title["en"],
        "status": told.updates[0].stage if told.updates else "investigating",
        "impact": "maintenance" if told.ends_at else told.impact,
        "created_at": told.begins_at.isoformat(),
        "updated_at": told.changed_at.isoformat(),
        "resolved_at": told.resolved_at.isoformat() if told.resolved_at else None,
        "shortlink": address_of(told),
        **of_maintenance,
        "components": [{"id": each, "name": str(names[each])} for each in told.components],
        "incident_updates": [
            {
                "id": str(each.id),
                "status": each.stage,
                "body": each.text["en"],
                "created_at": each.told_at.isoformat(),
            }
            for each in told.updates
        ],
    }


def address_of(told: Told) -> str:
    return f"{settings.BASE_URL}{reverse('portal:status')}#incident-{told.id}"
