"""The statement that looks up many junctions at once by their exact first and last base."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Integer, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from snapshard.index.directory import Directory
from snapshard.index.statements import Statement, array_literal, row_column, statement
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
    blocks = [block for _, _, block in targets]
    # One array per column keeps the text of the statement the same for any number of spans.
    table = func.unnest(
        bindparam(
            "numbers", array_literal([number for number, _, _ in targets]), ARRAY(BigInteger)
        ),
        bindparam("chroms", _text_array([span.chrom for _, span, _ in targets]), ARRAY(Text)),
        bindparam("starts", array_literal([span.start for _, span, _ in targets]), ARRAY(Integer)),
        bindparam("ends", array_literal([span.end for _, span, _ in targets]), ARRAY(Integer)),
        bindparam("blocks", array_literal(blocks), ARRAY(Integer)),
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
        # For many targets the planner reads the table once; without bounds it would read the blocks
        # of every other interval, too.
        .where(
            rows.c.block.between(
                bindparam("first_block", min(blocks, default=0), Integer),
                bindparam("last_block", max(blocks, default=0), Integer),
            )
        )
        .where(rows.c.chromosome == target.c.chrom)
        .order_by(target.c.number, rows.c.block, rows.c.position)
    )
    return statement(matching_rows)


def _text_array(texts: Sequence[str]) -> str:
    quoted = {
        text: '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"' for text in set(texts)
    }
    return array_literal(quoted[text] for text in texts)
