"""Fills the tables of one shard with the pieces of one kind of rows.

Pieces become blocks. A block gives one record of the table of blocks, and, if the kind has them,
hot lines and a record of summaries. They are collected and copied in batches, because a connection
runs one COPY at a time: a COPY that stayed open for one table would exclude the other tables.

What must hold: the blocks of an interval have ascending numbers in the order of its rows, and
numbers ascend with the interval, so that (block, position) is genome order in the whole shard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import zstandard
from psycopg import sql

from snapshard.annotation_classes import annotation_classes
from snapshard.measures import encode_summaries, summarise
from snapshard.membership import Membership
from snapshard.row_kinds import RowKind
from snapshard.rows import Rows
from snapshard_populate.loading.blocks import LEVEL, BlockBuilder
from snapshard_populate.loading.hot_lines import HOT_COLUMNS, hot_lines
from snapshard_populate.loading.pieces import Piece
from snapshard_populate.loading.tally import Tally

_BATCH_BYTES = 8 << 20


@dataclass(frozen=True)
class ShardTarget:
    """Where pieces go: a release's schema, the numbers of the intervals that one shard holds of it,
    and the sample groups to summarise by.
    """

    schema: str
    shard: str
    intervals: tuple[int, ...]
    membership: Membership | None

    def first_block(self, interval: int) -> int:
        """The number of an interval's first block.

        Every interval gets an equal range of the block numbers. Intervals can then be filled in any
        order, and their blocks still ascend.
        """
        return self.intervals.index(interval) * ((1 << 31) // len(self.intervals))


class Filler:
    """Builds blocks from the pieces of one kind, counts them, and copies them into the tables."""

    def __init__(
        self, connection: psycopg.Connection[Any], target: ShardTarget, kind: RowKind
    ) -> None:
        self._connection = connection
        self._target = target
        self._kind = kind
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)
        self._builders = {number: BlockBuilder() for number in target.intervals}
        self._next_block = {number: target.first_block(number) for number in target.intervals}
        self._hot_lines: list[bytes] = []
        self._blocks: list[Sequence[object]] = []
        self._summaries: list[Sequence[object]] = []
        self._batch_bytes = 0
        self.tallies = {number: Tally(number, kind.name) for number in target.intervals}

    def add(self, piece: Piece) -> None:
        """Adds the next rows of an interval."""
        for rows in self._builders[piece.interval].add(piece.rows):
            self._add_block(piece.interval, rows)

    def finish(self) -> None:
        """Copies the remaining rows."""
        for number, builder in self._builders.items():
            for rows in builder.flush():
                self._add_block(number, rows)
        self._copy_batch()

    def _add_block(self, interval: int, rows: Rows) -> None:
        block = self._next_block[interval]
        self._next_block[interval] += 1
        starts = rows.integers("start") + 1 - self._kind.counted_from
        ends = rows.integers("end")
        self.tallies[interval].add_block(block, rows.text, starts=starts, ends=ends)
        if self._kind.has_hot_table:
            self._add_rows(interval, block, rows)
        record = {
            "block": block,
            "interval": interval,
            "row_count": len(rows),
            "min_start": int(starts.min()),
            "max_start": int(starts.max()),
            "max_end": int(ends.max()),
            "text_bytes": len(rows.text),
            "payload": self._compressor.compress(rows.text),
        }
        self._blocks.append([record[name] for name in self._kind.block_columns])
        self._batch_bytes += len(rows.text)
        if self._batch_bytes >= _BATCH_BYTES:
            self._copy_batch()

    def _add_rows(self, interval: int, block: int, rows: Rows) -> None:
        self.tallies[interval].add_rows(rows)
        classes = annotation_classes(rows) if self._kind.has_summaries else [""] * len(rows)
        self._hot_lines.append(hot_lines(rows, block=block, classes=classes))
        if self._kind.has_summaries and self._target.membership is not None:
            summaries = summarise(rows.pairs, self._target.membership)
            self._summaries.append((block, encode_summaries(summaries, self._compressor)))

    def _copy_batch(self) -> None:
        columns = self._kind.block_columns
        types = ["int4"] * (len(columns) - 1) + ["bytea"]
        self._copy_text(self._kind.name, HOT_COLUMNS, self._hot_lines)
        self._copy_records(self._kind.block_table, columns, types, self._blocks)
        self._copy_records(
            "junction_summary", ("block", "payload"), ("int4", "bytea"), self._summaries
        )
        self._hot_lines, self._blocks, self._summaries = [], [], []
        self._batch_bytes = 0

    def _copy_text(self, table: str, columns: Sequence[str], texts: Sequence[bytes]) -> None:
        if texts:
            statement = self._copy_statement(table, columns, "FREEZE")
            with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                for text in texts:
                    copy.write(text)

    def _copy_records(
        self,
        table: str,
        columns: Sequence[str],
        types: Sequence[str],
        records: Sequence[Sequence[object]],
    ) -> None:
        if records:
            statement = self._copy_statement(table, columns, "FREEZE, FORMAT binary")
            with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.set_types(types)
                for record in records:
                    copy.write_row(record)

    def _copy_statement(self, table: str, columns: Sequence[str], options: str) -> sql.Composed:
        # FREEZE marks rows as visible to everybody, which needs a table created in the same
        # transaction. Without it the first reader, or a vacuum, would write every page again.
        return sql.SQL("COPY {}.{} ({}) FROM STDIN ({})").format(
            sql.Identifier(self._target.schema),
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(options),
        )
