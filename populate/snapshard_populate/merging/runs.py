"""Runs: records on disk, sorted within each chromosome, so that any part of the genome can be read
from all of them in bounded memory.

A run is one file per field of records. Of every chromosome it knows where its records lie, and every
SPACING-th key.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from snapshard_populate.merging.records import FIELDS, Keys, Records, joined, places_of

SPACING = 2048
BATCH = 1 << 19
"""Records that are merged at a time, about."""
RUN = 1 << 21
"""Records of a run, about, if they come one after the other; a run is sorted in memory."""


@dataclass(frozen=True)
class Stretch:
    """The records of one chromosome in a run: the first one's position, their number, and every
    SPACING-th key.
    """

    first: int
    count: int
    keys: Keys


@dataclass(frozen=True)
class Run:
    """A run by the path of its files without their suffixes."""

    path: str
    stretches: Mapping[str, Stretch]

    def part(self, chrom: str, low: np.uint64, high: np.uint64 | None) -> Records:
        """The records of a chromosome from one key on, up to another, which is not included."""
        stretch = self.stretches.get(chrom)
        if stretch is None:
            return joined([])
        keys = self._array("key", stretch)
        begin, end = (int(np.searchsorted(keys, key)) for key in (low, high or low))
        end = stretch.count if high is None else end
        return Records(*(np.array(self._array(name, stretch)[begin:end]) for name in FIELDS))

    def _array(self, name: str, stretch: Stretch) -> "np.memmap[tuple[int], np.dtype[np.integer]]":
        dtype = np.dtype(FIELDS[name])
        return np.memmap(
            f"{self.path}.{name}", dtype, "r", stretch.first * dtype.itemsize, (stretch.count,)
        )


def in_runs(
    records: Iterable[tuple[str, Records]], size: int
) -> Iterator[dict[str, list[Records]]]:
    """Yields records with their chromosomes, about `size` of them at a time, by chromosome."""
    parts: dict[str, list[Records]] = {}
    count = 0
    for chrom, of_chrom in records:
        parts.setdefault(chrom, []).append(of_chrom)
        count += len(of_chrom)
        if count >= size:
            yield parts
            parts, count = {}, 0
    if parts:
        yield parts


def write_run(path: Path, parts: Mapping[str, Sequence[Records]]) -> Run:
    """The run of these records, by chromosome, written to files of that path."""
    stretches: dict[str, Stretch] = {}
    first = 0
    files = {name: open(f"{path}.{name}", "wb") for name in FIELDS}  # noqa: SIM115
    try:
        for chrom, records_of_files in parts.items():
            records = joined(records_of_files).ordered()
            if not len(records):
                continue
            stretches[chrom] = Stretch(first, len(records), records.key[::SPACING].copy())
            first += len(records)
            for name, file in files.items():
                getattr(records, name).tofile(file)
    finally:
        for file in files.values():
            file.close()
    return Run(str(path), stretches)


def merged_batches(runs: Sequence[Run], chrom: str, *, batch: int = BATCH) -> Iterator[Records]:
    """Yields all records of a chromosome by key, about `batch` records at a time; no place is divided
    between two batches.
    """
    of_chrom = [run for run in runs if chrom in run.stretches]
    keys = np.sort(np.concatenate([run.stretches[chrom].keys for run in of_chrom]))
    bounds = np.unique(places_of(keys[:: max(1, batch // SPACING)]))
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        parts = [run.part(chrom, low, high) for run in of_chrom]
        yield joined(parts).ordered()
