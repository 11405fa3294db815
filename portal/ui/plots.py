"""Plots as SVG that the server draws: no script, sharp at every width, a table beside each.

Places are percentages of the plot's area, so that a phone gets the same plot with text of the same
size. Labels stand in HTML around it (``components/_line_plot.html``, ``_bar_plot.html``).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

_STEPS = (1, 2, 2.5, 5, 10)
_LINES = 4  # about as many gridlines as a small plot can bear


@dataclass(frozen=True)
class Point:
    when: date | datetime
    value: float
    words: str
    """As people read it: ``5.4 % (03/05/2024)``."""
    is_flagged: bool = False
    """Outside of what is usual; drawn in another shape, not only in another colour."""


@dataclass(frozen=True)
class Dot:
    x: float
    """Percent of the width, from the left."""
    y: float
    """Percent of the height, from the top."""
    words: str
    is_flagged: bool


@dataclass(frozen=True)
class Segment:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Gridline:
    y: float
    words: str


@dataclass(frozen=True)
class Band:
    """What is usual: a reference range."""

    y: float
    height: float


@dataclass(frozen=True)
class LinePlot:
    dots: list[Dot]
    segments: list[Segment]
    gridlines: list[Gridline]
    band: Band | None
    first: date | datetime
    last: date | datetime


@dataclass(frozen=True)
class Bar:
    words: str
    """Of what, for instance a day."""
    value: float
    part: float = 0
    """How much of the value is of the marked kind, for instance errors."""


@dataclass(frozen=True)
class DrawnBar:
    x: float
    width: float
    y: float
    height: float
    part_y: float
    part_height: float
    words: str
    value: float
    part: float


@dataclass(frozen=True)
class BarPlot:
    bars: list[DrawnBar]
    gridlines: list[Gridline]
    first: str
    last: str


def line_plot(
    points: Sequence[Point], *, low: float | None = None, high: float | None = None
) -> LinePlot | None:
    """Values over time with the usual range ``low`` to ``high``; None where nothing is to plot."""
    if not points:
        return None
    points = sorted(points, key=lambda each: _seconds(each.when))
    known = [*(each.value for each in points), *(x for x in (low, high) if x is not None)]
    scale = _Scale.around(min(known), max(known))
    first, last = _seconds(points[0].when), _seconds(points[-1].when)
    dots = [
        Dot(
            _percent(_seconds(each.when) - first, last - first) if last > first else 50,
            scale.y(each.value),
            each.words,
            each.is_flagged,
        )
        for each in points
    ]
    segments = [Segment(one.x, one.y, two.x, two.y) for one, two in pairwise(dots)]
    return LinePlot(
        dots, segments, scale.gridlines(), _band(scale, low, high), points[0].when, points[-1].when
    )


def bar_plot(bars: Sequence[Bar]) -> BarPlot | None:
    """Amounts side by side from zero up; None where there are no bars."""
    if not bars:
        return None
    highest = max(each.value for each in bars)
    scale = _Scale.around(0, highest, whole=all(isinstance(each.value, int) for each in bars))
    slot = 100 / len(bars)
    drawn = []
    for place, each in enumerate(bars):
        y, part_y = scale.y(each.value), scale.y(each.part)
        drawn.append(
            DrawnBar(
                round(place * slot + slot * 0.1, 2), round(slot * 0.8, 2), y, round(100 - y, 2),
                part_y, round(100 - part_y, 2), each.words, each.value, each.part,
            )
        )  # fmt: skip
    return BarPlot(drawn, scale.gridlines(), bars[0].words, bars[-1].words)


@dataclass(frozen=True)
class _Scale:
    bottom: float
    top: float
    step: float

    @classmethod
    def around(cls, lowest: float, highest: float, *, whole: bool = False) -> "_Scale":
        """Round numbers just outside of what is to be shown; ``whole``: there are no halves."""
        step = _round_up((highest - lowest) / _LINES or abs(highest) / _LINES or 1, whole)
        bottom = math.floor(lowest / step) * step
        top = max(math.ceil(highest / step) * step, bottom + step)
        return cls(bottom, top, step)

    def y(self, value: float) -> float:
        return _percent(self.top - value, self.top - self.bottom)

    def gridlines(self) -> list[Gridline]:
        count = round((self.top - self.bottom) / self.step)
        values = [self.bottom + each * self.step for each in range(count, -1, -1)]
        return [Gridline(self.y(each), f"{round(each, 6):g}") for each in values]


def _band(scale: _Scale, low: float | None, high: float | None) -> Band | None:
    if low is None and high is None:
        return None
    top = scale.y(high) if high is not None else 0
    bottom = scale.y(low) if low is not None else 100
    return Band(top, round(bottom - top, 2))


def _round_up(step: float, whole: bool) -> float:
    power = 10.0 ** math.floor(math.log10(max(step, 1) if whole else step))
    steps = (each * power for each in _STEPS if each * power >= step * 0.999999)
    return next(each for each in steps if each.is_integer() or not whole)


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2)


def _seconds(when: date | datetime) -> float:
    if isinstance(when, datetime):
        return when.timestamp()
    return when.toordinal() * 86400.0
