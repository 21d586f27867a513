"""Writes the tables of docs/growth.md and kubernetes/README.md, and the plots, from the result files."""

from collections.abc import Callable, Mapping
from itertools import product
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
    """Rewrites all tables between markers, and all plots."""
    tables = tables_of(
        read_result("growth-loads"), read_result("growth-answers"), read_result("clients")
    )
    for document in DOCUMENTS:
        fill(document, tables)
    write_plots()


def write_plots() -> None:
    """Writes the three plots to the folder of results."""
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
    """Functions that write the tables, by the names of their markers."""
    costs = costs_of(loads, answers)
    return {
        "circumstances": lambda: circumstances(loads, answers, clients),
        "loads": lambda: load_table(loads["sizes"]),
        "windows": lambda: windows(loads["sizes"], answers),
        "flat": lambda: flat(answers),
        "samples": lambda: samples(loads["sizes"], answers),
        "sizing": lambda: sizing(loads, answers),
        "clients": lambda: many_clients(clients),
        "model": lambda: model(costs, count_seconds(loads, answers)),
        "volumes": lambda: volumes(costs, count_seconds(loads, answers)),
    }


def circumstances(loads: Results, answers: Results, clients: Results) -> str:
    """The machine and the versions, and a table of when each part was measured."""
    measured = {f"load of {name}": load["measured"] for name, load in loads["sizes"].items()}
    measured |= {"answers": answers["measured"], "clients": clients["measured"]}
    rows = [
        (name, run["date"], run["commit"], f"{run['load_average']:.1f}")
        for name, run in measured.items()
    ]
    runs = measured.values()
    machines = [f"Machine: {run['machine']}; Python {run['python']}." for run in runs]
    versions = answers["measured"]["packages"].items()
    packages = ", ".join(f"{name} {version}" for name, version in versions)
    summary = "\n".join(dict.fromkeys(machines)) + f" Packages: {packages}."
    return f"{summary}\n\n{table(('what', 'date', 'commit', 'load average after'), rows)}"


def load_table(sizes: Results) -> str:
    """Rows, text, time, processors, memory and bytes of each load."""
    rows = []
    for name, load in sizes.items():
        cpu, peak, disk = load["cpu_seconds"], load["peak_bytes"], load["bytes"]
        shards = f"{load['shards']} shard{'s' * (load['shards'] > 1)}"
        rows.append(
            (
                f"{name}: {load['rows']:,} x {load['samples']:,}, {shards}",
                f"{load['text_bytes'] / 1e9:.2f}",
                f"{load['seconds']:,.0f}",
                f"{cpu['loader']:,.0f} + {cpu['postgres']:,.0f}",
                f"{load['rows'] / load['seconds']:,.0f}",
                f"{load['text_bytes'] / sum(cpu.values()) / 1e6:.0f}",
                f"{peak['loader'] / 1e6:,.0f} / {peak['postgres'] / 1e6:,.0f}",
                *[f"{disk[part] / load['rows']:.0f}" for part in ("rows", "payload", "beside")],
                f"{load['load_average'][1]:.1f}",
            )
        )
    head = (
        "junctions x samples",
        "text, GB",
        "s",
        "processor s: loader + PostgreSQL",
        "rows/s",
        "MB of text per processor second",
    )
    return table(
        (*head, "peak memory, MB", "rows, B", "payload, B", "beside, B", "load average"), rows
    )


def windows(sizes: Results, answers: Results) -> str:
    """Latency of windows by the number of junctions."""
    rows = []
    for name in filter(answers["window"].__contains__, GROWING):
        cells = []
        for question in _TITLES:
            times = answers[question][name]["ms"]
            cells += [f"{times[part]:.1f}" for part in ("p5", "p50", "p99")]
        windows = answers["window"][name]
        rows.append(
            (
                f"{sizes[name]['rows']:,}",
                sizes[name]["shards"],
                f"{windows['mean_size']:,.0f}",
                windows["asked"],
                *cells,
            )
        )
    columns = [f"{title}, {part}" for title, part in product(_TITLES.values(), _PARTS)]
    return table(("junctions", "shards", "mean rows", "queries", *columns), rows)


def flat(answers: Results) -> str:
    """The ratios of the slowest size to the smallest, by percentile; the bar is 1.2."""
    parts = ("p5", "p50", "p99")
    rows = []
    for question, title in _TITLES.items():
        ratios = [f"{flatness(answers, question, part):.2f}" for part in parts]
        rows.append((title, *ratios))
    return table(("slowest size / 1 M junctions", *parts), rows)


def samples(sizes: Results, answers: Results) -> str:
    """Figures by the number of samples, for the same number of junctions."""
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
        "samples per junction",
        "window, library, ms",
        "window, JSON, ms",
        "one junction: pairs: ms",
    )
    return table((*head, "export, MB/s", "server's peak memory, MB"), rows)


def many_clients(result: Results) -> str:
    """Throughput, latency, errors and the limiting resource, by mix and number of clients."""
    rows = []
    for run in result["runs"]:
        cores = " + ".join(
            f"{run['cores'][group]:.2f}" for group in ("server", "postgres", "client")
        )
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
    """Seconds per junction of a filtered count, measured on the largest compilation with one shard."""
    one_shard = [name for name in answers["count"] if loads["sizes"][name]["shards"] == 1]
    largest = max(one_shard, key=lambda name: loads["sizes"][name]["rows"])
    return float(answers["count"][largest]["seconds"]["median"] / loads["sizes"][largest]["rows"])


def model(costs: Costs, count_seconds: float) -> str:
    """Needs per shard and in total, for every size and number of shards."""
    rows: list[tuple[object, ...]] = []
    for size in SIZES:
        disk = f"{size.junctions * costs.disk(size.pairs) / 1e9:,.0f}"
        catalog = f"{size.samples * costs.sample_bytes / 1e6:,.0f}"
        milliseconds = f"{costs.junction_ms.at(_FREQUENT * size.samples):.1f}"
        for number in SHARDS if size.samples >= SRA3.samples else SHARDS[:1]:
            shard = pod(size, costs, share=1 / number, count_seconds=count_seconds)
            rows.append(
                (
                    size.title,
                    f"{size.pairs:.0f}",
                    number,
                    disk,
                    *_cells(shard),
                    catalog,
                    milliseconds,
                )
            )
    head = (
        "compilation",
        "samples per junction",
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


def _cells(shard: Pod) -> tuple[str, ...]:
    return (
        f"{shard.volume / GIB:,.1f}",
        f"{shard.memory / GIB:,.1f}",
        f"{shard.load_seconds / 60:,.0f}",
        f"{shard.count_seconds:,.1f}",
    )


def volumes(costs: Costs, count_seconds: float) -> str:
    """Needs of each chromosome's shard in GiB, for GTEx and for the large compilation."""
    rows = []
    for name, share in CHROMOSOME_SHARES.items():
        cells = []
        for size in (GTEX, SRA3):
            shard = pod(size, costs, share=share, count_seconds=count_seconds)
            cells += [f"{shard.volume / GIB:.1f}", f"{shard.memory / GIB:.1f}"]
        rows.append((name, f"{100 * share:.2f}", *cells))
    head = [
        f"{size.title}: {need}, GiB" for size, need in product((GTEX, SRA3), ("volume", "memory"))
    ]
    return table(("chromosome", "junctions, %", *head), rows)
