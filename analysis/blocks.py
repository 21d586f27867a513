"""Reads a published file of pairs from S3 in blocks of several sizes, with and without threads, with all
columns and with one: requests, bytes and seconds of each.

A block is the most that Arrow requests at once: adjacent columns and row groups are joined up to that
size. A question reads every row of the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from analysis.measuring import interleaved
from analysis.s3 import Traffic, file_system

BLOCKS = (1, 5, 16, 50, 200)
"""Megabytes."""
_HOLE_BYTES = 8 << 10
"""Bytes between two ranges that are read with them instead of in two requests; Arrow's own value."""


@dataclass(frozen=True)
class BlockTrial:
    """One way to read a file. `columns` are all columns if it is None."""

    megabytes: int
    has_threads: bool
    columns: tuple[str, ...] | None

    @property
    def name(self) -> str:
        """The trial in words, as in the results."""
        threads = "threads" if self.has_threads else "one thread"
        return f"{self.megabytes} MB, {threads}, {'one column' if self.columns else 'all columns'}"

    def read(self, files: fs.FileSystem, path: str) -> int:
        """Reads a file; returns its rows."""
        options = ds.ParquetFragmentScanOptions(
            pre_buffer=True,
            cache_options=pa.CacheOptions(
                hole_size_limit=_HOLE_BYTES, range_size_limit=self.megabytes << 20
            ),
        )
        source = ds.dataset(
            path,
            filesystem=files,
            format=ds.ParquetFileFormat(default_fragment_scan_options=options),
        )
        columns = None if self.columns is None else list(self.columns)
        return source.to_table(columns=columns, use_threads=self.has_threads).num_rows


def trials() -> Iterator[BlockTrial]:
    """All combinations."""
    for megabytes, has_threads, columns in product(BLOCKS, (False, True), (("coverages",), None)):
        yield BlockTrial(megabytes, has_threads, columns)


def measure_blocks(path: str, repeats: int, traffic: Traffic) -> dict[str, dict]:
    """Seconds, requests and bytes of each trial with a file on S3, by its name."""
    files = file_system()
    actions = {trial.name: lambda trial=trial: trial.read(files, path) for trial in trials()}
    seconds = interleaved(actions, repeats)
    figures = {}
    for name, action in actions.items():
        before = Traffic(traffic.requests, traffic.bytes)
        rows = action()
        requests, size = traffic.requests - before.requests, traffic.bytes - before.bytes
        figures[name] = {**seconds[name], "rows": rows, "requests": requests, "bytes": size}
    return figures


def block_rows(figures: dict[str, dict]) -> list[tuple[str, ...]]:
    """The lines of the table: one per block and choice of columns, with the seconds of both ways to use
    threads. Requests and bytes do not depend on threads.
    """
    lines = []
    for trial in trials():
        if not trial.has_threads:
            single, several = (
                figures[replace(trial, has_threads=has_threads).name]
                for has_threads in (False, True)
            )
            columns = ", ".join(trial.columns or ["all"])
            seconds = (f"{single['median']:.2f}", f"{several['median']:.2f}")
            traffic = (str(single["requests"]), f"{single['bytes'] / 1e6:.1f}")
            lines.append((f"{trial.megabytes} MB", columns, *seconds, *traffic))
    return lines
