"""The benchmark's own parts: answers in every form are compared, bars are computed, pages are what
their results say.
"""

import json
import re

import click
import pyarrow as pa
import pytest

from analysis.benchmark import report
from analysis.benchmark.__main__ import _check as check_ratios
from analysis.benchmark.bars import BARS
from analysis.benchmark.checks import Different, check_equal, comparable
from analysis.benchmark.cold import forget, in_memory
from analysis.benchmark.command import Command
from analysis.benchmark.figures import Figures
from analysis.benchmark.question import Question
from analysis.benchmark.ratios import fallen, ratios
from analysis.benchmark.results import Results, record_path
from analysis.benchmark.systems.script import pairs, psi, subset
from analysis.document import filled
from snapshard.junction import NAMES
from snapshard.match import Match
from snapshard.pairs import parse_pairs
from snapshard.region import Region
from snapshard.rows import Rows

LINES = [
    "7\tchr1\t100\t200\t101\t+\t0\tGT\tAG\t0\t0\t,1:3,4:5\t2\t8\t4.000\t4.000\t0",
    "9\tchr1\t150\t300\t151\t-\t0\tGT\tAG\t0\t0\t,4:2\t1\t2\t2.000\t2.000\t0",
]
TEXT = ("\n".join(LINES) + "\n").encode()
EVERYTHING = Question("everything")


def typed(line):
    fields = line.split("\t")
    return tuple(
        float(field) if name.endswith(("avg", "median")) else field
        for name, field in zip(NAMES, fields, strict=True)
    )


def columns(lines):
    records = [typed(line) for line in lines]
    whole = {"snaptron_id", "start", "end", "samples_count", "coverage_sum"}
    return {n: [int(r[i]) if n in whole else r[i] for r in records] for i, n in enumerate(NAMES)}


FORMS = {
    "text in parts": lambda: iter([Rows(TEXT)]),
    "tuples in another order": lambda: [typed(line) for line in reversed(LINES)],
    "lines": lambda: LINES,
    "an Arrow table": lambda: pa.table(columns(LINES)),
    "a command": lambda: Command((("printf", "%s\n", *LINES),), NAMES),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_rows_are_equal_in_every_form(form):
    one, other = (
        comparable("rows", EVERYTHING, answer) for answer in ([Rows(TEXT)], FORMS[form]())
    )
    check_equal("rows", {"one": one, "other": other})


@pytest.mark.parametrize("place", [0, 11, 12, 13, 14, 15])
def test_one_other_field_is_another_answer(place):
    fields = LINES[1].split("\t")
    fields[place] = fields[place][:-1] + "7"
    other = ["\t".join(fields), LINES[0]]
    with pytest.raises(Different, match="library"):
        check_equal(
            "rows",
            {
                "library": comparable("rows", EVERYTHING, LINES),
                "sqlite": comparable("rows", EVERYTHING, other),
            },
        )


def test_rows_beyond_the_region_are_not_compared_where_rows_must_lie_inside():
    inside = Question("inside", (Region("chr1", 1, 250),), Match.CONTAINS)
    assert comparable("rows", inside, LINES) == comparable("rows", inside, LINES[:1])


def test_a_script_cuts_rows_as_the_library_does():
    cut = subset([line.split("\t") for line in LINES], [4])
    assert [row[11:16] for row in cut] == [[",4:5", 1, 5, 5.0, 5], [",4:2", 1, 2, 2.0, 2]]


def test_pairs_of_a_script_are_those_of_the_library():
    assert comparable("coverage", EVERYTHING, parse_pairs([b",1:3,4:5"])) == pairs(",1:3,4:5")


def test_psi_of_a_script():
    assert psi({1: 40, 2: 3, 3: 9}, {1: 20, 2: 1}, {1: 10, 2: 90, 3: 99}) == {
        1: 0.75,
        2: 2 / 92,
        3: -1.0,
    }


def test_a_forgotten_file_is_not_in_memory(tmp_path):
    file = tmp_path / "some"
    file.write_bytes(bytes(1 << 20))
    assert file.read_bytes()
    held = in_memory(file)
    forget(file)
    assert held >= 1 << 20 > in_memory(file)


def test_quantiles_are_times_that_were_taken():
    found = Figures({"warm": {"w": {"seconds": {"s": [[0.3, 0.1], [0.2, 0.4]]}}}})
    assert (
        found.median("w", "s"),
        found.quantile("w", "s", 0.95),
        found.quantile("w", "s", 0.5),
    ) == (
        0.25,
        0.4,
        0.2,
    )


def measured_parts():
    """Results in which everything of ours takes a tenth of a millisecond, everybody else a second."""
    systems = [
        "library-25",
        "http-25",
        "apart-25",
        "sqlite",
        "postgres",
        "pysam",
        "tabix",
        "duckdb",
        "text",
    ]
    ours = {"library-25", "http-25"}
    workloads = [
        "rows",
        "filtered-rows",
        "count",
        "filtered-count",
        "two-columns",
        "window-1000",
        "genome-count",
    ]
    workloads += ["one-junction", "subset-3000"]
    seconds = {name: [[0.0001 if name in ours else 1.0]] for name in systems}
    warm = {
        name: {"title": name, "rows": 1, "questions": 1, "seconds": seconds} for name in workloads
    }
    facts = {"window_bytes": 1e6, "frequent_bytes": 1e6}
    load = {
        "postgres": {"rows": 1.0},
        "library-1": {"rows": 0.5, "bare rows": 0.5, "indexes": 0.1, "verify": 0.1},
    }
    sizes = {
        "postgres": {"table": 10},
        "library-25": {"junction": 1, "junction_block": 1, "density": 1},
    }
    run = {
        "mix": "GeneWindows",
        "clients": 32,
        "errors": 0,
        "requests_per_second": 900,
        "ms": {"p99": 9},
        "limit": "x",
    }
    times = {name: {"ms": {"p50": 1.0, "p99": 1.0}} for name in ("rows1m", "rows30m")}
    elsewhere = {
        "clients": {"runs": [run]},
        "growth-answers": {"window": times, "window_json": times},
    }
    return {
        "warm": warm,
        "compilation": {"facts": facts},
        "load": load,
        "sizes": sizes,
        **elsewhere,
    }


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: bar.what)
def test_every_bar_is_reached_by_who_is_quickest_at_everything(bar):
    assert all(one.reached is not False for one in bar.compute(Figures(measured_parts())))


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: bar.what)
def test_no_bar_is_reached_by_who_is_slowest_at_everything(bar):
    parts = json.loads(json.dumps(measured_parts()))
    for workload in parts["warm"].values():
        for name, times in workload["seconds"].items():
            times[:] = [[100.0]] if name in ("library-25", "http-25") else [[0.01]]
    parts["load"]["postgres"]["rows"] = 0.01
    parts["sizes"]["library-25"]["junction"] = 1000
    parts["clients"]["runs"][0]["errors"] = 1
    parts["growth-answers"]["window"]["rows30m"]["ms"]["p99"] = 2.0
    assert any(one.reached is False for one in bar.compute(Figures(parts)))


