"""The bars that Snapshard has to reach: each is a goal for a ratio of times (or bytes) of one run."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from analysis.benchmark.figures import Figures
from analysis.growth.latency import flatness

OURS, SERVED = "library-25", "http-25"
"""One shard per chromosome, the default layout of a release."""
_ANCESTOR = "postgres"
_SNAPTRON = 4.2
"""The best throughput of the original Snaptron, in queries per second."""


@dataclass(frozen=True)
class Measured:
    """One figure of a bar: its label, its value as text, and True if it reaches the bar (None: no
    bar applies).
    """

    what: str
    value: str
    reached: bool | None = None


@dataclass(frozen=True)
class Bar:
    """A workload, the goal in words, and the function that computes its figures."""

    what: str
    goal: str
    compute: Callable[[Figures], list[Measured]]


def _at_least(what: str, value: float, bar: float) -> Measured:
    return Measured(what, f"{value:.2f} ×", value >= bar)


def _at_most(what: str, value: float, bar: float) -> Measured:
    return Measured(what, f"{value:.2f} ×", value <= bar)


def _milliseconds(what: str, seconds: float, bar: float) -> Measured:
    return Measured(what, f"{1000 * seconds:.2f} ms", 1000 * seconds <= bar)


def _speed(what: str, size: float, seconds: float) -> Measured:
    return Measured(what, f"{size / seconds / 1e6:.0f} MB/s")


def _rows(figures: Figures) -> list[Measured]:
    return [
        _at_most("of tabix", figures.ratio("rows", SERVED, "tabix"), 0.8),
        _at_least("the ancestor's way", figures.ratio("rows", _ANCESTOR, SERVED), 3),
        _speed("text", figures.fact("window_bytes"), figures.median("rows", SERVED)),
    ]


def _filtered_rows(figures: Figures) -> list[Measured]:
    return [
        _at_most("of SQLite", figures.ratio("filtered-rows", SERVED, "sqlite"), 1.5),
        _at_least("the ancestor's way", figures.ratio("filtered-rows", _ANCESTOR, SERVED), 1.5),
        _speed("text", figures.fact("frequent_bytes"), figures.median("filtered-rows", SERVED)),
    ]


def _two_columns(figures: Figures) -> list[Measured]:
    others = {"SQLite": "sqlite", "the ancestor's way": _ANCESTOR}
    measured = []
    for name, other in others.items():
        ratio = figures.ratio("two-columns", other, OURS)
        measured.append(_at_least(f"{name}, library", ratio, 1))
    for name, other in others.items():
        ratio = figures.ratio("two-columns", other, SERVED)
        measured.append(Measured(f"{name}, HTTP", f"{ratio:.2f} ×"))
    return measured


def _counts(figures: Figures) -> list[Measured]:
    measured = []
    for title, workload in (("count", "count"), ("filtered count", "filtered-count")):
        measured.append(
            _at_least(f"{title}: the ancestor's way", figures.ratio(workload, _ANCESTOR, OURS), 10)
        )
        measured.append(_at_least(f"{title}: DuckDB", figures.ratio(workload, "duckdb", OURS), 1))
    return measured


def _window(figures: Figures) -> list[Measured]:
    bars = ((OURS, "library", 3, 10), (SERVED, "HTTP", 6, 15))
    measured = []
    for system, way, half, most in bars:
        measured.append(_milliseconds(f"{way} p50", figures.median("window-1000", system), half))
        measured.append(
            _milliseconds(f"{way} p99", figures.quantile("window-1000", system, 0.99), most)
        )
    return measured


def _flat(figures: Figures) -> list[Measured]:
    answers = figures.parts["growth-answers"]
    ways = {"window": "library", "window_json": "HTTP JSON"}
    return [
        _at_most(f"{ways[question]} {part}", flatness(answers, question, part), 1.2)
        for question, part in product(ways, ("p50", "p99"))
    ]


def _one_junction(figures: Figures) -> list[Measured]:
    return [
        _milliseconds("library", figures.median("one-junction", OURS), 2),
        _at_least("pysam", figures.ratio("one-junction", "pysam", OURS), 8),
        _at_least("the text file", figures.ratio("one-junction", "text", OURS), 80),
    ]


def _subset(figures: Figures) -> list[Measured]:
    return [
        _at_least("pure Python (pysam's lines)", figures.ratio("subset-3000", "pysam", OURS), 3)
    ]


def _genome(figures: Figures) -> list[Measured]:
    wall, apart = figures.median("genome-count", OURS), figures.median("genome-count", "apart-25")
    return [
        Measured("wall", f"{1000 * wall:.1f} ms", wall <= apart / 1.7 + 0.005),
        Measured("sum of the shards, each alone", f"{1000 * apart:.1f} ms"),
    ]


def _disk(figures: Figures) -> list[Measured]:
    ancestor = figures.size(_ANCESTOR)
    stored = figures.size(OURS, "junction", "junction_block")
    beside = figures.size(OURS) - stored
    return [
        _at_most("of the ancestor's", stored / ancestor, 0.85),
        Measured("summaries and density", f"{beside / ancestor:.2f} ×"),
    ]


def _load(figures: Figures) -> list[Measured]:
    raw = figures.loaded(_ANCESTOR, "rows")
    return [
        _at_least(
            "checks on, rows and payload", raw / figures.loaded("library-1", "bare rows"), 0.6
        ),
        Measured(
            "with indexes and summaries",
            f"{raw / figures.loaded('library-1', 'rows', 'indexes'):.2f} ×",
        ),
        Measured(
            "with verification",
            f"{raw / figures.loaded('library-1', 'rows', 'indexes', 'verify'):.2f} ×",
        ),
    ]


def _clients(figures: Figures) -> list[Measured]:
    run = next(
        run
        for run in figures.parts["clients"]["runs"]
        if (run["mix"], run["clients"]) == ("GeneWindows", 32)
    )
    speed, errors = run["requests_per_second"], run["errors"]
    return [
        Measured("errors", f"{errors}", not errors),
        Measured("requests/s", f"{speed:.0f}", speed >= 10 * _SNAPTRON),
        Measured("p99", f"{run['ms']['p99']:.0f} ms"),
        Measured("limited by", run["limit"]),
    ]


BARS = (
    Bar(
        "rows with samples, chr1:0–25 Mb, HTTP",
        "≤ 0.8 × tabix to /dev/null; ≥ 3 × the ancestor's way (aim 5)",
        _rows,
    ),
    Bar(
        "the same, samples_count >= 100",
        "≤ 1.5 × SQLite in process (aim 1.0); ≥ 1.5 × the ancestor's way",
        _filtered_rows,
    ),
    Bar(
        "two columns without an index, rows without samples",
        "faster than SQLite and the ancestor's way",
        _two_columns,
    ),
    Bar("count, filtered count, library", "≥ 10 × the ancestor's way; faster than DuckDB", _counts),
    Bar(
        "100 kb, 1,000 rows without samples",
        "p50 ≤ 3 / 6 ms, p99 ≤ 10 / 15 ms (library / HTTP JSON)",
        _window,
    ),
    Bar("the same from 1 M to 30 M junctions", "flat within 20 % (growth.md)", _flat),
    Bar(
        "one junction over 9,662 samples, library",
        "≤ 2 ms; ≥ 8 × pysam (file open); ≥ 80 × the text file",
        _one_junction,
    ),
    Bar(
        "1 Mb restricted to 3,000 samples, library",
        "≥ 3 × pure Python over text rows (aim 5)",
        _subset,
    ),
    Bar(
        "whole-genome filtered count, 25 shards",
        "≤ (sum of the shards, each alone) / 1.7 + 5 ms",
        _genome,
    ),
    Bar(
        "32 clients on gene windows",
        "no errors; ≥ 10 × the original Snaptron's 4.2 requests/s; limiting resource reported",
        _clients,
    ),
    Bar(
        "disk: rows, payload, indexes",
        "≤ 0.85 × the ancestor's table with its index (aim 0.6)",
        _disk,
    ),
    Bar(
        "load, one connection",
        "≥ 0.6 × raw COPY into the ancestor's table before indexes (aim 0.8)",
        _load,
    ),
)
