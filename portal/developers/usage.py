"""Plots of an app's requests: how many, how many failed, how long they took; and its limits."""

from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from fhirapi.requestlog import reading, rollup
from fhirapi.smart.clients import assertion, clients
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.kinds import KINDS
from portal.developers.log import DEFAULT, RANGES
from portal.developers.own import own_app
from portal.developers.rate import rate_in_words
from portal.documentation.codes import remedy
from portal.ui.plots import Bar, LinePlot, Point, bar_plot, line_plot

_YEAR = "1y"
_RANGES = {**RANGES, _YEAR: (gettext_lazy("Last 12 months"), timedelta(days=365))}
_UNITS = {"1h": "minute", "24h": "hour", "7d": "day", "30d": "day", _YEAR: "week"}
_STEPS = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}  # fmt: skip
_ROLLED_UP = ("day", "week")
"""Slots of the practice's days, which are counted when they are over: a month reads no log."""
_FORMATS = {"minute": "g:i A", "hour": "m/d g A", "day": "m/d/Y", "week": "m/d/Y"}


@require_safe
@signed_in
def usage(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    chosen = request.GET.get("range", DEFAULT)
    chosen = chosen if chosen in _RANGES else DEFAULT
    unit, since = _UNITS[chosen], timezone.now() - _RANGES[chosen][1]
    told = _figures(client_id, since, unit)
    slots = _every_slot(told["slots"], since, unit)
    total = told["total"]
    context = {
        "app": app,
        "ranges": [(name, words, name == chosen) for name, (words, _length) in _RANGES.items()],
        "is_rolled_up": unit in _ROLLED_UP,
        "is_year": chosen == _YEAR,
        "total": total,
        "error_rate": 100 * total["errors"] / total["requests"] if total["requests"] else 0,
        "requests": bar_plot([_bar(each, unit) for each in slots]),
        "median": _durations(told["slots"], "p50", unit),
        "slowest": _durations(told["slots"], "p95", unit),
        "routes": told["routes"],
        "errors": [(each, remedy(each["error"], 400)) for each in told["errors"]],
        "limits": [(_("Requests"), rate_in_words(client_id)), *_limits(KINDS[app.kind].has_keys)],
    }
    return render(request, "developers/usage.html", context)


def _figures(client_id: str, since: datetime, unit: str) -> dict[str, Any]:
    if unit in _ROLLED_UP:
        return rollup.figures(client_id, timezone.localdate(since, _practice()), unit)
    zone = timezone.get_current_timezone_name()
    return reading.figures(client_id, since, unit=unit, zone=zone)


def _practice() -> tzinfo:
    return timezone.get_default_timezone()


def _every_slot(told: list[dict[str, Any]], since: datetime, unit: str) -> list[dict[str, Any]]:
    """Those without a request as well: a gap is a fact."""
    known = {each["slot"]: each for each in told}
    zone = _practice() if unit in _ROLLED_UP else None
    slot, end = _floor(timezone.localtime(since, zone), unit), timezone.localtime(timezone=zone)
    slots = []
    while slot <= end.replace(tzinfo=None):
        name = slot.isoformat()
        slots.append(known.get(name, {"slot": name, "requests": 0, "errors": 0}))
        slot += _STEPS[unit]
    return slots


def _floor(when: datetime, unit: str) -> datetime:
    when = when.replace(second=0, microsecond=0, tzinfo=None)
    if unit != "minute":
        when = when.replace(minute=0)
    if unit in ("day", "week"):
        when = when.replace(hour=0)
    return when - timedelta(days=when.weekday()) if unit == "week" else when


def _bar(slot: dict[str, Any], unit: str) -> Bar:
    return Bar(_words(slot, unit), slot["requests"], slot["errors"])


def _durations(slots: list[dict[str, Any]], name: str, unit: str) -> LinePlot | None:
    return line_plot([
        Point(_when(each), round(each[name], 2), f"{each[name]:.1f} ms ({_words(each, unit)})")
        for each in slots
    ])  # fmt: skip


def _words(slot: dict[str, Any], unit: str) -> str:
    return date_format(_when(slot), _FORMATS[unit])


def _when(slot: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(slot["slot"])


def _limits(has_keys: bool) -> list[tuple[str, str]]:
    """Those that do not depend on how much an app asks."""
    lifetime, registrations = settings.ACCESS_TOKEN_LIFETIME, settings.REGISTRATIONS_AN_HOUR
    code = settings.OAUTH2_PROVIDER["AUTHORIZATION_CODE_EXPIRE_SECONDS"]
    told = [
        (
            _("A search"),
            _("Is stopped after 20 seconds, unless the operator has set another time."),
        ),
        (_("A request"), filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)),
        (_("An access token"), _("%(count)d minutes") % {"count": lifetime // 60}),
        (_("An authorization code"), _("%(count)d seconds, once") % {"count": code}),
        (_("Client secrets at a time"), str(clients.MOST_SECRETS)),
        (
            _("Apps that register themselves"),
            _("%(count)d an hour from one address") % {"count": registrations},
        ),
    ]
    if has_keys:
        minutes = assertion.LONGEST // 60
        told.append((_("A signed assertion"), _("%(count)d minutes, once") % {"count": minutes}))
    return told
