"""Looks many junctions and splice sites up at once in one interval of a release.

The block directory gives the blocks that can hold them, so that a statement reads no others. For
many positions these are most blocks of the interval, which the statement then reads in one pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    and_,
    any_,
    bindparam,
    case,
    column,
    func,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from snapshard.connections import Use
from snapshard.index.copy_out import copy_lines, copy_records
from snapshard.index.directory import Directory, Mask
from snapshard.index.interval_reader import Resources
from snapshard.index.lookup import NumberedSpan, lookup_statement
from snapshard.index.statements import Statement, array_literal, statement
from snapshard.index.tables import rowset
from snapshard.pairs import Integers
from snapshard.release import Interval, Release
from snapshard.rows import Rows

_FEW_BLOCKS = 1_000
"""Blocks that a statement lists; for more it gives the first and the last."""


class End(StrEnum):
    """An end of a junction, by the genome."""

    LEFT = "start"
    RIGHT = "end"


SITE_COLUMNS = ("chromosome", "position", "strand", "reads", "annotated")
"""The columns of the junctions at sites, summed: the reads, and 1 if the end is annotated."""


@dataclass(frozen=True)
class IntervalLookup:
    """Look-ups in one interval. They use connections for exports, since they may take long."""

    resources: Resources
    release: Release
    interval: Interval

    def junctions(self, spans: Sequence[NumberedSpan], columns: Sequence[str]) -> Rows:
        """The junctions with exactly the first and last base of each span: the span's number, then
        these columns, by the number.
        """
        search = lookup_statement(self.release, self._directory(), spans, columns)
        return Rows(self._read(search), ("number", *columns))

    def sites(self, end: End, positions: Integers) -> Rows:
        """The junctions that start (or end) at each of these positions, together: SITE_COLUMNS, a
        row for each chromosome, position and strand.
        """
        directory = self._directory()
        unique = np.unique(positions)
        bounds = directory.max_start if end is End.LEFT else directory.max_end
        # A block holds a position in its bounds if one lies after its first and up to its last.
        mask: Mask = np.searchsorted(unique, directory.min_start, "left") < np.searchsorted(
            unique, bounds, "right"
        )
        blocks = directory.block[mask].astype(np.int64)
        if not len(blocks):
            return Rows(b"", SITE_COLUMNS)
        return Rows(self._read(_sites(self.release, end, unique, blocks)), SITE_COLUMNS)

    def summaries(self, blocks: Integers) -> Iterator[tuple[int, bytes]]:
        """The numbers of blocks and the payloads of their group summaries, by the number."""
        rows = table(
            "junction_summary",
            column("block", Integer),
            column("payload", BYTEA),
            schema=self.release.schema,
        )
        listed = bindparam("blocks", array_literal(np.unique(blocks).tolist()), ARRAY(Integer))
        search = select(rows.c.block, rows.c.payload).where(rows.c.block == any_(listed))
        with self.resources.pools.connection(self.interval.shard, Use.EXPORT) as connection:
            ordered = statement(search.order_by(rows.c.block))
            yield from copy_records(connection, ordered, ["int4", "bytea"])

    def _directory(self) -> Directory:
        return self.resources.directory(self.release, self.interval, "junction")

    def _read(self, search: Statement) -> bytes:
        with self.resources.pools.connection(self.interval.shard, Use.EXPORT) as connection:
            return b"".join(copy_lines(connection, search))


def _sites(release: Release, end: End, positions: Integers, blocks: Integers) -> Statement:
    rows = rowset(release.schema).rows
    position = rows.c[end.value]
    flag = rows.c.left_annotated if end is End.LEFT else rows.c.right_annotated
    first, last = int(blocks[0]), int(blocks[-1])
    in_blocks: ColumnElement[bool] = rows.c.block.between(
        bindparam("first", first, Integer), bindparam("last", last, Integer)
    )
    if len(blocks) <= _FEW_BLOCKS and len(blocks) < last - first + 1:
        in_blocks = rows.c.block == any_(
            bindparam("listed", array_literal(blocks.tolist()), ARRAY(Integer))
        )
    group = (rows.c.chromosome, position, rows.c.strand)
    reads = func.sum(rows.c.coverage_sum).cast(BigInteger)
    at_positions = position == any_(
        bindparam("positions", array_literal(positions.tolist()), ARRAY(Integer))
    )
    return statement(
        select(*group, reads, func.max(case((flag != "0", 1), else_=0)))
        .where(and_(in_blocks, at_positions))
        .group_by(*group)
    )
