"""Tables of MAJIQ (voila tsv): a local splicing variation per line, with all of its junctions.

`junctions_coords` (`Junctions coords` before version 2.1) lists `start-end` separated by semicolons:
the last base of the exon before and the first base of the exon behind, 1-based. Source: MAJIQ
documentation, voila tsv; the junctions of a variation end at the ends of its reference exon.
"""

import re

import numpy as np

from snapshard.junction_files.cells import chromosomes, strands
from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import JunctionFormat, ReadOptions, own_names
from snapshard.junction_files.introns import NO_READS, BadCell, Introns
from snapshard.junction_files.table import Head, quoted
from snapshard.rows import Rows

_LISTS = ("junctions_coords", "Junctions coords", "junction_coord")
_CHROMOSOME = ("seqid", "chr", "chrom", "chromosome")
_SPAN = re.compile(rb"(\d{1,18})-(\d{1,18})")


def _fits(head: Head) -> bool:
    return _name(_LISTS, head.columns) is not None and _name(_CHROMOSOME, head.columns) is not None


def _name(names: tuple[str, ...], columns: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in columns), None)


def _read(rows: Rows, options: ReadOptions) -> Introns:
    column = _name(_LISTS, rows.columns)
    chromosome = _name(_CHROMOSOME, rows.columns)
    if column is None or chromosome is None:
        raise BadCell(0, f"expected the columns {_CHROMOSOME[0]} and {_LISTS[0]}")
    convention, spans = CONVENTIONS["exons"], []
    for row, text in enumerate(rows.texts(column)):
        for part in filter(None, text.split(b";")):
            match = _SPAN.fullmatch(part.strip())
            if match is None:
                raise BadCell(row, f"{column}: expected start-end;start-end, got {quoted(text)}")
            spans.append((row, int(match[1]) + convention.start, int(match[2]) + convention.end))
    table = np.array(spans, np.int64).reshape(-1, 3)
    lines = table[:, 0].tolist()
    chroms = chromosomes(rows, chromosome)
    signs = strands(rows, "strand" if "strand" in rows.columns else None)
    return Introns(
        table[:, 0],
        [chroms[line] for line in lines],
        table[:, 1],
        table[:, 2],
        [signs[line] for line in lines],
        np.full(len(table), NO_READS, np.int64),
    )


MAJIQ = JunctionFormat(
    "majiq",
    "MAJIQ's voila tsv: several junctions per line",
    CONVENTIONS["exons"].meaning,
    "MAJIQ documentation, voila tsv",
    _fits,
    own_names,
    _read,
    needs_names=True,
)
