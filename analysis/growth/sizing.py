"""The sizing table: the needs of a million junctions by the number of samples per junction, and the
addition for one more sample.
"""

from collections.abc import Mapping
from typing import Any

from analysis.document import table
from analysis.growth.costs import Costs, fit_costs

Results = Mapping[str, Any]
COLUMNS = ("samples100", "samples9662", "rows30m", "samples50000")


def costs_of(loads: Results, answers: Results) -> Costs:
    """The costs fitted to the figures of the result files."""
    return fit_costs(loads["sizes"], answers["junction"])


def sizing(results: Results, answers: Results) -> str:
    """The table with a column per compilation, in order of samples per junction; the last column is
    the fitted addition for one more pair.
    """
    sizes = {name: results["sizes"][name] for name in COLUMNS if name in results["sizes"]}
    costs = costs_of(results, answers)
    loads = list(sizes.values())
    head = (
        "for a million junctions",
        *[f"of {load['rows']:,} x {load['samples']:,}" for load in loads],
        "one more sample per junction",
    )
    parts = {
        "text, MB": (lambda load: load["text_bytes"], costs.text.per_pair),
        "volume: rows and their indexes, MB": (
            lambda load: load["bytes"]["rows"],
            costs.rows.per_pair,
        ),
        "volume: payload, MB": (lambda load: load["bytes"]["payload"], costs.payload.per_pair),
        "volume: summaries and density, MB": (
            lambda load: load["bytes"]["beside"],
            costs.beside.per_pair,
        ),
    }
    rows = [
        (
            "samples per junction, mean",
            *[f"{load['pairs'] / load['rows']:.1f}" for load in loads],
            "1",
        )
    ]
    for title, (value, per_pair) in parts.items():
        cells = [f"{value(load) / load['rows']:,.0f}" for load in loads]
        rows.append((title, *cells, f"{per_pair:.2f}"))
    seconds = [1e6 * sum(load["cpu_seconds"].values()) / load["rows"] for load in loads]
    cells = [f"{value:.0f}" for value in seconds]
    rows.append(("load, s of one processor", *cells, f"{1e6 * costs.load.per_pair:.2f}"))
    for group, title in (("loader", "the loader's processes"), ("postgres", "PostgreSQL")):
        peaks = [f"{load['peak_bytes'][group] / 1e6:,.0f}" for load in loads]
        rows.append((f"load, peak memory of {title}, MB", *peaks, ""))
    return table(head, [*rows, *_answers(list(sizes), answers, costs)])


def _answers(names: list[str], answers: Results, costs: Costs) -> list[tuple[str, ...]]:
    cost, export, junction = answers["cost"], answers["export"], answers["junction"]
    rows: list[tuple[str, ...]] = []
    for group, program in (("server", "the server"), ("postgres", "PostgreSQL")):
        times = [f"{cost[name]['window_cpu_ms'][group]:.1f}" for name in names]
        rows.append((f"100 kb window as JSON, ms of {program}'s processor", *times, ""))
    times = [f"{junction[name]['ms']['p50']:.1f}" if name in junction else "–" for name in names]
    slope = f"{costs.junction_ms.per_pair:.5f}"
    rows.append(("one junction over its samples, ms", *times, slope))
    speeds = [f"{_speed(export[name]):,.0f}" for name in names]
    rows.append(("export with samples, MB/s", *speeds, ""))
    return rows


def _speed(export: Any) -> float:
    return float(export["bytes"] / export["seconds"]["median"] / 1e6)
