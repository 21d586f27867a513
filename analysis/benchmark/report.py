"""The report: tables computed from the raw results and written between the markers of
docs/benchmark.md, and the main figures of the README.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from analysis.benchmark import plots
from analysis.benchmark.bars import BARS, OURS, SERVED, Bar
from analysis.benchmark.figures import Figures
from analysis.benchmark.ratios import ratios
from analysis.benchmark.systems.all import SYSTEMS
from analysis.document import filled, table
from analysis.measuring import RESULTS, read_result

ROOT = Path(__file__).parents[2]
DOCUMENT, README = ROOT / "docs" / "benchmark.md", ROOT / "README.md"
_NOTHING = "Not measured yet: `make benchmark SCALE=gtex`."
_TITLES = {system.name: system.title for system in SYSTEMS}
_GROUPS = {
    "ancestor": ("rows", "filtered-rows", "count", "filtered-count", "two-columns"),
    "windows": (
        "overlap-1kb",
        "overlap-10kb",
        "overlap-100kb",
        "overlap-1Mb",
        "overlap-10Mb",
        "window-1000",
        "gene",
    ),
    "single": ("exact", "ids", "one-junction", "psi", "tissues"),
    "subsets": ("subset-1", "subset-100", "subset-3000"),
    "genome": ("genome-count", "genome-filter", "export"),
}
"""The workloads of each table."""
_ELSEWHERE = ("clients", "growth-answers")
_BEFORE = "benchmark-before"
"""The record from before the last tuning."""
_MAIN = ("rows", "filtered-rows", "filtered-count", "window-1000", "one-junction", "subset-3000")
_COMPARED = {
    OURS: "Snapshard, library",
    SERVED: "Snapshard, HTTP",
    "postgres": "one PostgreSQL table",
    "sqlite": "one SQLite table",
    "duckdb": "DuckDB on Parquet",
    "pysam": "tabix, pysam",
}
"""The systems that the README compares."""
_VERDICTS = {True: "yes", False: "**no**", None: "–"}


def recorded(parts: dict[str, Any]) -> Figures:
    """The figures of a record: those of this benchmark, of analysis.clients and of analysis.growth."""
    names = [name for name in _ELSEWHERE if (RESULTS / f"{name}.json").exists()]
    return Figures(parts | {name: read_result(name) for name in names})


def write(parts: dict[str, Any], folder: Path, *, record: bool) -> list[Path]:
    """The paths of the files written: plots, page and README for the record; plots and page in the
    folder for another scale.
    """
    figures = recorded(parts) if record else Figures(parts)
    pictures = plots.draw(figures, RESULTS if record else folder)
    page = filled(DOCUMENT.read_text(encoding="utf-8"), tables(figures))
    if not record:
        trial = folder / DOCUMENT.name
        trial.write_text(page.replace("../analysis/results/", ""), encoding="utf-8")
        return [*pictures, trial]
    DOCUMENT.write_text(page, encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(
        filled(readme, {"benchmark": partial(main_figures, figures)}), encoding="utf-8"
    )
    return [*pictures, DOCUMENT, README]


def tables(figures: Figures) -> dict[str, Callable[[], str]]:
    """Functions that write the tables of the page, by the names of their markers."""
    tables: dict[str, Callable[[], str]] = {
        "circumstances": partial(_circumstances, figures),
        "bars": partial(_bars, figures),
        "ratios": partial(_ratios, figures),
        "tuned": partial(_tuned, figures),
        "load": partial(_load, figures),
        "cold": partial(_cold, figures),
    }
    tables |= {group: partial(_workloads, figures, names) for group, names in _GROUPS.items()}
    return tables | {f"{plot.name}-plot": partial(_plot, figures, plot) for plot in plots.PLOTS}


def _plot(figures: Figures, plot: plots.Plot) -> str:
    return (
        f"![{plot.caption}](../analysis/results/{plot.file})"
        if plot.can_be_drawn(figures)
        else _NOTHING
    )


def main_figures(figures: Figures) -> str:
    """The README's table: medians of a few workloads on the systems that a reader may compare."""
    names = [name for name in _MAIN if name in figures.parts.get("warm", {})]
    if not names:
        return _NOTHING
    rows = []
    for name in names:
        times = [_time(figures, name, system) for system in _COMPARED]
        rows.append([_title(figures, name), *times])
    return table(["ms, median (p95)", *_COMPARED.values()], rows)


def _bars(figures: Figures) -> str:
    return table(("workload", "bar", "measured", "reached"), [_bar(figures, bar) for bar in BARS])


def _bar(figures: Figures, bar: Bar) -> Sequence[str]:
    try:
        measured = bar.compute(figures)
    except KeyError:
        return bar.what, bar.goal, "–", "not measured"
    values = "<br>".join(f"{result.what} {result.value}" for result in measured)
    return bar.what, bar.goal, values, "<br>".join(_VERDICTS[result.reached] for result in measured)


