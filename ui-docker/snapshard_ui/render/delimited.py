"""TSV, CSV and the three flavours of BED."""

import math
from collections.abc import Callable, Mapping
from functools import partial

from snapshard.rows import Rows
from snapshard_ui.render.writer import LineWriter, Sheet

BED_COLUMNS = (
    "chromosome",
    "start",
    "end",
    "strand",
    "coverage_sum",
    "samples_count",
    "left_motif",
    "right_motif",
    "annotated",
    "name",
)
"""What the BED flavours are made of."""
_MOST_SCORE = 1000

Row = Mapping[str, bytes]
MakeLine = Callable[[Row], bytes]


def tsv_writer(sheet: Sheet) -> LineWriter:
    """Tab-separated lines under a line of names."""
    return LineWriter(sheet, lambda rows: rows.text, header="\t".join(sheet.names).encode() + b"\n")


def csv_writer(sheet: Sheet) -> LineWriter:
    """Comma-separated lines under a line of names; fields with commas or quotes are quoted (RFC
    4180).
    """
    return LineWriter(
        sheet, csv_lines, header=b",".join(_quoted(name.encode()) for name in sheet.names) + b"\n"
    )


def csv_lines(rows: Rows) -> bytes:
    """The rows as lines of CSV."""
    if b"," not in rows.text and b'"' not in rows.text and b"\r" not in rows.text:
        return rows.text.replace(b"\t", b",")
    return b"".join(
        [b",".join(map(_quoted, line)) + b"\n" for line in zip(*rows.cells(), strict=True)]
    )


def _quoted(field: bytes) -> bytes:
    if b"," in field or b'"' in field or b"\r" in field:
        return b'"' + field.replace(b'"', b'""') + b'"'
    return field


def bed_writer(sheet: Sheet, line: Callable[[Sheet, Row], bytes]) -> LineWriter:
    """BED of introns (0-based start, end not included), a line per junction."""
    return LineWriter(sheet, partial(_bed_lines, make=partial(line, sheet)))


def _bed_lines(rows: Rows, make: MakeLine) -> bytes:
    return b"".join(
        [make(dict(zip(rows.columns, row, strict=True))) for row in zip(*rows.cells(), strict=True)]
    )


def bed6_line(sheet: Sheet, row: Row) -> bytes:
    """Chromosome, start, end, stable name, reads (1000 at most, as BED says), strand."""
    return b"\t".join(_six(row, row["name"])) + b"\n"


def bed12_line(sheet: Sheet, row: Row) -> bytes:
    """As TopHat and regtools write junctions: two blocks are the anchors, the gap between them is
    the intron.

    The source does not say how far reads reach over the ends, so each anchor is one base (none
    where the genome ends).
    """
    start, end = int(row["start"]) - 1, int(row["end"])
    left = min(1, start)
    chrom, _, _, name, score, strand = _six(row, row["name"])
    first, last = start - left, end + 1
    blocks = b"2\t%d,1\t0,%d" % (left, end - first)
    return b"%s\t%d\t%d\t%s\t%s\t%s\t%d\t%d\t0\t%s\n" % (
        chrom,
        first,
        last,
        name,
        score,
        strand,
        first,
        last,
        blocks,
    )


def igv_line(sheet: Sheet, row: Row) -> bytes:
    """BED6 whose name holds the attributes that igv.js reads of a junction; what the source does
    not know is left out.

    Sources count reads whatever else they map to, so there is no `uniquely_mapped`, from which
    igv.js would take label and width of the arc: the name says both itself, of all reads, with the
    width that igv.js gives to so many (1 + log12(reads + 1)).
    """
    reads = int(row["coverage_sum"])
    total = sheet.about.get("sample_count")
    attributes = [
        ("motif", row["left_motif"] + b"/" + row["right_motif"]),
        ("label", row["coverage_sum"]),
        ("line_width", b"%.2f" % (1 + math.log(reads + 1, 12))),
        ("annotated_junction", b"false" if row["annotated"] == b"0" else b"true"),
        ("num_samples_with_this_junction", row["samples_count"]),
        *([("num_samples_total", str(total).encode())] if total is not None else []),
    ]
    return (
        b"\t".join(_six(row, b";".join(name.encode() + b"=" + value for name, value in attributes)))
        + b"\n"
    )


def _six(row: Row, name: bytes) -> tuple[bytes, ...]:
    strand = row["strand"] if row["strand"] in (b"+", b"-") else b"."
    score = b"%d" % min(int(row["coverage_sum"]), _MOST_SCORE)
    return row["chromosome"], b"%d" % (int(row["start"]) - 1), row["end"], name, score, strand
