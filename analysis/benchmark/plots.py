"""The plots: times of the ancestor's ten steps, and times of windows by their width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.benchmark.figures import Figures

_LOOKS = {
    "library-25": ("Snapshard, library", "#0072B2", "o", "-"),
    "http-25": ("Snapshard, HTTP", "#56B4E9", "s", "-"),
    "sqlite": ("SQLite, whole", "#D55E00", "^", "--"),
    "sqlite-chr": ("SQLite, per chromosome", "#E69F00", "v", "--"),
    "postgres": ("PostgreSQL, whole", "#009E73", "D", "-."),
    "postgres-chr": ("PostgreSQL, chr1", "#999999", "P", "-."),
    "duckdb": ("DuckDB on Parquet", "#CC79A7", "X", ":"),
    "pysam": ("tabix, pysam", "#000000", "*", ":"),
}
"""Label, colour (of Okabe and Ito's palette, which is safe for colour-blind readers), marker and
line of every plotted system.
"""
_STEPS = (
    ("rows", "rows with samples"),
    ("filtered-rows", "samples_count >= 100, with samples"),
    ("count", "count"),
    ("filtered-count", "count, samples_count >= 100"),
)
_WIDTHS = {
    "overlap-1kb": 1e3,
    "overlap-10kb": 1e4,
    "overlap-100kb": 1e5,
    "overlap-1Mb": 1e6,
    "overlap-10Mb": 1e7,
}


@dataclass(frozen=True)
class Plot:
    """A plot: its name, its caption, the workloads that it needs, and the function that draws it."""

    name: str
    caption: str
    workloads: tuple[str, ...]
    draw: Callable[[Figures], Figure]

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"benchmark-{self.name}.svg"

    def can_be_drawn(self, figures: Figures) -> bool:
        """Tells if all its workloads are measured."""
        return all(name in figures.parts.get("warm", {}) for name in self.workloads)


def draw(figures: Figures, folder: Path) -> list[Path]:
    """The paths of the plots that the results allow."""
    mpl.rcParams["svg.hashsalt"] = "snapshard"
    mpl.rcParams["svg.fonttype"] = "none"
    return [
        _saved(plot.draw(figures), folder / plot.file)
        for plot in PLOTS
        if plot.can_be_drawn(figures)
    ]


def _saved(figure: Figure, path: Path) -> Path:
    figure.savefig(path, metadata={"Date": None})
    return path


def _ancestor(figures: Figures) -> Figure:
    figure = Figure(figsize=(10, 7.5), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True)
    for axes, (name, title) in zip(panels.flat, _STEPS, strict=True):
        steps = figures.parts["warm"][f"{name}-steps"]["seconds"]
        ends = [2.5 * (number + 1) for number in range(10)]
        for system, times in steps.items():
            last = figures.parts["warm"][name]["seconds"][system]
            _line(axes, system, ends, list(map(_middle, [*times, *last])))
        axes.set_title(f"chr1 from base 1, {title}", fontsize=10)
        _log(axes)
        axes.set_ylabel("seconds")
    for axes in panels[1]:
        axes.set_xlabel("to base, Mb")
    figure.legend(
        *panels[0, 0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=3,
        frameon=False,
    )
    return figure


def _windows(figures: Figures) -> Figure:
    figure = Figure(figsize=(8, 5.5), layout="constrained")
    axes = figure.subplots()
    for system in _LOOKS:
        there = [name for name in _WIDTHS if system in figures.systems(name)]
        if there:
            _line(
                axes,
                system,
                [_WIDTHS[name] for name in there],
                [1000 * figures.median(name, system) for name in there],
            )
    axes.set_xscale("log")
    _log(axes)
    axes.set_xlabel("width of the window, bases")
    axes.set_ylabel("milliseconds, median")
    axes.set_title("Junctions that overlap a window, without their samples", fontsize=10)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", frameon=False)
    return figure


def _line(axes: Axes, system: str, x: Sequence[float], y: Sequence[float]) -> None:
    label, colour, marker, line = _LOOKS[system]
    axes.plot(x, y, line, color=colour, marker=marker, markersize=5, linewidth=1.4, label=label)


def _log(axes: Axes) -> None:
    axes.set_yscale("log")
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def _middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


_ANCESTOR_WORKLOADS = [name for name, _ in _STEPS] + [f"{name}-steps" for name, _ in _STEPS]
PLOTS = (
    Plot(
        "ancestor",
        "Seconds by the end of the region, for rows, filtered rows, count and filtered count",
        tuple(_ANCESTOR_WORKLOADS),
        _ancestor,
    ),
    Plot("windows", "Milliseconds by the width of the window", tuple(_WIDTHS), _windows),
)
