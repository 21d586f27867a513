"""Measures the loaded compilations: windows, one junction, counts, exports, and their processor time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from analysis.growth.compilations import Compilation
from analysis.growth.latency import Question, in_turns
from analysis.growth.target import Target, frequent_junctions
from analysis.growth.windows import constant_windows
from analysis.measuring import interleaved
from analysis.processes import watched
from analysis.serving import Served, serving
from snapshard.connections import Embedded
from snapshard.index import Index
from snapshard.region import Region
from snapshard.settings import Settings

COUNTED = Region("chr1", 1, 25_000_000)
"""Every compilation of at least a million junctions has the same 618,870 rows here."""
_JUNCTIONS = 30
_LEAST = 100
"""The least number of samples of the rows that are counted."""


def measure(
    compilations: Sequence[Compilation], data: Path, *, rows: int, windows: int, rounds: int
) -> dict[str, Any]:
    """The figures of every compilation by name; windows hold about `rows` junctions each."""
    with _targets(compilations, data) as (targets, served):
        regions = {
            name: constant_windows(target.index, target.release, rows=rows, count=windows)
            for name, target in targets.items()
        }
        return {
            "window": in_turns(
                {name: _windows(target, regions[name]) for name, target in targets.items()},
                rounds=rounds,
            ),
            "window_json": _window_json(targets, regions, rounds=rounds),
            "junction": in_turns(
                {name: _junctions(target, regions[name]) for name, target in targets.items()},
                rounds=rounds,
            ),
            "count": _counts(targets, rounds=rounds),
            "export": _exports(targets, rounds=rounds),
            "cost": {
                name: _cost(target, regions[name], served) for name, target in targets.items()
            },
        }


@contextmanager
def _targets(
    compilations: Sequence[Compilation], data: Path
) -> Iterator[tuple[dict[str, Target], Served]]:
    with ExitStack() as stack:
        embedded = stack.enter_context(closing(Embedded(data)))
        index = stack.enter_context(closing(Index(embedded.shard_map, Settings())))
        served = stack.enter_context(serving(data))
        names = [compilation.name for compilation in compilations]
        releases = {name: index.catalog.release(name) for name in names}
        yield (
            {name: Target(index, release, served.url) for name, release in releases.items()},
            served,
        )


def _windows(target: Target, regions: Sequence[Region]) -> list[Question]:
    return [partial(target.window, region) for region in regions]


def _junctions(target: Target, regions: Sequence[Region]) -> list[Question]:
    spans = frequent_junctions(target, list(regions), count=_JUNCTIONS, share=0.1)
    return [partial(target.junction, span) for span in spans]


def _window_json(
    targets: Mapping[str, Target], regions: Mapping[str, list[Region]], *, rounds: int
) -> dict[str, Any]:
    with ExitStack() as stack:
        questions: dict[str, list[Question]] = {}
        for name, target in targets.items():
            connection = stack.enter_context(closing(target.connect()))
            ask = partial(target.window_json, connection)
            questions[name] = [partial(ask, region) for region in regions[name]]
        return in_turns(questions, rounds=rounds)


def _counts(targets: Mapping[str, Target], *, rounds: int) -> dict[str, Any]:
    """Seconds to count the rows in at least a hundred samples of a whole release."""
    counts = {name: target.count(_LEAST) for name, target in targets.items()}
    actions = {name: partial(target.count, _LEAST) for name, target in targets.items()}
    seconds = interleaved(actions, rounds)
    return {name: {"counted": counts[name], "seconds": seconds[name]} for name in targets}


def _exports(targets: Mapping[str, Target], *, rounds: int) -> dict[str, Any]:
    """Bytes and seconds of an export of rows with samples, of the same part of the genome."""
    sizes = {name: target.export(COUNTED) for name, target in targets.items()}
    actions = {name: partial(target.export, COUNTED) for name, target in targets.items()}
    seconds = interleaved(actions, rounds)
    return {name: {"bytes": sizes[name], "seconds": seconds[name]} for name in targets}


def _cost(target: Target, regions: Sequence[Region], served: Served) -> dict[str, Any]:
    """Processor milliseconds per window as JSON, processor seconds per exported gigabyte, and peak
    memory.
    """
    groups = {"server": served.server, "postgres": served.postgres}
    with closing(target.connect()) as connection, watched(groups) as windows:
        for region in regions:
            target.window_json(connection, region)
    with watched(groups) as export:
        size = target.export(COUNTED)
    return {
        "window_cpu_ms": {
            name: 1000 * use.cpu_seconds / len(regions) for name, use in windows.items()
        },
        "export_cpu_s_per_gb": {name: 1e9 * use.cpu_seconds / size for name, use in export.items()},
        "peak_bytes": {
            name: max(windows[name].peak_bytes, export[name].peak_bytes) for name in groups
        },
    }
