"""The statement that looks up many junctions at once by their exact first and last base."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Integer, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from snapshard.index.directory import Directory
from snapshard.index.statements import Statement, row_column, statement
from snapshard.index.tables import rowset
from snapshard.region import Region
from snapshard.release import Release

NumberedSpan = tuple[int, Region]
"""A span to look up, and its number in the caller's list."""


def lookup_statement(
    release: Release,
    directory: Directory,
    spans: Sequence[NumberedSpan],
    columns: Sequence[str],
    *,
    kind: str = "junction",
) -> Statement:
    """The rows with exactly the first and last base of each span: the span's number, then these columns.

    The directory gives the one or two blocks that can hold each span; only those are searched.
    """
    rows = rowset(release.schema, kind).rows
    starts = [span.start for _, span in spans]
    targets = [(*spans[index], block) for index, block in directory.starting_at(starts)]
    # One array per column keeps the text of the statement the same for any number of spans.
    table = func.unnest(
        bindparam("numbers", [number for number, _, _ in targets], ARRAY(BigInteger)),
        bindparam("chroms", [span.chrom for _, span, _ in targets], ARRAY(Text)),
        bindparam("starts", [span.start for _, span, _ in targets], ARRAY(Integer)),
        bindparam("ends", [span.end for _, span, _ in targets], ARRAY(Integer)),
        bindparam("blocks", [block for _, _, block in targets], ARRAY(Integer)),
    ).table_valued(
        column("number", BigInteger),
        column("chrom", Text),
        column("first", Integer),
        column("last", Integer),
        column("block", Integer),
    )
    target = table.render_derived(name="target")
    matching_rows = (
        select(target.c.number, *[row_column(rows, release.assembly, name) for name in columns])
        .select_from(target)
        .join(
            rows,
            (rows.c.block == target.c.block)
            & (rows.c.start == target.c.first)
            & (rows.c.end == target.c.last),
        )
        .where(rows.c.chromosome == target.c.chrom)
        .order_by(target.c.number, rows.c.block, rows.c.position)
    )
    return statement(matching_rows)
