"""Pictures: their structure, not their pixels."""

from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts import axis
from charts.element import width_of
from charts.layers import Band, Bars, Dots, Limit, Line
from charts.palette import HIGH, LOW, TARGET, VERY_HIGH, VERY_LOW
from charts.plot import Plot, draw
from charts.room import spread
from charts.small import Day, Days, draw_days, in_a_row
from charts.stack import Part, draw_stack
from charts.strips import Lane, Span, Strip, Strips, draw_strips

SVG = "{http://www.w3.org/2000/svg}"
X, Y = axis.hours(), axis.numbers([0, 300], "mg/dL")


def plot(*layers: object, limits: tuple[Limit, ...] = ()) -> ElementTree.Element:
    return ElementTree.fromstring(draw(Plot("Title", "What it shows", X, Y, layers, limits)))  # type: ignore[arg-type]  # any layers


def texts(svg: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in svg.iter(f"{SVG}text")]


def series(svg: ElementTree.Element) -> dict[str | None, str | None]:
    return {each.get("data-series"): each.get("data-points") for each in svg.iter(f"{SVG}g")}


def test_a_plot_says_what_it_is_to_those_who_cannot_see_it() -> None:
    svg = plot(Line("median", [(0, 100), (60, 120)]))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Title. What it shows"
    assert [each.tag for each in list(svg)[:2]] == [f"{SVG}title", f"{SVG}desc"]


def test_every_layer_is_a_named_group_with_its_count_and_stands_in_the_legend() -> None:
    svg = plot(
        Band("band", [(0, 80, 120), (15, 90, 130)]), Line("median", [(0, 100), (15, None), (30, 120)]),
        Dots("readings", [(0, 100)]), Bars("hours", [(0, 5), (60, None)]),
    )  # fmt: skip
    assert series(svg) == {"band": "2", "median": "2", "readings": "1", "hours": "1"}
    assert {"band", "median", "readings", "hours"} <= set(texts(svg))


def test_nothing_is_drawn_across_a_gap() -> None:
    whole = plot(Line("a", [(0, 1), (10, 2), (20, 3), (30, 4)]))
    broken = plot(Line("a", [(0, 1), (10, 2), (15, None), (20, 3), (30, 4)]))
    assert [len(list(svg.iter(f"{SVG}path"))) for svg in (whole, broken)] == [1, 2]


def test_a_point_alone_between_gaps_is_seen_as_a_short_line() -> None:
    svg = plot(Line("a", [(0, None), (10, 2), (20, None)]))
    assert len(list(svg.iter(f"{SVG}path"))) == 1


def test_text_from_outside_stays_text() -> None:
    svg = plot(Line("<script>&", [(0, 1)]), limits=(Limit(100, '"><g>'),))
    assert {"<script>&", '"><g>'} <= set(texts(svg))
    assert not list(svg.iter(f"{SVG}script"))


def test_what_lies_beyond_an_axis_is_drawn_at_its_end() -> None:
    assert Y.share(9999) == 1
    assert Y.share(-9999) == 0


@given(st.lists(st.floats(-1e4, 1e4), max_size=5))
def test_an_axis_covers_its_values_with_a_handful_of_ticks(values: list[float]) -> None:
    made = axis.numbers(values, "kg")
    assert all(made.lo - 1e-6 <= each <= made.hi + 1e-6 for each in values)
    assert 2 <= len(made.ticks) <= 12


@pytest.mark.parametrize("days", [1, 7, 14, 30, 90, 365, 3650])
def test_an_axis_of_dates_never_says_more_than_fits(days: int) -> None:
    made = axis.dates(date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + days - 1))
    assert made.hi == days
    assert 1 <= len(made.ticks) <= 10


@given(st.lists(st.floats(0, 200), max_size=6))
def test_words_of_limits_keep_their_order_and_their_distance(places: list[float]) -> None:
    moved = spread(places, 14, 0, 200)
    order = sorted(range(len(places)), key=lambda n: places[n])
    assert all(moved[two] - moved[one] >= 14 - 1e-6 for one, two in pairwise(order))
    assert all(-1e-6 <= each <= 200 + 1e-6 for each in moved)


