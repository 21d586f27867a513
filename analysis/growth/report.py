"""The tables of docs/growth.md and of kubernetes/README.md, and the plots, made from the result
files.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.document import fill, table
from analysis.growth import plots
from analysis.growth.costs import Costs
from analysis.growth.latency import GROWING, flatness
from analysis.growth.model import CHROMOSOME_SHARES, GIB, GTEX, SIZES, SRA3, Pod, pod
from analysis.growth.sizing import costs_of, sizing
from analysis.measuring import RESULTS, read_result

ROOT = Path(__file__).parents[2]
DOCUMENTS = (ROOT / "docs" / "growth.md", ROOT / "kubernetes" / "README.md")
SHARDS = (25, 50, 100, 200)
_FREQUENT = 0.1
_PARTS = ("p5, ms", "p50", "p99")
_TITLES = {"window": "library", "window_json": "JSON over HTTP"}

Results = Mapping[str, Any]


def write_documents() -> None:
    """Replaces every marked table, and every plot."""
    tables = tables_of(
        read_result("growth-loads"), read_result("growth-answers"), read_result("clients")
    )
    for document in DOCUMENTS:
        fill(document, tables)
    write_plots()


def write_plots() -> None:
    """The three plots beside the results."""
    loads, answers, clients = (
        read_result(name) for name in ("growth-loads", "growth-answers", "clients")
    )
    plots.save(plots.latency(loads["sizes"], answers), RESULTS / "growth-latency.svg")
    plots.save(
        plots.bytes_per_junction(loads["sizes"], costs_of(loads, answers)),
        RESULTS / "growth-bytes.svg",
    )
    plots.save(plots.clients(clients), RESULTS / "clients.svg")


def tables_of(loads: Results, answers: Results, clients: Results) -> dict[str, Callable[[], str]]:
    """Every table by the name of its mark."""
    costs = costs_of(loads, answers)
    return {
        "circumstances": lambda: circumstances(loads, answers, clients),
        "loads": lambda: loaded(loads["sizes"]),
        "windows": lambda: windows(loads["sizes"], answers),
        "flat": lambda: flat(answers),
        "samples": lambda: samples(loads["sizes"], answers),
        "sizing": lambda: sizing(loads, answers),
        "clients": lambda: many_clients(clients),
        "model": lambda: model(costs, count_seconds(loads, answers)),
        "volumes": lambda: volumes(costs, count_seconds(loads, answers)),
    }


def circumstances(loads: Results, answers: Results, clients: Results) -> str:
    """Where, when and with what each part was measured."""
    files = {f"load of {name}": one for name, one in loads["sizes"].items()} | {
        "answers": answers,
        "clients": clients,
    }
    measured = {name: one["measured"] for name, one in files.items()}
    rows = [
        (name, one["date"], one["commit"], f"{one['load_average']:.1f}")
        for name, one in measured.items()
    ]
    where = "\n".join(
        dict.fromkeys(
            f"Machine: {one['machine']}; Python {one['python']}." for one in measured.values()
        )
    )
    packages = ", ".join(
        f"{name} {number}" for name, number in answers["measured"]["packages"].items()
    )
    return f"{where} Packages: {packages}.\n\n{table(('what', 'date', 'commit', 'load average after'), rows)}"


def loaded(sizes: Results) -> str:
    """Rows, text, time, processors, memory and bytes of each load."""
    rows = []
    for name, one in sizes.items():
        cpu, peak, disk = one["cpu_seconds"], one["peak_bytes"], one["bytes"]
        rows.append(
            (
                f"{name}: {one['rows']:,} x {one['samples']:,}, {one['shards']} shard{'s' * (one['shards'] > 1)}",
                f"{one['text_bytes'] / 1e9:.2f}",
                f"{one['seconds']:,.0f}",
                f"{cpu['loader']:,.0f} + {cpu['postgres']:,.0f}",
                f"{one['rows'] / one['seconds']:,.0f}",
                f"{one['text_bytes'] / sum(cpu.values()) / 1e6:.0f}",
                f"{peak['loader'] / 1e6:,.0f} / {peak['postgres'] / 1e6:,.0f}",
                *[f"{disk[part] / one['rows']:.0f}" for part in ("rows", "payload", "beside")],
                f"{one['load_average'][1]:.1f}",
            )
        )
    head = (
        "junctions x samples",
        "text, GB",
        "s",
        "processor s: loader + PostgreSQL",
        "rows/s",
        "MB of text a processor second",
    )
    return table(
        (*head, "most memory, MB", "rows, B", "payload, B", "beside, B", "load average"), rows
    )


def windows(sizes: Results, answers: Results) -> str:
    """Latency of windows by the number of junctions."""
    rows = []
    for name in (name for name in GROWING if name in answers["window"]):
        cells = []
        for kind in _TITLES:
            one = answers[kind][name]
            cells += [f"{one['ms'][part]:.1f}" for part in ("p5", "p50", "p99")]
        held = answers["window"][name]
        rows.append(
            (
                f"{sizes[name]['rows']:,}",
                sizes[name]["shards"],
                f"{held['mean_size']:,.0f}",
                held["asked"],
                *cells,
            )
        )
    head = (
        "junctions",
        "shards",
        "rows, mean",
        "asked",
        *[f"{title}, {part}" for title in _TITLES.values() for part in _PARTS],
    )
    return table(head, rows)


def flat(answers: Results) -> str:
    """The slowest size against the first, by percentile: the bar is 1.2."""
    parts = ("p5", "p50", "p99")
    rows = [
        (title, *[f"{flatness(answers, kind, part):.2f}" for part in parts])
        for kind, title in _TITLES.items()
    ]
    return table(("slowest size / 1 M junctions", *parts), rows)


def samples(sizes: Results, answers: Results) -> str:
    """What changes with the number of samples, on the same number of junctions."""
    rows = []
    for name in sorted(
        (name for name in sizes if name.startswith("samples")),
        key=lambda name: sizes[name]["samples"],
    ):
        if name in answers["window"]:
            export, junction = answers["export"][name], answers["junction"].get(name)
            rows.append(
                (
                    f"{sizes[name]['samples']:,}",
                    f"{sizes[name]['pairs'] / sizes[name]['rows']:.1f}",
                    f"{answers['window'][name]['ms']['p50']:.1f}",
                    f"{answers['window_json'][name]['ms']['p50']:.1f}",
                    f"{junction['mean_size']:,.0f}: {junction['ms']['p50']:.1f}"
                    if junction
                    else "–",
                    f"{export['bytes'] / export['seconds']['median'] / 1e6:,.0f}",
                    f"{answers['cost'][name]['peak_bytes']['server'] / 1e6:,.0f}",
                )
            )
    head = (
        "samples",
        "pairs a junction",
        "window, library, ms",
        "window, JSON, ms",
        "one junction: pairs: ms",
    )
    return table((*head, "export, MB/s", "server's most memory, MB"), rows)


def many_clients(result: Results) -> str:
    """Throughput, latency, errors and the resource that limits, by mix and number of clients."""
    rows = []
    for run in result["runs"]:
        cores = " + ".join(f"{run['cores'][who]:.2f}" for who in ("server", "postgres", "client"))
        times = [f"{run['ms'][part]:.0f}" for part in ("p50", "p95", "p99")]
        speed = f"{run['requests_per_second']:.0f}"
        rows.append(
            (
                run["mix"],
                run["clients"],
                speed,
                *times,
                run["errors"],
                cores,
                f"{run['cores']['machine']:.2f}",
                run["limit"],
            )
        )
    head = ("mix", "clients", "requests/s", "p50, ms", "p95", "p99", "errors")
    return table(
        (*head, "cores: server + PostgreSQL + client", "cores of the machine", "limited by"), rows
    )


def count_seconds(loads: Results, answers: Results) -> float:
    """Seconds a junction to count the rows that pass a filter, as in the largest compilation on one
    shard.
    """
    one_shard = [name for name in answers["count"] if loads["sizes"][name]["shards"] == 1]
    largest = max(one_shard, key=lambda name: loads["sizes"][name]["rows"])
    return float(answers["count"][largest]["seconds"]["median"] / loads["sizes"][largest]["rows"])


def model(costs: Costs, count_seconds: float) -> str:
    """Per shard and in all, for every size on every number of shards."""
    rows: list[tuple[object, ...]] = []
    for size in SIZES:
        held = f"{size.junctions * costs.disk(size.pairs) / 1e9:,.0f}"
        catalog = f"{size.samples * costs.sample_bytes / 1e6:,.0f}"
        one = f"{costs.junction_ms.at(_FREQUENT * size.samples):.1f}"
        for number in SHARDS if size.samples >= SRA3.samples else SHARDS[:1]:
            each = pod(size, costs, share=1 / number, count_seconds=count_seconds)
            rows.append(
                (size.title, f"{size.pairs:.0f}", number, held, *_cells(each), catalog, one)
            )
    head = (
        "compilation",
        "pairs a junction",
        "shards",
        "on disk, GB",
        "volume, GiB",
        "memory, GiB",
        "load, min",
    )
    return table(
        (*head, "filtered count, s", "catalog, MB", "one junction in a tenth of the samples, ms"),
        rows,
    )


def _cells(each: Pod) -> tuple[str, ...]:
    return (
        f"{each.volume / GIB:,.1f}",
        f"{each.memory / GIB:,.1f}",
        f"{each.load_seconds / 60:,.0f}",
        f"{each.count_seconds:,.1f}",
    )


def volumes(costs: Costs, count_seconds: float) -> str:
    """What each chromosome's shard needs, for GTEx and for the large compilation, in GiB."""
    rows = []
    for name, share in CHROMOSOME_SHARES.items():
        needs = [
            pod(size, costs, share=share, count_seconds=count_seconds) for size in (GTEX, SRA3)
        ]
        cells = [f"{value / GIB:.1f}" for need in needs for value in (need.volume, need.memory)]
        rows.append((name, f"{100 * share:.2f}", *cells))
    head = [f"{size.title}: {what}, GiB" for size in (GTEX, SRA3) for what in ("volume", "memory")]
    return table(("chromosome", "junctions, %", *head), rows)
