"""Many junctions looked up at once by their exact place."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Integer, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from snapshard.index.directory import Directory
from snapshard.index.statements import Statement, row_column, statement
from snapshard.index.tables import rowset
from snapshard.region import Region
from snapshard.release import Release


def lookup_statement(
    release: Release,
    directory: Directory,
    spans: Sequence[tuple[int, Region]],
    columns: Sequence[str],
    *,
    kind: str = "junction",
) -> Statement:
    """For every numbered span the rows that begin and end where it does: its number, then these
    columns, in that order.

    The directory knows the block or two that each span can be in; only those are looked into.
    """
    rows = rowset(release.schema, kind).rows
    places = [
        (*spans[place], block)
        for place, block in directory.starting_at([span.start for _, span in spans])
    ]
    asked = func.unnest(
        bindparam("numbers", [number for number, _, _ in places], ARRAY(BigInteger)),
        bindparam("chroms", [span.chrom for _, span, _ in places], ARRAY(Text)),
        bindparam("starts", [span.start for _, span, _ in places], ARRAY(Integer)),
        bindparam("ends", [span.end for _, span, _ in places], ARRAY(Integer)),
        bindparam("blocks", [block for _, _, block in places], ARRAY(Integer)),
    ).table_valued(
        column("number", BigInteger),
        column("chrom", Text),
        column("first", Integer),
        column("last", Integer),
        column("block", Integer),
    )
    asked = asked.render_derived(name="asked")
    found = (
        select(asked.c.number, *[row_column(rows, release.assembly, name) for name in columns])
        .select_from(asked)
        .join(
            rows,
            (rows.c.block == asked.c.block)
            & (rows.c.start == asked.c.first)
            & (rows.c.end == asked.c.last),
        )
        .where(rows.c.chromosome == asked.c.chrom)
        .order_by(asked.c.number, rows.c.block, rows.c.position)
    )
    return statement(found)
