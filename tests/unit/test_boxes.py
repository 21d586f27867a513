"""Box plots by their numbers, against a naive calculation and matplotlib, and by what they draw."""

import doctest
import re
import statistics
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.cbook import boxplot_stats

from snapshard.measures import box_of, boxes
from snapshard_ui.pictures import MOST_POINTS, BoxFigure, BoxPanel, BoxRow, draw_boxes
from snapshard_ui.pictures.value_scale import ValueScale

SVG = "{http://www.w3.org/2000/svg}"
AMOUNTS = st.lists(st.integers(1, 10_000), min_size=1, max_size=60)
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=60)
DOT = re.compile(r"M([-\d.]+) ([-\d.]+)h0")


def naive_box(values):
    """The box by a plain reading of its definition."""
    ordered = sorted(map(float, values))
    quartiles = [ordered[0]] * 3
    if len(ordered) > 1:
        quartiles = statistics.quantiles(ordered, n=4, method="inclusive")
    q1, median, q3 = quartiles
    reach = 1.5 * (q3 - q1)
    inside = [value for value in ordered if q1 - reach <= value <= q3 + reach]
    return [min(inside[0], q1), q1, median, q3, max(inside[-1], q3)]


@given(AMOUNTS)
def test_a_box_is_that_of_its_definition(values):
    box = box_of(np.array(values))
    assert box.n == len(values)
    assert [box.low, box.q1, box.median, box.q3, box.high] == pytest.approx(naive_box(values))
    assert (box.q1, box.median, box.q3) == pytest.approx(np.percentile(values, [25, 50, 75]))


@given(SHARES)
def test_a_box_is_that_of_matplotlib(values):
    box, (other,) = box_of(np.array(values)), boxplot_stats(values)
    assert [box.q1, box.median, box.q3] == pytest.approx(
        [other[name] for name in ("q1", "med", "q3")]
    )
    assert box.low <= box.q1 <= box.median <= box.q3 <= box.high
    # Values a rounding error from the longest whisker may be on either side.
    reach = 1.5 * (box.q3 - box.q1)
    fences = (box.q1 - reach, box.q3 + reach)
    if all(abs(value - fence) > 1e-9 for value in values for fence in fences):
        assert (box.low, box.high) == pytest.approx((other["whislo"], other["whishi"]))


def test_the_examples_of_the_definition_hold():
    result = doctest.testmod(boxes)
    assert result.attempted
    assert not result.failed


def row(label, values, sample_count=1_000):
    array = np.array(values, np.float64)
    return BoxRow(label, array, box_of(array), sample_count)


def tree(*rows, width=1_000.0, is_share=False, theme="light"):
    figure = BoxFigure("heading", (BoxPanel("panel", rows),), "unit", "remarks.", width, is_share)
    return ElementTree.fromstring(draw_boxes(figure).svg(theme))


def rows_of(svg):
    return {
        group.get("data-group"): group
        for group in svg.iter(f"{SVG}g")
        if group.get("class") == "row"
    }


def plot(svg):
    """The pixels of the outermost grid lines."""
    xs = [float(line.get("x1")) for line in svg.iter(f"{SVG}line") if line.get("class") == "grid"]
    return min(xs), max(xs)


def dots(group):
    return [(float(x), float(y)) for x, y in DOT.findall(group.find(f"{SVG}path").get("d"))]


@given(SHARES)
def test_boxes_and_points_of_shares_are_at_their_pixels(values):
    svg = tree(row("a", values), is_share=True)
    left, right = plot(svg)
    box, group = box_of(np.array(values)), rows_of(svg)["a"]

    def pixel(value):
        return pytest.approx(left + (right - left) * value, abs=0.02)

    rectangle, median = group.find(f"{SVG}rect"), group.find(f"{SVG}line[@class='median']")
    assert float(rectangle.get("x")) == pixel(box.q1)
    assert float(rectangle.get("x")) + float(rectangle.get("width")) == pixel(box.q3)
    assert float(median.get("x1")) == pixel(box.median)
    whiskers = [float(line.get("x1")) for line in group.iter(f"{SVG}line") if line is not median]
    assert whiskers == [pixel(box.low)] * 2 + [pixel(box.high)] * 2
    xs = [x for x, _ in dots(group)]
    assert len(xs) == len(values)
    assert xs == [pixel(value) for value in sorted(values)]


