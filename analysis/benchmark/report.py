"""The report: tables from the raw results put between the marks of docs/benchmark.md, and the
README's few main figures.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from analysis.benchmark import plots
from analysis.benchmark.bars import BARS, OURS, SERVED, Bar
from analysis.benchmark.figures import Figures
from analysis.benchmark.systems.all import SYSTEMS
from analysis.document import filled, table
from analysis.measuring import RESULTS, read_result

ROOT = Path(__file__).parents[2]
DOCUMENT, README = ROOT / "docs" / "benchmark.md", ROOT / "README.md"
_NOTHING = "Not measured yet: `make benchmark SCALE=gtex`."
_TITLES = {one.name: one.title for one in SYSTEMS}
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
"""The workloads that stand in one table."""
_ELSEWHERE = ("clients", "growth-answers")
_BEFORE = "benchmark-before"
"""The record that the last tuning began with."""
_MAIN = ("rows", "filtered-rows", "filtered-count", "window-1000", "one-junction", "subset-3000")
_COMPARED = {
    OURS: "Snapshard, library",
    SERVED: "Snapshard, HTTP",
    "postgres": "one PostgreSQL table",
    "sqlite": "one SQLite table",
    "duckdb": "DuckDB on Parquet",
    "pysam": "tabix, pysam",
}
"""What the README compares."""
_WORDS = {True: "yes", False: "**no**", None: "–"}


def recorded(parts: dict[str, Any]) -> Figures:
    """The figures of a record: what this benchmark measured, and what analysis.clients and
    analysis.growth did.
    """
    return Figures(
        parts
        | {name: read_result(name) for name in _ELSEWHERE if (RESULTS / f"{name}.json").exists()}
    )


def write(parts: dict[str, Any], folder: Path, *, record: bool) -> list[Path]:
    """The files written: of the record plots, page and README; of another scale plots and page in
    the folder.
    """
    found = recorded(parts) if record else Figures(parts)
    pictures = plots.draw(found, RESULTS if record else folder)
    page = filled(DOCUMENT.read_text(encoding="utf-8"), tables(found))
    if not record:
        trial = folder / DOCUMENT.name
        trial.write_text(page.replace("../analysis/results/", ""), encoding="utf-8")
        return [*pictures, trial]
    DOCUMENT.write_text(page, encoding="utf-8")
    README.write_text(
        filled(README.read_text(encoding="utf-8"), {"benchmark": partial(main_figures, found)}),
        encoding="utf-8",
    )
    return [*pictures, DOCUMENT, README]


def tables(found: Figures) -> dict[str, Callable[[], str]]:
    """Every table of the page by the name of its mark."""
    made: dict[str, Callable[[], str]] = {
        "circumstances": partial(_circumstances, found),
        "bars": partial(_bars, found),
        "tuned": partial(_tuned, found),
        "load": partial(_load, found),
        "cold": partial(_cold, found),
    }
    made |= {group: partial(_workloads, found, names) for group, names in _GROUPS.items()}
    return made | {f"{plot.name}-plot": partial(_plot, found, plot) for plot in plots.PLOTS}


def _plot(found: Figures, plot: plots.Plot) -> str:
    return (
        f"![{plot.shows}](../analysis/results/{plot.file})"
        if plot.can_be_drawn(found)
        else _NOTHING
    )


def main_figures(found: Figures) -> str:
    """What the README says: medians of a few workloads for those that a reader will compare."""
    names = [name for name in _MAIN if name in found.parts.get("warm", {})]
    if not names:
        return _NOTHING
    rows = [
        [_title(found, name), *[_time(found, name, system) for system in _COMPARED]]
        for name in names
    ]
    return table(["ms, median (p95)", *_COMPARED.values()], rows)


def _bars(found: Figures) -> str:
    return table(("workload", "bar", "measured", "reached"), [_bar(found, bar) for bar in BARS])


def _bar(found: Figures, bar: Bar) -> Sequence[str]:
    try:
        measured = bar.compute(found)
    except KeyError:
        return bar.what, bar.goal, "–", "not measured"
    values = "<br>".join(f"{one.what} {one.value}" for one in measured)
    return bar.what, bar.goal, values, "<br>".join(_WORDS[one.reached] for one in measured)


def _tuned(found: Figures) -> str:
    """Before and after, each beside what SQLite took in the same run, since the machine is not
    always equally quick.
    """
    path = RESULTS / f"{_BEFORE}.json"
    before = Figures(read_result(_BEFORE)) if path.exists() else None
    # A trial has another compilation, and perhaps its results elsewhere.
    if before is None or before.parts["compilation"] != found.parts.get("compilation"):
        return _NOTHING
    names = [
        name
        for name in before.parts["warm"]
        if name in found.parts.get("warm", {}) and "sqlite" in found.systems(name)
    ]
    rows = [
        [
            _title(found, name),
            *[
                _beside(figures, name, system)
                for system in (OURS, SERVED)
                for figures in (before, found)
            ],
        ]
        for name in names
    ]
    return table(
        ["ms, median (of SQLite)", "library before", "library", "HTTP before", "HTTP"], rows
    )


def _beside(found: Figures, workload: str, system: str) -> str:
    return f"{_number(1000 * found.median(workload, system))} ({found.ratio(workload, system, 'sqlite'):.2f} ×)"


def _circumstances(found: Figures) -> str:
    if "runs" not in found.parts:
        return _NOTHING
    facts = found.parts["compilation"]["facts"]
    said = (
        f"{facts['scale']:g} % of GTEx's density: {facts['rows']:,} junctions over {facts['samples']:,} samples, "
        f"{_megabytes(facts['text_bytes'])} MB of text; in chr1:0–25 Mb {facts['window_rows']:,} "
        f"({_megabytes(facts['window_bytes'])} MB), {facts['frequent_rows']:,} of them in 100 samples or more "
        f"({_megabytes(facts['frequent_bytes'])} MB).\n\n"
    )
    head = ("date", "commit", "machine", "load average", "versions")
    return said + table(head, [_run(run) for run in found.parts["runs"]])


def _run(run: dict[str, Any]) -> tuple[str, ...]:
    packages = ", ".join(f"{name} {number}" for name, number in run["packages"].items())
    loads = " to ".join(f"{load:.1f}" for load in run["load_averages"])
    return run["date"], run["commit"], run["machine"], loads, f"Python {run['python']}, {packages}"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f}"


def _workloads(found: Figures, names: Iterable[str]) -> str:
    there = [name for name in names if name in found.parts.get("warm", {})]
    if not there:
        return _NOTHING
    systems = [system for system in _TITLES if any(system in found.systems(name) for name in there)]
    rows = [
        [_TITLES[system], *[_time(found, name, system) for name in there]] for system in systems
    ]
    return table(["ms, median (p95)", *[_title(found, name) for name in there]], rows)


def _title(found: Figures, name: str) -> str:
    entry = found.parts["warm"][name]
    rows = entry["rows"] / entry["questions"]
    return f"{entry['title']} ({rows:,.0f} rows)" if rows != 1 else str(entry["title"])


def _time(found: Figures, workload: str, system: str) -> str:
    if system not in found.systems(workload):
        return "–"
    return f"{_number(1000 * found.median(workload, system))} ({_number(1000 * found.quantile(workload, system, 0.95))})"


def _number(value: float) -> str:
    """Three digits or so."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _load(found: Figures) -> str:
    loads, sizes, peaks = (found.parts.get(part, {}) for part in ("load", "sizes", "memory"))
    if not loads:
        return _NOTHING
    rows = []
    for system, title in _TITLES.items():
        if system in loads or system in sizes or peaks.get(system):
            seconds = (
                ", ".join(
                    f"{phase} {_number(taken)}" for phase, taken in loads.get(system, {}).items()
                )
                or "–"
            )
            size = _megabytes(found.size(system)) if system in sizes else "–"
            peak = (
                f"{_megabytes(peaks[system]['peak'])} ({_megabytes(peaks[system]['before'])})"
                if peaks.get(system)
                else "–"
            )
            rows.append((title, seconds, size, peak))
    return table(
        ("", "load, s", "on disk, MB", "memory for the rows of chr1:0–25 Mb at most (before), MB"),
        rows,
    )


def _cold(found: Figures) -> str:
    cold = found.parts.get("cold", {})
    if not cold:
        return _NOTHING
    systems = [system for system in _TITLES if any(system in one for one in cold.values())]
    rows = [
        [_TITLES[system], *[_spread(one.get(system)) for one in cold.values()]]
        for system in systems
    ]
    return table(["ms, median (least to most)", *[_title(found, name) for name in cold]], rows)


def _spread(seconds: list[float] | None) -> str:
    if not seconds:
        return "–"
    ordered = [1000 * one for one in sorted(seconds)]
    return (
        f"{_number(ordered[len(ordered) // 2])} ({_number(ordered[0])} to {_number(ordered[-1])})"
    )