def _ratios(figures: Figures) -> str:
    """Each workload with the best other system, from the worst ratio to the best."""
    rows = [
        (
            _title(figures, each.workload),
            _number(1000 * figures.median(each.workload, OURS)),
            _number(1000 * figures.median(each.workload, each.system)),
            _TITLES[each.system],
            f"{each.ratio:.2f}",
        )
        for each in sorted(ratios(figures), key=lambda each: each.ratio)
        if not each.workload.endswith("-steps")
    ]
    head = ("workload", "Snapshard, ms", "best other, ms", "which", "ratio")
    return table(head, rows) if rows else _NOTHING


def _tuned(figures: Figures) -> str:
    """Times before and after the last tuning, each with its ratio to SQLite's in the same run,
    because the machine's speed varies.
    """
    path = RESULTS / f"{_BEFORE}.json"
    before = Figures(read_result(_BEFORE)) if path.exists() else None
    # A trial at another scale cannot be compared with the record.
    if before is None or before.parts["compilation"] != figures.parts.get("compilation"):
        return _NOTHING
    names = [
        name
        for name in before.parts["warm"]
        if name in figures.parts.get("warm", {}) and "sqlite" in figures.systems(name)
    ]
    rows = [
        [
            _title(figures, name),
            _beside(before, name, OURS),
            _beside(figures, name, OURS),
            _beside(before, name, SERVED),
            _beside(figures, name, SERVED),
        ]
        for name in names
    ]
    return table(
        ["ms, median (of SQLite)", "library before", "library", "HTTP before", "HTTP"], rows
    )


def _beside(figures: Figures, workload: str, system: str) -> str:
    median, ratio = figures.median(workload, system), figures.ratio(workload, system, "sqlite")
    return f"{_number(1000 * median)} ({ratio:.2f} ×)"


def _circumstances(figures: Figures) -> str:
    if "runs" not in figures.parts:
        return _NOTHING
    facts = figures.parts["compilation"]["facts"]
    summary = (
        f"{facts['scale']:g} % of GTEx's density: {facts['rows']:,} junctions over "
        f"{facts['samples']:,} samples, {_megabytes(facts['text_bytes'])} MB of text; "
        f"in chr1:0–25 Mb {facts['window_rows']:,} ({_megabytes(facts['window_bytes'])} MB), "
        f"{facts['frequent_rows']:,} of them in 100 samples or more "
        f"({_megabytes(facts['frequent_bytes'])} MB).\n\n"
    )
    head = ("date", "commit", "machine", "load average", "versions")
    return summary + table(head, [_run(run) for run in figures.parts["runs"]])


def _run(run: dict[str, Any]) -> tuple[str, ...]:
    packages = ", ".join(f"{name} {number}" for name, number in run["packages"].items())
    loads = " to ".join(f"{load:.1f}" for load in run["load_averages"])
    return run["date"], run["commit"], run["machine"], loads, f"Python {run['python']}, {packages}"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f}"


def _workloads(figures: Figures, names: Iterable[str]) -> str:
    names = [name for name in names if name in figures.parts.get("warm", {})]
    if not names:
        return _NOTHING
    answering = set(chain.from_iterable(map(figures.systems, names)))
    rows = []
    for system, title in _TITLES.items():
        if system in answering:
            rows.append([title, *[_time(figures, name, system) for name in names]])
    return table(["ms, median (p95)", *[_title(figures, name) for name in names]], rows)


def _title(figures: Figures, name: str) -> str:
    entry = figures.parts["warm"][name]
    rows = entry["rows"] / entry["questions"]
    return f"{entry['title']} ({rows:,.0f} rows)" if rows != 1 else str(entry["title"])


def _time(figures: Figures, workload: str, system: str) -> str:
    if system not in figures.systems(workload):
        return "–"
    median, p95 = figures.median(workload, system), figures.quantile(workload, system, 0.95)
    return f"{_number(1000 * median)} ({_number(1000 * p95)})"


def _number(value: float) -> str:
    """The number with about three significant digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _load(figures: Figures) -> str:
    loads, sizes, peaks = (figures.parts.get(part, {}) for part in ("load", "sizes", "memory"))
    if not loads:
        return _NOTHING
    rows = []
    for system, title in _TITLES.items():
        phases, peak = loads.get(system, {}), peaks.get(system)
        if phases or system in sizes or peak:
            seconds = ", ".join(f"{phase} {_number(time)}" for phase, time in phases.items())
            size = _megabytes(figures.size(system)) if system in sizes else "–"
            memory = f"{_megabytes(peak['peak'])} ({_megabytes(peak['before'])})" if peak else "–"
            rows.append((title, seconds or "–", size, memory))
    return table(
        ("", "load, s", "on disk, MB", "peak memory for the rows of chr1:0–25 Mb (before), MB"),
        rows,
    )


def _cold(figures: Figures) -> str:
    cold = figures.parts.get("cold", {})
    if not cold:
        return _NOTHING
    rows = []
    for system, title in _TITLES.items():
        if any(system in seconds for seconds in cold.values()):
            rows.append([title, *[_spread(seconds.get(system)) for seconds in cold.values()]])
    return table(["ms, median (least to most)", *[_title(figures, name) for name in cold]], rows)


def _spread(seconds: list[float] | None) -> str:
    if not seconds:
        return "–"
    times = [_number(1000 * time) for time in sorted(seconds)]
    return f"{times[len(times) // 2]} ({times[0]} to {times[-1]})"
