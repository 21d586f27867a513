"""The measurement of arrays: its track is what it says, and the page has its figures."""

import random

import pytest

from analysis.document import filled
from analysis.expression import PAGE, STRETCH, measure, tables_of, window, write_track
from analysis.measuring import read_result


def test_the_track_has_its_positions_and_every_question_is_measured(tmp_path):
    track = write_track(tmp_path, 2_001, 3)
    assert (len(track.positions), track.totals.shape) == (2_001, (2_001, 3))
    assert track.positions[-1] == 2_000 * STRETCH + 1
    assert track.sums(1, 2_000 * STRETCH) == pytest.approx(track.totals[-1])
    figures = measure(track, repeats=2)
    assert len(figures) == 5
    assert all(times["median"] > 0 for times in figures.values())


def test_a_window_lies_on_the_chromosome():
    places = random.Random(5)
    for bases in (1, 10, 99, 100, 1_000, None):
        start, end = window(places, 100, bases)
        assert 1 <= start <= end <= 100


def test_the_page_has_the_figures_of_the_results():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, tables_of(read_result("expression")["milliseconds"])) == text
