"""The junctions of a published release for genome browsers: BED, compressed by bgzip and indexed by
tabix.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pysam

from snapshard.files.manifest import Manifest
from snapshard.files.row_file import RowFile
from snapshard.files.store import Store
from snapshard.match import Match

BED = "junctions.bed.gz"
BED_INDEX = f"{BED}.tbi"
_COLUMNS = ("snaptron_id", "start", "end", "strand", "samples_count", "coverage_sum")
_MOST_SCORE = 1_000
"""BED's own bound of a score."""


def write_bed(store: Store, manifest: Manifest, path: Path) -> int:
    """Writes the junctions of all chromosomes as compressed BED, and its index beside it; returns the
    number of rows.

    The first six columns are BED's, and two follow: samples and reads. The name is the snaptron_id, the
    score the number of samples up to 1,000. Starts count from 0 and ends are not included, as in all BED.
    """
    rows = 0
    with pysam.BGZFile(str(path), "wb", None) as file:
        for lines in _row_group_lines(store, manifest):
            file.write("".join(lines).encode())
            rows += len(lines)
    pysam.tabix_index(str(path), preset="bed", force=True)
    return rows


def _row_group_lines(store: Store, manifest: Manifest) -> Iterator[list[str]]:
    """The lines of one row group after the other."""
    for entry in manifest.files:
        if entry.table != "junctions":
            continue
        file = RowFile(store, entry)
        for group in file.candidates((), Match.OVERLAP):
            table = file.read(group, _COLUMNS)
            ids, starts, ends, strands, counts, reads = table.select(_COLUMNS).itercolumns()
            columns = (pc.subtract(starts, 1), ends, ids, strands, counts, reads)
            fields = zip(*[column.to_pylist() for column in columns], strict=True)
            yield [_line(entry.chromosome, *values) for values in fields]
        file.close()


def _line(
    chrom: str | None, start: int, end: int, number: int, strand: str, count: int, reads: int
) -> str:
    # BED knows no "?"; a strand that is not known is a dot.
    sign = strand if strand in "+-" else "."
    score = min(count, _MOST_SCORE)
    return f"{chrom}\t{start}\t{end}\t{number}\t{score}\t{sign}\t{count}\t{reads}\n"
