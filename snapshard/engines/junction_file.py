"""Writes transposed junctions as a junction file, which `snapshard load` reads."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from snapshard.chromosome import chromosome_lengths
from snapshard.junction import NAMES
from snapshard.rows import decimal_text

_BATCH_ROWS = 10_000
_LEVEL = 3


def write_junction_file(folder: Path, path: Path, assembly: str | None = None) -> int:
    """Writes the transposed junctions of a folder (chromosome=.../*.parquet) to a gzip file of 17
    columns in genome order, other contigs last by name, with ids from 1. Returns the number of
    junctions.
    """
    count = 0
    with gzip.open(path, "wt", encoding="ascii", compresslevel=_LEVEL) as file:
        for chrom, part in _parts(folder, assembly):
            for rows in pq.ParquetFile(part).iter_batches(batch_size=_BATCH_ROWS):
                for row in rows.to_pylist():
                    count += 1
                    file.write(_line({**row, "chromosome": chrom, "snaptron_id": count}))
    return count


def _parts(folder: Path, assembly: str | None) -> Iterator[tuple[str, Path]]:
    """The files of each chromosome, in order."""
    rank = {chrom: number for number, chrom in enumerate(chromosome_lengths(assembly or "GRCh38"))}
    chroms = [path.name.removeprefix("chromosome=") for path in folder.glob("chromosome=*")]
    for chrom in sorted(chroms, key=lambda chrom: (rank.get(chrom, len(rank)), chrom)):
        for part in sorted((folder / f"chromosome={chrom}").glob("*.parquet")):
            yield chrom, part


def _line(row: dict[str, Any]) -> str:
    row["source_dataset_id"] = 0
    for name in ("coverage_avg", "coverage_median"):
        row[name] = decimal_text(row[name])
    return "\t".join(str(row[name]) for name in NAMES) + "\n"
