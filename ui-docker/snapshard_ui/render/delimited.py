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
"""The columns that the BED flavours read."""
_MAX_SCORE = 1000

Row = Mapping[str, bytes]
MakeLine = Callable[[Row], bytes]


def tsv_writer(sheet: Sheet) -> LineWriter:
    """Tab-separated values with a header line."""
    return LineWriter(sheet, lambda rows: rows.text, header="\t".join(sheet.names).encode() + b"\n")


def csv_writer(sheet: Sheet) -> LineWriter:
    """Comma-separated values with a header line; fields with commas or quotes are quoted (RFC
    4180).
    """
    return LineWriter(
        sheet, csv_lines, header=b",".join(_quoted(name.encode()) for name in sheet.names) + b"\n"
    )


def csv_lines(rows: Rows) -> bytes:
    """The rows as lines of CSV."""
    # Usually no field needs quotes, and replacing the tabs does not touch single fields.
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
    """Chromosome, start, end, stable name, reads (1000 at most, as BED requires), strand."""
    return b"\t".join(_bed6_fields(row, row["name"])) + b"\n"


def bed12_line(sheet: Sheet, row: Row) -> bytes:
    """A junction as TopHat and regtools write it: two blocks are the anchors, and the gap between
    them is the intron.

    Sources do not report how far reads extend over the ends, so that each anchor is one base (the
    left one is empty at the start of a chromosome).
    """
    start, end = int(row["start"]) - 1, int(row["end"])
    # An intron that starts at the first base of a chromosome has no base before it.
    left_anchor = min(1, start)
    first, last = start - left_anchor, end + 1
    chrom, _, _, name, score, strand = _bed6_fields(row, row["name"])
    bed6 = b"%s\t%d\t%d\t%s\t%s\t%s" % (chrom, first, last, name, score, strand)
    blocks = b"2\t%d,1\t0,%d" % (left_anchor, end - first)
    return b"%s\t%d\t%d\t0\t%s\n" % (bed6, first, last, blocks)


def igv_line(sheet: Sheet, row: Row) -> bytes:
    """BED6 whose name holds the attributes that igv.js reads of a junction; an attribute that the
    source does not have is omitted.

    igv.js derives an arc's label and width from uniquely mapped reads; our sources do not
    distinguish them. We therefore set both from all reads, with the width that igv.js would use
    for so many (1 + log12(reads + 1)).
    """
    reads = int(row["coverage_sum"])
    attributes = [
        (b"motif", row["left_motif"] + b"/" + row["right_motif"]),
        (b"label", row["coverage_sum"]),
        (b"line_width", b"%.2f" % (1 + math.log(reads + 1, 12))),
        (b"annotated_junction", b"false" if row["annotated"] == b"0" else b"true"),
        (b"num_samples_with_this_junction", row["samples_count"]),
    ]
    sample_count = sheet.about.get("sample_count")
    if sample_count is not None:
        attributes.append((b"num_samples_total", str(sample_count).encode()))
    name = b";".join([b"%s=%s" % attribute for attribute in attributes])
    return b"\t".join(_bed6_fields(row, name)) + b"\n"


def _bed6_fields(row: Row, name: bytes) -> tuple[bytes, ...]:
    # BED knows no "?"; a strand that is not known is a dot.
    strand = row["strand"] if row["strand"] in (b"+", b"-") else b"."
    # The specification limits scores to 1000; browsers reject a larger one.
    score = b"%d" % min(int(row["coverage_sum"]), _MAX_SCORE)
    return row["chromosome"], b"%d" % (int(row["start"]) - 1), row["end"], name, score, strand
