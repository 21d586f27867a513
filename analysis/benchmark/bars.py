"""The bars that Snapshard has to clear, each a ratio of times (or bytes) of one run, and whether it
does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from analysis.benchmark.figures import Figures
from analysis.growth.latency import flatness

OURS, SERVED = "library-25", "http-25"
"""A chromosome a shard, which is how a release is cut where nobody says otherwise."""
_ANCESTOR = "postgres"
_SNAPTRON = 4.2
"""Queries a second that the original Snaptron answered at best."""


@dataclass(frozen=True)
class Measured:
    """One figure of a bar: what it is, its value as text, and whether it is where it should be
    (None: there is no bar for it).
    """

    what: str
    value: str
    reached: bool | None = None


@dataclass(frozen=True)
class Bar:
    """What is asked, the goal in words, and how it is computed."""

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


def _rows(found: Figures) -> list[Measured]:
    return [
        _at_most("of tabix", found.ratio("rows", SERVED, "tabix"), 0.8),
        _at_least("the ancestor's way", found.ratio("rows", _ANCESTOR, SERVED), 3),
        _speed("text", found.fact("window_bytes"), found.median("rows", SERVED)),
    ]


def _filtered_rows(found: Figures) -> list[Measured]:
    return [
        _at_most("of SQLite", found.ratio("filtered-rows", SERVED, "sqlite"), 1.5),
        _at_least("the ancestor's way", found.ratio("filtered-rows", _ANCESTOR, SERVED), 1.5),
        _speed("text", found.fact("frequent_bytes"), found.median("filtered-rows", SERVED)),
    ]


def _two_columns(found: Figures) -> list[Measured]:
    others = {"SQLite": "sqlite", "the ancestor's way": _ANCESTOR}
    ours = {"library": OURS, "HTTP": SERVED}
    return [
        _at_least(f"{name}, {way}", found.ratio("two-columns", other, own), 1) if way == "library"
        else Measured(f"{name}, {way}", f"{found.ratio('two-columns', other, own):.2f} ×")
        for way, own in ours.items()
        for name, other in others.items()
    ]  # fmt: skip


def _counts(found: Figures) -> list[Measured]:
    measured = []
    for title, workload in (("count", "count"), ("filtered count", "filtered-count")):
        measured.append(
            _at_least(f"{title}: the ancestor's way", found.ratio(workload, _ANCESTOR, OURS), 10)
        )
        measured.append(_at_least(f"{title}: DuckDB", found.ratio(workload, "duckdb", OURS), 1))
    return measured


def _window(found: Figures) -> list[Measured]:
    bars = ((OURS, "library", 3, 10), (SERVED, "HTTP", 6, 15))
    measured = []
    for system, way, half, most in bars:
        measured.append(_milliseconds(f"{way} p50", found.median("window-1000", system), half))
        measured.append(
            _milliseconds(f"{way} p99", found.quantile("window-1000", system, 0.99), most)
        )
    return measured


def _flat(found: Figures) -> list[Measured]:
    answers = found.parts["growth-answers"]
    ways = {"window": "library", "window_json": "HTTP JSON"}
    asked = [(kind, way, part) for kind, way in ways.items() for part in ("p50", "p99")]
    return [
        _at_most(f"{way} {part}", flatness(answers, kind, part), 1.2) for kind, way, part in asked
    ]


def _one_junction(found: Figures) -> list[Measured]:
    return [
        _milliseconds("library", found.median("one-junction", OURS), 2),
        _at_least("pysam", found.ratio("one-junction", "pysam", OURS), 8),
        _at_least("the text file", found.ratio("one-junction", "text", OURS), 80),
    ]


def _subset(found: Figures) -> list[Measured]:
    return [_at_least("pure Python (pysam's lines)", found.ratio("subset-3000", "pysam", OURS), 3)]


def _genome(found: Figures) -> list[Measured]:
    wall, apart = found.median("genome-count", OURS), found.median("genome-count", "apart-25")
    return [
        Measured("wall", f"{1000 * wall:.1f} ms", wall <= apart / 1.7 + 0.005),
        Measured("sum of the shards, each alone", f"{1000 * apart:.1f} ms"),
    ]


def _disk(found: Figures) -> list[Measured]:
    ancestor = found.size(_ANCESTOR)
    stored = found.size(OURS, "junction", "junction_block")
    beside = found.size(OURS) - stored
    return [
        _at_most("of the ancestor's", stored / ancestor, 0.85),
        Measured("summaries and density", f"{beside / ancestor:.2f} ×"),
    ]


def _load(found: Figures) -> list[Measured]:
    raw = found.loaded(_ANCESTOR, "rows")
    return [
        _at_least("checks on, rows and payload", raw / found.loaded("library-1", "bare rows"), 0.6),
        Measured(
            "with indexes and summaries",
            f"{raw / found.loaded('library-1', 'rows', 'indexes'):.2f} ×",
        ),
        Measured(
            "and read back", f"{raw / found.loaded('library-1', 'rows', 'indexes', 'verify'):.2f} ×"
        ),
    ]


def _clients(found: Figures) -> list[Measured]:
    run = next(
        one
        for one in found.parts["clients"]["runs"]
        if (one["mix"], one["clients"]) == ("GeneWindows", 32)
    )
    speed, errors = run["requests_per_second"], run["errors"]
    return [
        Measured("errors", f"{errors}", not errors),
        Measured("requests/s", f"{speed:.0f}", speed >= 10 * _SNAPTRON),
        Measured("p99", f"{run['ms']['p99']:.0f} ms"),
        Measured("limited by", run["limit"]),
    ]


BARS = (
    Bar("rows with samples, chr1:0–25 Mb, HTTP", "≤ 0.8 × tabix to /dev/null; ≥ 3 × the ancestor's way (aim 5)", _rows),
    Bar("the same, samples_count >= 100", "≤ 1.5 × SQLite in process (aim 1.0); ≥ 1.5 × the ancestor's way", _filtered_rows),
    Bar("two columns without an index, rows without samples", "ahead of SQLite and of the ancestor's way", _two_columns),
    Bar("count, filtered count, library", "≥ 10 × the ancestor's way; ahead of DuckDB", _counts),
    Bar("100 kb, 1,000 rows without samples", "p50 ≤ 3 / 6 ms, p99 ≤ 10 / 15 ms (library / HTTP JSON)", _window),
    Bar("the same from 1 M to 30 M junctions", "flat within 20 % (growth.md)", _flat),
    Bar("one junction over 9,662 samples, library", "≤ 2 ms; ≥ 8 × pysam (file open); ≥ 80 × the text file", _one_junction),
    Bar("1 Mb cut to 3,000 samples, library", "≥ 3 × pure Python over text rows (aim 5)", _subset),
    Bar("whole-genome filtered count, 25 shards", "≤ (sum of the shards, each alone) / 1.7 + 5 ms", _genome),
    Bar("32 clients on gene windows", "no error; ≥ 10 × the original Snaptron's 4.2 requests/s; the limit named", _clients),
    Bar("disk: rows, payload, indexes", "≤ 0.85 × the ancestor's table with its index (aim 0.6)", _disk),
    Bar("load, one connection", "≥ 0.6 × raw COPY into the ancestor's table before indexes (aim 0.8)", _load),
)  # fmt: skip
