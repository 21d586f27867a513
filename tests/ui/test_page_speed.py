"""The measurement of the page: every view and filter change is measured on a small compilation, and what
does not depend on the machine's speed is within its bar.
"""

import re
from collections import Counter
from urllib.request import urlopen

import pytest

from analysis.page_speed import BARS, MOST_BYTES, measure
from snapshard.region import parse_region


@pytest.fixture(scope="module")
def figures(chromium, url):
    return measure(chromium, url.rstrip("/"), genes=2, repeats=1)


def test_every_view_and_filter_change_is_measured(figures):
    assert set(figures["milliseconds"]) == set(BARS)
    for name, times in figures["milliseconds"].items():
        assert times["repeats"] == 1, name
        assert times["bar"] == BARS[name]
        assert 0 < times["min"] == times["median"] == times["p95"]
    for name, milliseconds in figures["response"].items():
        assert 0 < milliseconds < figures["milliseconds"][name]["median"], name


def test_the_layout_does_not_shift(figures):
    assert figures["layout_shift"] == 0


def test_scripts_and_styles_are_within_the_bar(figures):
    files = figures["bytes"]["files"]
    suffixes = {path.rpartition(".")[2] for path in files}
    assert suffixes == {"js", "css"}
    assert 0 < figures["bytes"]["sum"] == sum(files.values()) <= MOST_BYTES


def test_the_busiest_window_is_the_one_in_which_most_junctions_start(figures, url):
    path = "sim/junctions:export.tsv?columns=chromosome,start&about=false"
    lines = urlopen(f"{url}api/v1/compilations/{path}").read().decode().splitlines()
    places = [line.split("\t") for line in lines if re.match(r"chr\d+\t", line)]
    counts = Counter((chrom, (int(start) - 1) // 1_000_000) for chrom, start in places)
    (text,) = figures["views"]["busiest 1 Mb"]
    region = parse_region(text, "GRCh38")
    assert region.start % 1_000_000 == 1
    assert region.end - region.start + 1 == 1_000_000
    assert counts[region.chrom, region.start // 1_000_000] == max(counts.values())
