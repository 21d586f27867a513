"""The junctions of a published release for genome browsers: BED, compressed by bgzip and indexed by
tabix, and bigBed.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pybigtools
import pysam

from snapshard.chromosome import chromosome_length
from snapshard.files.manifest import Manifest, PublishedFile
from snapshard.files.row_file import RowFile
from snapshard.files.store import Store
from snapshard.match import Match

BED = "junctions.bed.gz"
BED_INDEX = f"{BED}.tbi"
BIGBED = "junctions.bb"
_COLUMNS = ("snaptron_id", "start", "end", "strand", "samples_count", "coverage_sum")
_MOST_SCORE = 1_000
"""BED's own bound of a score."""
_AUTOSQL = """table junctions
"Introns of RNA-seq reads"
(
string chrom; "Chromosome"
uint chromStart; "First base of the intron, counted from 0"
uint chromEnd; "Base behind the intron, counted from 0"
string name; "snaptron_id"
uint score; "Number of samples, at most 1000"
char[1] strand; "+, -, or . if it is not known"
uint samples; "Number of samples"
bigint reads; "Reads in all samples"
)
"""
"""The columns, as genome browsers show them. Source: https://genome.ucsc.edu/goldenPath/help/bigBed.html"""
_Record = tuple[int, int, str]


def write_bed(store: Store, manifest: Manifest, path: Path) -> int:
    """Writes the junctions of all chromosomes as compressed BED, and its index beside it; returns the
    number of rows.

    The first six columns are BED's, and two follow: samples and reads. The name is the snaptron_id, the
    score the number of samples up to 1,000. Starts count from 0 and ends are not included, as in all BED.
    """
    rows = 0
    with pysam.BGZFile(str(path), "wb", None) as file:
        for entry in _junction_files(manifest):
            for records in _row_group_records(store, entry):
                lines = (f"{entry.chromosome}\t{a}\t{b}\t{rest}\n" for a, b, rest in records)
                file.write("".join(lines).encode())
                rows += len(records)
    pysam.tabix_index(str(path), preset="bed", force=True)
    return rows


def write_bigbed(store: Store, manifest: Manifest, path: Path) -> None:
    """Writes the same rows as bigBed, a chromosome after the other by name."""
    # The index of the format is in the order of names.
    entries = sorted(_junction_files(manifest), key=lambda entry: str(entry.chromosome))
    lengths = {str(entry.chromosome): _length(store, manifest, entry) for entry in entries}
    rows = (
        (str(entry.chromosome), start, end, rest)
        for entry in entries
        for records in _row_group_records(store, entry)
        for start, end, rest in records
    )
    pybigtools.open(str(path), "w").write(lengths, rows, autosql=_AUTOSQL)


def _junction_files(manifest: Manifest) -> list[PublishedFile]:
    return [entry for entry in manifest.files if entry.table == "junctions"]


def _length(store: Store, manifest: Manifest, entry: PublishedFile) -> int:
    """The length of a chromosome; that up to its last junction if its length is not known."""
    length = chromosome_length(str(entry.chromosome), manifest.provenance["assembly"])
    if length is not None:
        return length
    return max(end for records in _row_group_records(store, entry) for _, end, _ in records)


def _row_group_records(store: Store, entry: PublishedFile) -> Iterator[list[_Record]]:
    """The start (from 0), the end and the other columns of every row, one row group after the other."""
    file = RowFile(store, entry)
    for group in file.candidates((), Match.OVERLAP):
        table = file.read(group, _COLUMNS)
        ids, starts, ends, strands, counts, reads = table.select(_COLUMNS).itercolumns()
        columns = (pc.subtract(starts, 1), ends, ids, strands, counts, reads)
        fields = zip(*[column.to_pylist() for column in columns], strict=True)
        yield [_record(*values) for values in fields]
    file.close()


def _record(start: int, end: int, number: int, strand: str, count: int, reads: int) -> _Record:
    # BED knows no "?"; a strand that is not known is a dot.
    sign = strand if strand in "+-" else "."
    score = min(count, _MOST_SCORE)
    return start, end, f"{number}\t{score}\t{sign}\t{count}\t{reads}"
