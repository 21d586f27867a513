"""Plots of growth and of many clients, for analysis/growth.ipynb and, as SVG, for docs/growth.md."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from analysis.growth.costs import Costs, Line

Results = Mapping[str, Any]
_SIZE = (9.0, 3.4)
_FIXED = {"svg.hashsalt": "snapshard", "svg.fonttype": "none"}
"""Settings with which equal figures give equal files."""


def latency(loads: Results, answers: Results) -> Figure:
    """p50 and p99 of windows with a constant number of rows by the number of junctions, in the library
    and as JSON over HTTP.
    """
    figure = Figure(_SIZE, layout="constrained")
    for axes, kind, title in zip(
        figure.subplots(1, 2), ("window", "window_json"), ("library", "JSON over HTTP"), strict=True
    ):
        names = _growing(loads, answers[kind])
        rows = [loads[name]["rows"] / 1e6 for name in names]
        for part, mark in (("p50", "o-"), ("p99", "s--")):
            axes.plot(rows, [answers[kind][name]["ms"][part] for name in names], mark, label=part)
        axes.set(
            xscale="log",
            xlabel="million junctions",
            ylabel="ms",
            title=f"100 kb window, {title}",
            ylim=(0, None),
        )
        axes.legend()
    return figure


def bytes_per_junction(loads: Results, costs: Costs) -> Figure:
    """Bytes on disk and of text, and processor time of a load, per junction, by its number of samples."""
    figure = Figure(_SIZE, layout="constrained")
    disk, load = figure.subplots(1, 2)
    pairs = [size["pairs"] / size["rows"] for size in loads.values()]
    span = (0.0, max(pairs))
    for part, line in (
        ("rows", costs.rows),
        ("payload", costs.payload),
        ("beside", costs.beside),
        ("text", costs.text),
    ):
        values = [
            (size["text_bytes"] if part == "text" else size["bytes"][part]) / size["rows"]
            for size in loads.values()
        ]
        _points(disk, pairs, values, line, span, label=part)
    disk.set(
        xlabel="samples per junction, mean",
        ylabel="bytes per junction",
        title="disk, and text",
    )
    disk.legend()
    seconds = [1e6 * sum(size["cpu_seconds"].values()) / size["rows"] for size in loads.values()]
    _points(
        load,
        pairs,
        seconds,
        Line(1e6 * costs.load.fixed, 1e6 * costs.load.per_pair),
        span,
        label="load",
    )
    load.set(
        xlabel="samples per junction, mean",
        ylabel="µs of processor per junction",
        title="load",
        ylim=(0, None),
    )
    return figure


def clients(result: Results) -> Figure:
    """Throughput and latency by the number of clients, for each mix."""
    figure = Figure(_SIZE, layout="constrained")
    throughput, latency_axes = figure.subplots(1, 2)
    for mix in dict.fromkeys(run["mix"] for run in result["runs"]):
        runs = [run for run in result["runs"] if run["mix"] == mix]
        numbers = [run["clients"] for run in runs]
        (curve,) = throughput.plot(
            numbers, [run["requests_per_second"] for run in runs], "o-", label=mix
        )
        for part, style in (("p50", "-"), ("p99", "--")):
            values = [run["ms"][part] for run in runs]
            latency_axes.plot(
                numbers, values, style, marker="o", color=curve.get_color(), label=f"{mix} {part}"
            )
    throughput.set(
        xscale="log",
        xlabel="clients",
        ylabel="requests per second",
        title="throughput",
        ylim=(0, None),
    )
    latency_axes.set(xscale="log", yscale="log", xlabel="clients", ylabel="ms", title="latency")
    for axes in (throughput, latency_axes):
        axes.set_xticks(numbers, labels=map(str, numbers))
        axes.minorticks_off()
        axes.legend()
    return figure


def save(figure: Figure, path: Path) -> None:
    """Writes the figure as SVG; equal figures give equal bytes."""
    with mpl.rc_context(_FIXED):
        figure.savefig(path, format="svg", metadata={"Date": None})


def _growing(loads: Results, answers: Results) -> list[str]:
    """The names of the compilations that differ in junctions, in ascending order of size."""
    return sorted(
        (name for name in answers if name.startswith("rows")), key=lambda name: loads[name]["rows"]
    )


def _points(
    axes: Any,
    pairs: list[float],
    values: list[float],
    line: Line,
    span: tuple[float, float],
    *,
    label: str,
) -> None:
    points = axes.scatter(pairs, values, label=label)
    axes.plot(span, [line.at(pair) for pair in span], color=points.get_facecolor()[0], linewidth=1)