def test_a_stack_draws_each_share_and_says_it() -> None:
    parts = [Part(70, "Target 70.0 %", "70–180", TARGET), Part(0, "Low 0.0 %", "54–69", LOW)]
    svg = ElementTree.fromstring(draw_stack("Time in ranges", "words", parts))
    shares = {each.get("data-series"): each.get("data-share") for each in svg.iter(f"{SVG}g")}
    assert shares == {"Target 70.0 %": "70.000", "Low 0.0 %": "0.000"}
    assert {"Target 70.0 %", "Low 0.0 %"} <= set(texts(svg))


def test_small_plots_are_one_a_day_also_for_a_day_without_readings() -> None:
    days = [Day("Mon", [(0, 60), (5, 200), (10, 100)]), Day("Tue", [])]
    svg = ElementTree.fromstring(draw_days(Days("Each day", "words", days, Y, 70, 180)))
    assert [(each.get("data-day"), each.get("data-points")) for each in svg.iter(f"{SVG}g")] == [
        ("Mon", "3"),
        ("Tue", "0"),
    ]


@pytest.mark.parametrize(("days", "count"), [(1, 7), (7, 7), (8, 8), (14, 7), (15, 8), (28, 7), (29, 8)])
def test_no_row_of_small_plots_begins_for_one_day_alone(days: int, count: int) -> None:
    assert in_a_row(days) == count


def test_each_row_of_small_plots_says_the_ends_of_the_target_range_and_an_empty_day_that_it_is() -> None:
    days = [Day(f"d{n}", [(0, 60)] if n else []) for n in range(14)]
    said = texts(ElementTree.fromstring(draw_days(Days("Each day", "words", days, Y, 70, 180))))
    assert [said.count(words) for words in ("70", "180", "no readings")] == [2, 2, 1]


def test_thousands_of_dots_are_drawn_smaller_than_a_few() -> None:
    few, many = (plot(Dots("a", [(n % 1440, n % 300) for n in range(count)])) for count in (100, 3000))
    assert [float(next(svg.iter(f"{SVG}circle")).get("r", 0)) for svg in (few, many)] == [2.6, 1.1]


def test_a_limit_lies_over_what_is_filled_and_under_points_so_that_neither_is_lost() -> None:
    svg = plot(Dots("dots", [(0, 100)]), Bars("bars", [(0, 150)]), limits=(Limit(100, "limit"),))
    order = [each.get("data-series") or each.get("stroke-dasharray") for each in svg if each.tag != f"{SVG}text"]
    assert [each for each in order if each] == ["bars", "6 3", "dots"]


@pytest.mark.parametrize("top", [1, 33_000, 4_000_000])
def test_the_words_of_an_axis_stand_clear_of_its_ticks(top: float) -> None:
    y = axis.numbers([0, top], "hours")
    svg = ElementTree.fromstring(draw(Plot("T", "w", X, y, [Line("a", [(0, 1)])])))
    ticks = [each for each in svg.iter(f"{SVG}text") if each.get("text-anchor") == "end"]
    assert min(float(each.get("x", 0)) - width_of(each.text or "") for each in ticks) > 18


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_bands_that_touch_differ_in_grey() -> None:
    touching = [(VERY_HIGH, HIGH), (HIGH, TARGET), (TARGET, LOW), (LOW, VERY_LOW)]
    assert [pair for pair in touching if abs(luminance(pair[0]) - luminance(pair[1])) < 30] == []


def test_strips_share_one_axis_of_dates_and_lanes_stand_under_them() -> None:
    days = axis.dates(date(2026, 3, 1), date(2026, 4, 29))
    one = Strip("Pulse, /min", Y, (Dots("pulse", [(0.5, 70), (1.5, None)]),), (Limit(100, "100"),))
    lanes = (
        Lane("BP-SEV (CRIT)", (Span(3, 3, HIGH), Span(40, 59, HIGH)), ((41, "a"),)),
        Lane("a medicine with a name that does not fit beside it", (Span(0, 60, TARGET, "a medicine"),)),
    )
    sheet = Strips("Title", "What it shows", days, (one, one), lanes, 30, ("before", "now"), "a acknowledged")
    svg = ElementTree.fromstring(draw_strips(sheet))
    assert series(svg) == {"pulse": "1", "BP-SEV (CRIT)": "3", lanes[1].words: "1"}
    assert [words for words in ("before", "now", "a", "a acknowledged", "a medicine") if words not in texts(svg)] == []
    dates = [each for each in texts(svg) if each in {words for _, words in days.ticks}]
    assert len(dates) == len(days.ticks)
    right = [float(each.get("x", 0)) + float(each.get("width", 0)) for each in svg.iter(f"{SVG}rect")]
    assert max(right) <= 720
