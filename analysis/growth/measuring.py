"""Measures the loaded compilations: windows, one junction, counts, exports, and what processors
they cost.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from analysis.growth.asked import Asked, frequent_junctions
from analysis.growth.compilations import Compilation
from analysis.growth.latency import Question, in_turns
from analysis.growth.windows import constant_windows
from analysis.measuring import interleaved
from analysis.processes import watched
from analysis.serving import Served, serving
from snapshard.connections import Embedded
from snapshard.index import Index
from snapshard.region import Region
from snapshard.settings import Settings

COUNTED = Region("chr1", 1, 25_000_000)
"""Every compilation of GTEx's density has the same 618,870 rows here, if it has a million."""
_JUNCTIONS = 30
_LEAST = 100  # samples of the rows that are counted


def measure(
    compilations: Sequence[Compilation], data: Path, *, rows: int, windows: int, rounds: int
) -> dict[str, Any]:
    """The figures of every compilation by name; windows hold about `rows` junctions each."""
    with _asked(compilations, data) as (asked, served):
        places = {
            name: constant_windows(one.index, one.release, rows=rows, count=windows)
            for name, one in asked.items()
        }
        return {
            "window": in_turns(
                {name: _windows(asked[name], regions) for name, regions in places.items()},
                rounds=rounds,
            ),
            "window_json": _window_json(asked, places, rounds=rounds),
            "junction": in_turns(
                {name: _junctions(asked[name], regions) for name, regions in places.items()},
                rounds=rounds,
            ),
            "count": _counts(asked, rounds=rounds),
            "export": _exports(asked, rounds=rounds),
            "cost": {name: _cost(one, places[name], served) for name, one in asked.items()},
        }


@contextmanager
def _asked(
    compilations: Sequence[Compilation], data: Path
) -> Iterator[tuple[dict[str, Asked], Served]]:
    embedded = Embedded(data)
    with ExitStack() as stack:
        stack.callback(embedded.close)
        index = Index(embedded.shard_map, Settings())
        stack.callback(index.close)
        served = stack.enter_context(serving(data))
        releases = {one.name: index.catalog.release(one.name) for one in compilations}
        yield (
            {name: Asked(index, release, served.url) for name, release in releases.items()},
            served,
        )


def _windows(asked: Asked, regions: Sequence[Region]) -> list[Question]:
    return [partial(asked.window, region) for region in regions]


def _junctions(asked: Asked, regions: Sequence[Region]) -> list[Question]:
    spans = frequent_junctions(asked, list(regions), count=_JUNCTIONS, share=0.1)
    return [partial(asked.junction, span) for span in spans]


def _window_json(
    asked: Mapping[str, Asked], places: Mapping[str, list[Region]], *, rounds: int
) -> dict[str, Any]:
    with ExitStack() as stack:
        connections = {
            name: stack.enter_context(closing(one.connect())) for name, one in asked.items()
        }
        questions = {
            name: [
                partial(asked[name].window_json, connections[name], region) for region in regions
            ]
            for name, regions in places.items()
        }
        return in_turns(questions, rounds=rounds)


def _counts(asked: Mapping[str, Asked], *, rounds: int) -> dict[str, Any]:
    """Seconds to count the rows in a hundred samples or more of a whole release."""
    counted = {name: one.count(_LEAST) for name, one in asked.items()}
    seconds = interleaved({name: partial(one.count, _LEAST) for name, one in asked.items()}, rounds)
    return {name: {"counted": counted[name], "seconds": seconds[name]} for name in asked}


def _exports(asked: Mapping[str, Asked], *, rounds: int) -> dict[str, Any]:
    """Bytes and seconds of the rows with samples of the same stretch of the genome."""
    size = {name: one.export(COUNTED) for name, one in asked.items()}
    seconds = interleaved(
        {name: partial(one.export, COUNTED) for name, one in asked.items()}, rounds
    )
    return {name: {"bytes": size[name], "seconds": seconds[name]} for name in asked}


def _cost(asked: Asked, regions: Sequence[Region], served: Served) -> dict[str, Any]:
    """Processor milliseconds of a window as JSON, and processor seconds and memory of a gigabyte
    exported.
    """
    groups = {"server": served.server, "postgres": served.postgres}
    with closing(asked.connect()) as connection, watched(groups) as windows:
        for region in regions:
            asked.window_json(connection, region)
    with watched(groups) as export:
        size = asked.export(COUNTED)
    return {
        "window_cpu_ms": {
            name: 1000 * use.cpu_seconds / len(regions) for name, use in windows.items()
        },
        "export_cpu_s_per_gb": {name: 1e9 * use.cpu_seconds / size for name, use in export.items()},
        "peak_bytes": {
            name: max(windows[name].peak_bytes, export[name].peak_bytes) for name in groups
        },
    }
