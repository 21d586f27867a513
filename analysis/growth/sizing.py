"""The sizing table: what a million junctions take, by how many samples have each, and what one more
sample adds.
"""

from collections.abc import Mapping
from typing import Any

from analysis.document import table
from analysis.growth.costs import Costs, fit_costs

Results = Mapping[str, Any]
COLUMNS = ("samples100", "samples9662", "rows30m", "samples50000")


def costs_of(loads: Results, answers: Results) -> Costs:
    """The fitted costs of the result files."""
    return fit_costs(loads["sizes"], answers["junction"])


def sizing(loads: Results, answers: Results) -> str:
    """A column per compilation, small lists of samples first; the last one is what a pair adds,
    from the fit.
    """
    sizes = {name: loads["sizes"][name] for name in COLUMNS if name in loads["sizes"]}
    costs = costs_of(loads, answers)
    head = (
        "for a million junctions",
        *[f"of {one['rows']:,} x {one['samples']:,}" for one in sizes.values()],
        "one pair a junction more",
    )
    parts = {
        "text, MB": (lambda one: one["text_bytes"], costs.text.each),
        "volume: rows and their indexes, MB": (lambda one: one["bytes"]["rows"], costs.rows.each),
        "volume: payload, MB": (lambda one: one["bytes"]["payload"], costs.payload.each),
        "volume: summaries and density, MB": (
            lambda one: one["bytes"]["beside"],
            costs.beside.each,
        ),
    }
    rows = [
        (
            "samples that have a junction, mean",
            *[f"{one['pairs'] / one['rows']:.1f}" for one in sizes.values()],
            "1",
        )
    ]
    for title, (value, each) in parts.items():
        rows.append(
            (title, *[f"{value(one) / one['rows']:,.0f}" for one in sizes.values()], f"{each:.2f}")
        )
    loading = [
        f"{1e6 * sum(one['cpu_seconds'].values()) / one['rows']:.0f}" for one in sizes.values()
    ]
    rows.append(("load, s of one processor", *loading, f"{1e6 * costs.load.each:.2f}"))
    for who, title in (("loader", "the loader's processes"), ("postgres", "PostgreSQL")):
        peaks = [f"{one['peak_bytes'][who] / 1e6:,.0f}" for one in sizes.values()]
        rows.append((f"load, most memory of {title}, MB", *peaks, ""))
    return table(head, [*rows, *_answers(list(sizes), answers, costs)])


def _answers(names: list[str], answers: Results, costs: Costs) -> list[tuple[str, ...]]:
    cost, export, junction = answers["cost"], answers["export"], answers["junction"]
    rows = {
        f"100 kb window as JSON, ms of {who}'s processor": [
            f"{cost[name]['window_cpu_ms'][group]:.1f}" for name in names
        ]
        for group, who in (("server", "the server"), ("postgres", "PostgreSQL"))
    }
    took = [f"{junction[name]['ms']['p50']:.1f}" if name in junction else "–" for name in names]
    rows["one junction over its samples, ms"] = took
    rows["export with samples, MB/s"] = [f"{_speed(export[name]):,.0f}" for name in names]
    each = {"one junction over its samples, ms": f"{costs.junction_ms.each:.5f}"}
    return [(title, *cells, each.get(title, "")) for title, cells in rows.items()]


def _speed(export: Any) -> float:
    return float(export["bytes"] / export["seconds"]["median"] / 1e6)
