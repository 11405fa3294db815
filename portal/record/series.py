"""Results of the same test together: the latest of each, and all of one as a table and a plot."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhirapi.searchparams import token
from fhirapi.searchparams.keys import key
from portal.record import results
from portal.record.lines import Line, line
from portal.record.results import Figure
from portal.record.schema import Section
from portal.record.words import at, day, moment
from portal.ui.plots import LinePlot, Point, line_plot

_ALL_BITS = 2**64 - 1


@dataclass(frozen=True)
class Series:
    """A test with its newest result."""

    test: str
    """For its address: the search key of the test's code; empty where it has none."""
    newest: Line
    count: int


@dataclass(frozen=True)
class Plotted:
    words: str
    unit: str
    plot: LinePlot
    leaves_out: int
    """Results in another unit, which cannot stand in the same plot."""


def grouped(section: Section, newest_first: list[dict[str, Any]]) -> list[Series]:
    """By name; each test once, with its newest result."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in newest_first:
        groups.setdefault(test_of(each) or at(each, *section.name), []).append(each)
    found = [
        Series(test_of(every[0]), line(section, every[0]), len(every)) for every in groups.values()
    ]
    return sorted(found, key=lambda each: each.newest.name.casefold())


def test_of(observation: dict[str, Any]) -> str:
    for form in _forms(observation):
        return f"{key('Observation', 'code', form) & _ALL_BITS:016x}"
    return ""


def key_of(test: str) -> int | None:
    """The search key, a signed number, from the address of a test."""
    if len(test) != 16 or not all(each in "0123456789abcdef" for each in test):
        return None
    number = int(test, 16)
    return number - 2**64 if number >= 2**63 else number


def plots(observations: list[dict[str, Any]]) -> list[Plotted]:
    """A plot for each kind of number, with the usual range that the newest result names."""
    kinds: dict[str, list[tuple[dict[str, Any], Figure]]] = {}
    for each in observations:
        for figure in results.figures(each):
            kinds.setdefault(figure.words, []).append((each, figure))
    drawn = (_plotted(words, every) for words, every in kinds.items())
    return [each for each in drawn if each]


def _plotted(words: str, every: list[tuple[dict[str, Any], Figure]]) -> Plotted | None:
    newest = every[0][1]
    same = [(each, figure) for each, figure in every if figure.unit == newest.unit]
    points = [point for each, figure in same if (point := _point(each, figure))]
    plot = line_plot(points, low=newest.low, high=newest.high) if len(points) > 1 else None
    return Plotted(words, newest.unit, plot, len(every) - len(points)) if plot else None


def _point(observation: dict[str, Any], figure: Figure) -> Point | None:
    date = at_date(observation)
    when = moment(date)
    if when is None:
        return None
    words = f"{figure.value:g} {figure.unit} ({day(date)})"
    return Point(when, figure.value, words, is_flagged=bool(results.flag(observation)))


def at_date(observation: dict[str, Any]) -> str:
    period = observation.get("effectivePeriod", {})
    found = observation.get("effectiveDateTime") or period.get("start") or period.get("end")
    return str(found or observation.get("effectiveInstant") or observation.get("issued") or "")


def _forms(observation: dict[str, Any]) -> Iterator[str]:
    """The first code with its system, as it is indexed; a code without system as it stands."""
    for coding in observation.get("code", {}).get("coding", [])[:1]:
        found = [each for each in token.forms(coding) if not each.endswith("|")]
        yield from found[-1:]
