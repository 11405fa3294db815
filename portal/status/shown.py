"""What was read, as people and programs are told it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from portal.status.components import MAINTENANCE, UNKNOWN, WORDS, Component, State
from portal.status.keeping import DAYS
from portal.status.reading import Minutes, Status, Told, Update

STALE = timedelta(minutes=5)
"""What was measured longer ago is no present state."""
_A_DAY = 24 * 60
_NOTHING = Minutes(0, 0, 0)
_LOOKS = {
    State.OPERATIONAL: "good",
    State.DEGRADED: "warn",
    State.DOWN: "bad",
    MAINTENANCE: "warn",
    UNKNOWN: "",
}
"""Classes of badges and bars."""
_HEIGHTS = {State.OPERATIONAL: 34, State.DEGRADED: 26, State.DOWN: 18, UNKNOWN: 6}
"""Of bars, of 34: colour is not all that tells them apart."""
STAGES = {
    "investigating": gettext_lazy("Investigating"),
    "identified": gettext_lazy("Identified"),
    "monitoring": gettext_lazy("Monitoring"),
    "resolved": gettext_lazy("Resolved"),
    "scheduled": gettext_lazy("Scheduled"),
    "in_progress": gettext_lazy("In progress"),
    "completed": gettext_lazy("Completed"),
}
_INDICATORS: dict[str, str | Promise] = {
    "none": gettext_lazy("Everything works"),
    "minor": gettext_lazy("Some of it is slow or limited"),
    "major": gettext_lazy("Part of it is not available"),
    "critical": gettext_lazy("It is not available"),
    "maintenance": gettext_lazy("Maintenance is under way"),
    "unknown": gettext_lazy("Its state is not known: nothing was measured lately"),
}
_GRAVITY = ("none", "minor", "major", "critical")


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    look: str
    words: str


@dataclass(frozen=True)
class Uptime:
    percent: Decimal | None
    """Of the minutes that were measured, rounded down; None where none was."""
    measured: int
    """Percent of the days' minutes up to now."""


@dataclass(frozen=True)
class ShownComponent:
    key: str
    words: str | Promise
    state: str
    state_words: str | Promise
    look: str
    since: datetime | None
    bars: tuple[Bar, ...]
    uptime: Uptime
    troubled: tuple[str, ...]
    """In words, the days that were not all well; the last one first."""


@dataclass(frozen=True)
class ShownUpdate:
    stage: str | Promise
    text: str
    told_at: datetime


@dataclass(frozen=True)
class ShownIncident:
    id: int
    title: str
    impact: str
    look: str
    components: tuple[str | Promise, ...]
    begins_at: datetime
    ends_at: datetime | None
    resolved_at: datetime | None
    updates: tuple[ShownUpdate, ...]


def is_under_way(told: Told, status: Status) -> bool:
    return told.resolved_at is None and told.begins_at <= status.now


def state_of(component: str, status: Status) -> str:
    """As it is now."""
    maintenance = (each for each in status.incidents if each.kind == "maintenance")
    if any(component in each.components and is_under_way(each, status) for each in maintenance):
        return MAINTENANCE
    measured = status.states.get(component)
    if measured is None or status.now - measured.measured_at > STALE:
        return UNKNOWN
    return measured.state


def indicator(status: Status) -> str:
    """One word for all of it: the worst of what was measured and of what was written."""
    states = [state_of(each, status) for each in Component.values]
    under_way = [each for each in status.incidents if is_under_way(each, status)]
    grave = [each.impact for each in under_way if each.kind == "incident"]
    if State.DEGRADED in states:
        grave.append("minor")
    if down := states.count(State.DOWN):
        grave.append("critical" if down == len(states) else "major")
    worst = max(grave, key=_GRAVITY.index, default="none")
    if worst != "none":
        return worst
    if UNKNOWN in states:
        return "unknown"
    return "maintenance" if MAINTENANCE in states else "none"


def indicator_words(found: str) -> str | Promise:
    return _INDICATORS[found]


def indicator_look(found: str) -> str:
    return {"none": "success", "minor": "warning", "maintenance": "warning", "unknown": ""}.get(
        found, "error"
    )


def components(status: Status) -> list[ShownComponent]:
    return [_component(key, words, status) for key, words in Component.choices]


def _component(key: str, words: str | Promise, status: Status) -> ShownComponent:
    state = state_of(key, status)
    days = list(_days(status))
    found = [status.days.get((key, day), _NOTHING) for day in days]
    measured = status.states.get(key)
    told = [
        _day_words(day, each)
        for day, each in reversed(list(zip(days, found, strict=True)))
        if each.degraded or each.down
    ]
    return ShownComponent(
        key,
        words,
        state,
        WORDS[state],
        _LOOKS[state],
        measured.since if measured and state == measured.state else None,
        tuple(
            _bar(number, day, each)
            for number, (day, each) in enumerate(zip(days, found, strict=True))
        ),
        uptime(found),
        tuple(told),
    )


def _days(status: Status) -> Iterable[date]:
    """The oldest first; days of UTC, as they are counted."""
    today = status.now.astimezone(UTC).date()
    return (today - timedelta(days=ago) for ago in reversed(range(DAYS)))


def uptime(days: list[Minutes]) -> Uptime:
    """Whatever was not measured is neither up nor down."""
    measured = sum(each.measured for each in days)
    if not measured:
        return Uptime(None, 0)
    up = measured - sum(each.down for each in days)
    percent = (Decimal(100 * up) / measured).quantize(Decimal("0.01"), ROUND_DOWN)
    return Uptime(percent, min(100 * measured // (DAYS * _A_DAY), 100))


def _bar(number: int, day: date, minutes: Minutes) -> Bar:
    state = _state_of_day(minutes)
    height = _HEIGHTS[state]
    return Bar(number * 10, 34 - height, height, _LOOKS[state], _day_words(day, minutes))


def _state_of_day(minutes: Minutes) -> str:
    if minutes.down:
        return State.DOWN
    if minutes.degraded:
        return State.DEGRADED
    return State.OPERATIONAL if minutes.operational else UNKNOWN


def _day_words(day: date, minutes: Minutes) -> str:
    when = date_format(day, "SHORT_DATE_FORMAT")
    if not minutes.measured:
        return _("%(day)s: not measured") % {"day": when}
    parts = []
    if minutes.down:
        words = ngettext(
            "%(count)d minute not available", "%(count)d minutes not available", minutes.down
        )
        parts.append(words % {"count": minutes.down})
    if minutes.degraded:
        words = ngettext(
            "%(count)d minute slow or limited", "%(count)d minutes slow or limited",
            minutes.degraded,
        )  # fmt: skip
        parts.append(words % {"count": minutes.degraded})
    return f"{when}: {', '.join(parts) or _('all measured minutes well')}"


def incidents(found: Iterable[Told]) -> list[ShownIncident]:
    return [_incident(each) for each in found]


def _incident(told: Told) -> ShownIncident:
    words = dict(Component.choices)
    return ShownIncident(
        told.id,
        in_language(told.title),
        told.impact,
        "bad" if told.impact in ("major", "critical") else "warn",
        tuple(words.get(each, each) for each in told.components),
        told.begins_at,
        told.ends_at,
        told.resolved_at,
        tuple(_update(each) for each in told.updates),
    )


def _update(told: Update) -> ShownUpdate:
    return ShownUpdate(STAGES[told.stage], in_language(told.text), told.told_at)


def in_language(texts: Mapping[str, str]) -> str:
    """In the page's language."""
    return texts.get((get_language() or "en")[:2], texts["en"])
