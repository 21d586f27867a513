"""Many junctions looked up at once by their exact place."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Integer, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY, INT4RANGE

from snapshard.region import Region
from snapshard.release import Interval, Release
from snapshard.statements import Statement, row_column, statement
from snapshard.tables import rowset


def lookup_statement(
    release: Release, interval: Interval, spans: Sequence[tuple[int, Region]], columns: Sequence[str], *, kind: str = "junction"
) -> Statement:
    """For every numbered span the rows that begin and end where it does: its number, then these columns, in that order.

    Each span costs a probe of the block index and a look into the blocks found, whatever the interval's size.
    """
    tables = rowset(release.schema, kind)
    rows, blocks, content = tables.rows, tables.blocks, interval.content[kind]
    asked = func.unnest(
        bindparam("numbers", [number for number, _ in spans], ARRAY(BigInteger)),
        bindparam("chroms", [span.chrom for _, span in spans], ARRAY(Text)),
        bindparam("starts", [span.start for _, span in spans], ARRAY(Integer)),
        bindparam("ends", [span.end for _, span in spans], ARRAY(Integer)),
    ).table_valued(column("number", BigInteger), column("chrom", Text), column("first", Integer), column("last", Integer))
    asked = asked.render_derived(name="asked")
    span = func.int4range(asked.c.first, asked.c.last, "[]", type_=INT4RANGE)
    block = func.int4range(blocks.c.min_start, blocks.c.max_end, "[]", type_=INT4RANGE)
    found = (
        select(asked.c.number, *[row_column(rows, release.assembly, name) for name in columns])
        .select_from(asked)
        .join(blocks, block.op("@>", is_comparison=True)(span) & (blocks.c.max_start >= asked.c.first))
        .join(rows, (rows.c.block == blocks.c.block) & (rows.c.start == asked.c.first) & (rows.c.end == asked.c.last))
        .where(rows.c.chromosome == asked.c.chrom, blocks.c.block.between(content.first_block, content.last_block))
        .order_by(asked.c.number, rows.c.block, rows.c.position)
    )
    return statement(found)
