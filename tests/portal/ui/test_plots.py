"""Plots stay inside their area, whatever the values are."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.ui.plots import Bar, Point, bar_plot, line_plot

VALUES = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
SERIES = st.lists(st.tuples(st.integers(0, 20_000), VALUES), min_size=1, max_size=40)


def points(series: list[tuple[int, float]]) -> list[Point]:
    return [Point(date(1990, 1, 1) + timedelta(days), value, "") for days, value in series]


@given(SERIES)
def test_every_dot_is_inside_the_area(series):
    plot = line_plot(points(series))
    assert all(0 <= dot.x <= 100 and 0 <= dot.y <= 100 for dot in plot.dots)


@given(SERIES)
def test_a_higher_value_stands_higher(series):
    plot = line_plot(points(series))
    by_time = sorted(series, key=lambda each: each[0])
    places = sorted(
        zip((value for _, value in by_time), plot.dots, strict=True), key=lambda x: x[0]
    )
    heights = [dot.y for _, dot in places]
    assert heights == sorted(heights, reverse=True)


@given(SERIES, VALUES, VALUES)
def test_the_usual_range_is_inside_the_area(series, one, other):
    band = line_plot(points(series), low=min(one, other), high=max(one, other)).band
    assert band.y >= 0
    assert band.height >= 0
    assert band.y + band.height <= 100.01


@given(SERIES)
def test_gridlines_are_few_and_reach_from_top_to_bottom(series):
    lines = line_plot(points(series)).gridlines
    assert 2 <= len(lines) <= 8
    assert (lines[0].y, lines[-1].y) == (0, 100)


def test_gridlines_are_round_numbers():
    plot = line_plot(points([(0, 4.9), (30, 6.8)]), low=4, high=5.6)
    assert [line.words for line in plot.gridlines] == ["7", "6", "5", "4"]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40))
def test_gridlines_of_counts_are_whole_numbers(amounts):
    lines = bar_plot([Bar("", each) for each in amounts]).gridlines
    assert all(line.words.isdecimal() for line in lines)
    assert 2 <= len(lines) <= 8


def test_small_counts_have_a_line_for_each():
    lines = bar_plot([Bar("Mon", 2), Bar("Tue", 1)]).gridlines
    assert [line.words for line in lines] == ["2", "1", "0"]


def test_a_single_value_stands_in_the_middle():
    assert [dot.x for dot in line_plot(points([(5, 7)])).dots] == [50]


def test_bars_stand_on_the_ground_and_hold_their_part():
    first, second = bar_plot([Bar("Mon", 10, 5), Bar("Tue", 0)]).bars
    assert (first.y, first.height) == (0, 100)
    assert (first.part_y, first.part_height) == (50, 50)
    assert second.height == 0


def test_nothing_is_plotted_of_nothing():
    assert line_plot([]) is None
    assert bar_plot([]) is None
