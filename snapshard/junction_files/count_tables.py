"""Tables with the junctions of many samples: recount3's matrices, GTEx' GCT, LeafCutter's and FRASER's
counts.

- recount3 has three files: `RR` is the junctions, `ID` the samples, and `MM` the counts as a sparse
  matrix (MatrixMarket): lines of row, column and reads, counted from 1. Source:
  https://rna.recount.bio/docs/raw-files.html; https://math.nist.gov/MatrixMarket/formats.html.
- GTEx: a line `#1.2`, a line with the numbers of rows and samples, then a table with a column for each
  sample and ids such as `chr1_14829_14970_ENSG00000227232.5`: the last base of the exon before and the
  first base of the exon behind, 1-based. Source: GTEx portal, `…_junctions.gct.gz`; GCT format of
  GenePattern.
- FRASER and DROP: `k_j_counts.tsv.gz` has the columns seqnames, start, end, strand, then a column for each
  sample; positions are those of the intron, 1-based. The tables beside it (`n_psi5_counts`, …) are derived
  from it or have other reads. Source: DROP, exportCounts.R; FRASER, mergeExternalData.
- LeafCutter's `perind.counts` and `perind_numers.counts`: see `leafcutter`. A cell `3/9` is 3 reads.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

import numpy as np

from snapshard.errors import BadRow, BadSource
from snapshard.junction_files.cells import whole_numbers
from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import ReadOptions
from snapshard.junction_files.introns import NO_READS, BadCell, Introns
from snapshard.junction_files.junction_file import FORMATS, JunctionFile
from snapshard.junction_files.mapped import ColumnMap
from snapshard.junction_files.table import quoted
from snapshard.junction_files.text_lines import Stream, TextLines
from snapshard.pairs import Integers
from snapshard.rows import Rows

Open = Callable[[str], AbstractContextManager[Stream]]
"""Opens the file of a path or address."""

_MATRIX = re.compile(r"^(.*)\.MM((?:\.gz)?)$")
_MATRIX_PARTS = re.compile(r"^.*\.(?:RR|ID)(?:\.gz)?$")
_FRASER = re.compile(r"k_j_counts\.tsv(\.gz)?$")
_FRASER_PARTS = re.compile(r"(?:k_theta|n_theta|n_psi5|n_psi3)_counts\.tsv(?:\.gz)?$")
_FRASER_KEYS = ("seqnames", "start", "end", "strand")
_GCT_ID = re.compile(rb"(\S+?)_(\d{1,18})_(\d{1,18})(?:_\S+)?")
_DENOMINATOR = re.compile(rb"/\d+")
_MATRIX_HEAD = b"%%MatrixMarket matrix coordinate integer general"


@dataclass(frozen=True)
class CountTable:
    """A table of counts: what it is, how it counts positions, and the names of its samples.

    batches: yields the introns with their reads, one for each count that is not 0, and beside them
    the number of the sample (from 0). Raises BadRow and BadSource.
    """

    meaning: str
    positions: str
    samples: tuple[str, ...]
    batches: Callable[[], Iterator[tuple[Introns, Integers]]]


def is_count_table_part(path: str) -> bool:
    """Whether a path is that of a file that belongs to a table beside it: of recount3 or FRASER."""
    return bool(_MATRIX_PARTS.match(path) or _FRASER_PARTS.search(path))


def open_count_table(path: str, name: str, open_file: Open) -> CountTable | None:
    """The table of counts at a path; None if it is a file of one sample. Messages call it by `name`."""
    if matrix := _MATRIX.match(path):
        return _recount3(matrix[1], matrix[2], name, open_file)
    if "perind" in name:
        return _leafcutter(path, name, open_file)
    if re.search(r"\.gct(\.gz)?$", name):
        return _gct(path, name, open_file)
    if _FRASER.search(name):
        return _fraser(path, name, open_file)
    return None


def _lines(path: str, name: str, open_file: Open) -> Iterator[tuple[int, bytes]]:
    with open_file(path) as stream:
        yield from TextLines(stream, name).blocks()


def _recount3(stem: str, suffix: str, name: str, open_file: Open) -> CountTable:
    paths = {part: f"{stem}.{part}{suffix}" for part in ("RR", "ID", "MM")}
    text = b"".join(block for _, block in _lines(paths["ID"], f"{name} (ID)", open_file))
    samples = tuple(line.split("\t")[0] for line in text.decode().splitlines() if line)
    if samples[:1] == ("rail_id",):
        samples = samples[1:]
    return CountTable(
        "recount3's matrix (MM, RR, ID)",
        CONVENTIONS["intron"].meaning,
        samples,
        partial(_matrix_counts, paths, len(samples), name, open_file),
    )


def _matrix_counts(
    paths: dict[str, str], sample_count: int, name: str, open_file: Open
) -> Iterator[tuple[Introns, Integers]]:
    introns = _matrix_rows(paths["RR"], f"{name} (RR)", open_file)
    size: list[int] | None = None
    entries = 0
    for number, block in _lines(paths["MM"], name, open_file):
        text, first = block, number
        if size is None:
            size, text, first = _matrix_size(block, name)
            _check_size(size, len(introns), sample_count, name)
        if not text:
            continue
        rows = Rows(text.replace(b" ", b"\t"), ("row", "column", "reads"))
        try:
            row, column, reads = (whole_numbers(rows, cell) for cell in rows.columns)
        except (BadCell, ValueError) as error:
            at = error.row if isinstance(error, BadCell) else 0
            reason = f"expected row, column and reads as whole numbers ({error})"
            raise BadRow(name, first + at, reason) from error
        outside = (row < 1) | (row > size[0]) | (column < 1) | (column > size[1])
        if outside.any():
            at = int(np.flatnonzero(outside)[0])
            reason = f"expected a row up to {size[0]} and a column up to {size[1]}"
            raise BadRow(name, first + at, f"{reason}, got {row[at]} and {column[at]}")
        entries += len(row)
        order = np.argsort(row, kind="stable")
        yield introns.at(row[order] - 1).with_reads(reads[order]), column[order] - 1
    if size is None or entries != size[2]:
        counted = size[2] if size else "a matrix"
        raise BadSource(name, f"expected {counted} counts, got {entries}: the file is truncated")


def _matrix_rows(path: str, name: str, open_file: Open) -> Introns:
    """The introns of a file of rows, all of them."""
    with open_file(path) as stream:
        parts = [
            batch.introns for batch in JunctionFile(stream, name, format_name="plain").batches()
        ]
    motifs = [motif for part in parts for motif in part.motifs or [""] * len(part)]
    return Introns(
        np.arange(len(motifs)),
        [chrom for part in parts for chrom in part.chroms],
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.ends for part in parts]),
        [strand for part in parts for strand in part.strands],
        np.full(len(motifs), NO_READS, np.int64),
        motifs,
    )


def _matrix_size(block: bytes, name: str) -> tuple[list[int], bytes, int]:
    """Rows, columns and counts, as the head of a matrix says; the text behind it, and its line."""
    lines = block.split(b"\n")
    if not lines[0].lower().startswith(_MATRIX_HEAD.lower()):
        raise BadRow(name, 1, f"expected {_MATRIX_HEAD.decode()!r}, got {quoted(lines[0])}")
    at = next((at for at, line in enumerate(lines) if not line.startswith(b"%")), 0)
    size = lines[at].split()
    if len(size) != 3 or not all(cell.isdigit() for cell in size):
        reason = f"expected the numbers of rows, columns and counts, got {quoted(lines[at])}"
        raise BadRow(name, at + 1, reason)
    return [int(cell) for cell in size], b"\n".join(lines[at + 1 :]), at + 2


def _check_size(size: list[int], row_count: int, sample_count: int, name: str) -> None:
    if size[:2] != [row_count, sample_count]:
        raise BadSource(
            name,
            f"expected a matrix of {row_count} junctions (RR) and {sample_count} samples (ID), "
            f"got one of {size[0]} and {size[1]}",
        )


def _leafcutter(path: str, name: str, open_file: Open) -> CountTable:
    leafcutter = FORMATS["leafcutter"]
    first, *others = _head(path, name, open_file, 2)
    header, cells = first.decode().split(), (others or [b""])[0].split()
    # The header may lack the name of the first column.
    samples = tuple(header if len(header) == len(cells) - 1 else header[1:])
    return CountTable(
        leafcutter.meaning,
        leafcutter.positions,
        samples,
        partial(_wide_counts, path, name, open_file, 1, 1, len(samples) + 1, _leafcutter_introns),
    )


def _leafcutter_introns(rows: Rows) -> Introns:
    return FORMATS["leafcutter"].read(rows, ReadOptions())


def _gct(path: str, name: str, open_file: Open) -> CountTable:
    first = _head(path, name, open_file, 3)
    if len(first) < 3 or not first[0].startswith(b"#1."):
        raise BadSource(name, f"expected #1.2 in the first line, got {quoted(first[0])}")
    header = first[2].decode().split("\t")
    return CountTable(
        "GTEx' table of junctions (GCT)",
        CONVENTIONS["exons"].meaning,
        tuple(header[2:]),
        partial(_wide_counts, path, name, open_file, 3, 2, len(header), _gct_introns),
    )


def _gct_introns(rows: Rows) -> Introns:
    convention, chroms, places = CONVENTIONS["exons"], [], []
    for number, text in enumerate(rows.texts(rows.columns[0])):
        match = _GCT_ID.fullmatch(text)
        if match is None:
            raise BadCell(number, f"expected an id such as chr1_14829_14970, got {quoted(text)}")
        chroms.append(match[1].decode())
        places.append((int(match[2]) + convention.start, int(match[3]) + convention.end))
    table = np.array(places, np.int64)
    unknown = ["?"] * len(chroms), np.full(len(chroms), NO_READS, np.int64)
    return Introns(np.arange(len(chroms)), chroms, table[:, 0], table[:, 1], *unknown)


def _fraser(path: str, name: str, open_file: Open) -> CountTable:
    (first,) = _head(path, name, open_file, 1)
    header = tuple(first.decode().split("\t"))
    if header[: len(_FRASER_KEYS)] != _FRASER_KEYS:
        keys = ", ".join(_FRASER_KEYS)
        raise BadSource(name, f"expected the columns {keys} and the samples, got {quoted(first)}")
    return CountTable(
        "FRASER's and DROP's external counts",
        CONVENTIONS["intron"].meaning,
        header[len(_FRASER_KEYS) :],
        partial(_wide_counts, path, name, open_file, 1, 4, len(header), _fraser_introns),
    )


def _fraser_introns(rows: Rows) -> Introns:
    chromosome, start, end, strand = rows.columns[: len(_FRASER_KEYS)]
    return ColumnMap(chromosome, start, end, strand).introns(rows)


def _wide_counts(
    path: str,
    name: str,
    open_file: Open,
    head: int,
    keys: int,
    width: int,
    read_introns: Callable[[Rows], Introns],
) -> Iterator[tuple[Introns, Integers]]:
    """Yields the counts of a table that has `head` lines before its rows, and `keys` columns before
    its samples, of `width` columns.
    """
    for number, block in _lines(path, name, open_file):
        head_lines = max(0, head - number + 1)
        # A head with thousands of samples may take more than one block.
        text = (block.split(b"\n", head_lines) + [b""] * head_lines)[head_lines]
        if not text:
            continue
        first = number + head_lines
        if keys == 1:
            text = _DENOMINATOR.sub(b"", text).replace(b" ", b"\t")
        _check_widths(text, width, first, name)
        rows = Rows(text, tuple(map(str, range(width))))
        try:
            introns = read_introns(rows)
            columns = [whole_numbers(rows, column) for column in rows.columns[keys:]]
            counts = np.stack(columns, axis=1)
        except BadCell as error:
            raise BadRow(name, first + error.row, str(error)) from error
        row, sample = np.nonzero(counts)
        yield introns.at(row).with_reads(counts[row, sample]), sample.astype(np.int64)


def _check_widths(text: bytes, width: int, first: int, name: str) -> None:
    """Raises BadRow for a line that does not have so many columns; `first` is the first line's number."""
    for number, line in enumerate(text.split(b"\n")[:-1], first):
        columns = line.count(b"\t") + 1
        if columns != width:
            reason = f"expected {width} columns, got {columns}: {quoted(line[:200])}"
            raise BadRow(name, number, reason)


def _head(path: str, name: str, open_file: Open, count: int) -> list[bytes]:
    """The first lines of a file, so many if it has them."""
    text = b""
    for _, block in _lines(path, name, open_file):
        text += block
        if text.count(b"\n") >= count:
            break
    return text.split(b"\n")[:count]