def figures_of(ours, others, rows=10):
    """A run of one workload: the times of one question by system."""
    seconds = {"library-25": [ours], "http-25": [[0.001]], **{n: [t] for n, t in others.items()}}
    warm = {"exact": {"seconds": seconds}, "served": {"seconds": {"http-25": [[1.0]]}}}
    return Figures({"warm": warm, "compilation": {"facts": {"rows": rows}}})


def test_a_ratio_is_that_to_the_fastest_other_system():
    times = {"sqlite": [4.0, 4.0, 4.0, 8.0], "duckdb": [9.0, 1.0, 9.0, 9.0]}
    (ratio,) = ratios(figures_of([2.0, 1.0, 2.0, 2.0], times))
    assert (ratio.workload, ratio.system, ratio.ratio) == ("exact", "sqlite", 2.0)
    assert ratio.most == 4.0


def test_only_a_ratio_below_the_record_and_its_noise_has_fallen():
    record = figures_of([1.0], {"sqlite": [2.0]})
    assert fallen(figures_of([1.0], {"sqlite": [2.0]}), record) == []
    assert fallen(figures_of([0.5], {"duckdb": [2.0]}), record) == []
    assert fallen(figures_of([1.0, 2.0, 2.0, 2.0], {"sqlite": [2.0]}), record) == []
    (complaint,) = fallen(figures_of([2.0], {"sqlite": [2.0]}), record)
    assert complaint.startswith("exact: expected 2.00 times sqlite's speed, as recorded; got 1.00")
    with pytest.raises(ValueError, match="expected a run with 10 rows, as the record has, got one"):
        fallen(figures_of([1.0], {"sqlite": [2.0]}, rows=11), record)


def test_the_check_fails_with_the_ratios_that_have_fallen(tmp_path):
    runs = {"good": [1.0], "bad": [2.0]}
    for name, ours in runs.items():
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(figures_of(ours, {"sqlite": [2.0]}).parts))
    good, bad = (Results(tmp_path / f"{name}.json") for name in runs)
    check_ratios(good, good)
    with pytest.raises(click.ClickException, match=r"exact: expected 2\.00"):
        check_ratios(bad, good)


def test_results_measured_again_replace_those_before_and_keep_the_rest(tmp_path):
    path = tmp_path / "benchmark.json"
    Results(path).put("load", "one", {"rows": 1.0})
    Results(path).put("load", "two", {"rows": 2.0})
    Results(path).put("load", "one", {"rows": 3.0})
    assert Results(path).parts["load"] == {"one": {"rows": 3.0}, "two": {"rows": 2.0}}


def record():
    return report.recorded(Results(record_path()).parts)


def test_the_page_says_what_the_results_say():
    page = report.DOCUMENT.read_text(encoding="utf-8")
    assert page == filled(page, report.tables(record()))


def test_the_readme_quotes_what_the_results_say():
    page = report.README.read_text(encoding="utf-8")
    assert page == filled(page, {"benchmark": lambda: report.main_figures(record())})


def test_the_page_shows_plots_that_are_there():
    page = report.DOCUMENT.read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", page)
    assert all((report.DOCUMENT.parent / path).exists() for path in shown)