@given(AMOUNTS, AMOUNTS)
def test_amounts_are_on_one_logarithmic_scale(first, second):
    svg = tree(row("a", first), row("b", second))
    xs = {name: [x for x, _ in dots(group)] for name, group in rows_of(svg).items()}
    assert {name: len(values) for name, values in xs.items()} == {"a": len(first), "b": len(second)}
    places = sorted(zip([*sorted(first), *sorted(second)], [*xs["a"], *xs["b"]], strict=True))
    low, high = places[0], places[-1]
    for value, x in places:
        if high[0] > low[0]:
            share = np.log(value / low[0]) / np.log(high[0] / low[0])
            assert x == pytest.approx(low[1] + share * (high[1] - low[1]), abs=0.05)
        else:
            assert x == low[1]


@given(st.lists(AMOUNTS, min_size=1, max_size=5), st.sampled_from([320.0, 1_000.0]))
def test_nothing_is_outside_of_the_picture_and_rows_do_not_touch(groups, width):
    svg = tree(
        *[row(f"group {number}", values) for number, values in enumerate(groups)], width=width
    )
    height = float(svg.get("height"))
    bands = []
    for group in rows_of(svg).values():
        heights = [y for _, y in dots(group)]
        assert all(0 <= x <= width for x, _ in dots(group))
        bands.append((min(heights), max(heights)))
    assert all(0 < low <= high < height for low, high in bands)
    assert all(first[1] < second[0] for first, second in pairwise(bands))


def test_the_row_states_n_of_n_and_the_median():
    svg = tree(row("Whole blood", [1, 2, 30], 1_234))
    texts = [text.text for text in rows_of(svg)["Whole blood"].iter(f"{SVG}text")]
    assert texts == ["Whole blood", "3 of 1,234", "2"]
    assert "Whole blood: 3 of 1,234, median 2." in svg.find(f"{SVG}desc").text
    assert svg.find(f"{SVG}title").text == "heading"
    assert (svg.get("role"), svg.get("aria-label")) == ("img", "heading")


def test_a_row_of_many_samples_has_only_the_points_beyond_the_whiskers():
    values = [*range(10_000, 10_000 + MOST_POINTS), 1, 900_000]
    group = rows_of(tree(row("a", values)))["a"]
    assert len(dots(group)) == 2
    assert len(dots(rows_of(tree(row("a", values[:MOST_POINTS])))["a"])) == MOST_POINTS


def test_a_figure_without_rows_says_why():
    svg = ElementTree.fromstring(
        draw_boxes(BoxFigure("heading", (), "unit", "No sample has it.")).svg("light")
    )
    assert "No sample has it." in [text.text for text in svg.iter(f"{SVG}text")]


@given(st.floats(0.001, 10_000), st.floats(1, 10_000))
def test_ticks_are_round_values_apart_from_each_other(lowest, factor):
    scale = ValueScale.of_amounts(lowest, lowest * factor, 100, 900)
    ticks = scale.ticks(44)
    assert ticks
    assert all(scale.lowest <= tick <= scale.highest for tick in ticks)
    pixels = [scale.pixel(tick) for tick in ticks]
    assert all(b - a >= 43.9 for a, b in pairwise(pixels))
    assert all(f"{tick:e}"[0] in "125" for tick in ticks)


@pytest.mark.parametrize(
    "arguments", [(1, 1, 0, 10, False), (0, 1, 0, 10, True), (0, 1, 10, 10, False)]
)
def test_a_scale_without_length_is_refused(arguments):
    *numbers, is_log = arguments
    with pytest.raises(ValueError, match="expected"):
        ValueScale(*numbers, is_log=is_log)
