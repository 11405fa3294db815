"""The front page of the administration: what waits, what happens, how the installation is."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest

from fhirapi.audit.models import AuditRecord
from portal.operations import queues, tally
from portal.operations.health import health
from portal.ui.plots import Bar, BarPlot, bar_plot

Action = AuditRecord.Action

_DAYS = 14
_PLOTS: tuple[tuple[str, set[str], str], ...] = (
    ("Sign-ins per day", {Action.SIGN_IN}, "denied"),
    ("API reads and searches per day", {Action.READ, Action.SEARCH}, "denied"),
    ("Registrations per day", {Action.REGISTER}, ""),
)


def context(request: HttpRequest) -> dict[str, Any]:
    shown: dict[str, Any] = {"queues": queues.waiting(request)}
    if request.user.has_perm("portal.see_operations"):
        shown |= {"plots": _plots(), "health": health()}
    return shown


def _plots() -> list[dict[str, Any]]:
    first = tally.today() - timedelta(days=_DAYS - 1)
    tallies = tally.since(first)
    return [
        {"words": words, "part_words": part, "plot": _plot(tallies, first, actions)}
        for words, actions, part in _PLOTS
    ]


def _plot(tallies: list[tally.Tally], first: date, actions: set[str]) -> BarPlot | None:
    days = tally.by_day(tallies, first, actions)
    return bar_plot([Bar(f"{day:%m/%d/%Y}", total, denied) for day, total, denied in days])
