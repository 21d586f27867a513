"""Fills the tables of one shard from pieces of text, in batches of COPY alternating between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
import zstandard
from psycopg import sql

from snapshard.junction import NAMES
from snapshard.measures import Membership, encode_summaries, summarise
from snapshard.rows import Rows
from snapshard_populate.loading.blocks import LEVEL, BlockCutter
from snapshard_populate.loading.hot_lines import HOT_COLUMNS, annotation_classes, hot_lines
from snapshard_populate.loading.tally import Tally

BASE = "base"
"""The kind of base coverage, which has blocks but no table of rows."""
_BATCH_BYTES = 8 << 20
_BLOCK_COLUMNS = (
    "block",
    "interval",
    "row_count",
    "min_start",
    "max_start",
    "max_end",
    "text_bytes",
    "payload",
)
_BASE_COLUMNS = tuple(name for name in _BLOCK_COLUMNS if name != "max_start")


class Piece(NamedTuple):
    """Rows of one kind and interval, in order."""

    kind: str
    interval: int
    rows: Rows


@dataclass(frozen=True)
class Target:
    """Where pieces go: a release's schema, the intervals that one shard holds of it, and the groups
    to summarise by.
    """

    schema: str
    shard: str
    intervals: tuple[int, ...]
    membership: Membership | None
    base_columns: tuple[str, ...] = ()

    def first_block(self, interval: int) -> int:
        """The number of an interval's first block. Room is left: blocks ascend with intervals,
        whatever order these come in.
        """
        return self.intervals.index(interval) * ((1 << 31) // len(self.intervals))


class Filler:
    """Takes the pieces of one kind: cuts blocks, counts, and copies them into the shard's tables."""

    def __init__(self, connection: psycopg.Connection[Any], target: Target, kind: str) -> None:
        self._connection = connection
        self._target = target
        self._kind = kind
        self._columns = target.base_columns if kind == BASE else NAMES
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)
        self._cutters = {number: BlockCutter() for number in target.intervals}
        self._next = {number: target.first_block(number) for number in target.intervals}
        self._hot: list[bytes] = []
        self._blocks: list[tuple[object, ...]] = []
        self._summaries: list[tuple[int, bytes]] = []
        self._batched = 0
        self.tallies = {number: Tally(number, kind) for number in target.intervals}

    def add(self, piece: Piece) -> None:
        """Takes the next rows of an interval."""
        for rows in self._cutters[piece.interval].add(piece.rows):
            self._add_block(piece.interval, rows)

    def finish(self) -> None:
        """Copies what is left."""
        for number, cutter in self._cutters.items():
            for rows in cutter.rest(self._columns):
                self._add_block(number, rows)
        self._flush()

    def _add_block(self, interval: int, rows: Rows) -> None:
        block = self._next[interval]
        self._next[interval] += 1
        if self._kind == BASE:
            self._add_bases(interval, block, rows)
        else:
            self._add_rows(interval, block, rows)
        self._batched += len(rows.text)
        if self._batched >= _BATCH_BYTES:
            self._flush()

    def _add_rows(self, interval: int, block: int, rows: Rows) -> None:
        starts, ends = rows.integers("start"), rows.integers("end")
        tally = self.tallies[interval]
        tally.add_block(block, rows.text, starts=starts, ends=ends)
        tally.add_rows(rows)
        classes = annotation_classes(rows) if self._kind == "junction" else [""] * len(rows)
        self._hot.append(hot_lines(rows, block=block, classes=classes))
        bounds = (int(starts.min()), int(starts.max()), int(ends.max()))
        self._blocks.append(
            (
                block,
                interval,
                len(rows),
                *bounds,
                len(rows.text),
                self._compressor.compress(rows.text),
            )
        )
        if self._kind == "junction" and self._target.membership is not None:
            self._summaries.append(
                (
                    block,
                    encode_summaries(
                        summarise(rows.pairs, self._target.membership), self._compressor
                    ),
                )
            )

    def _add_bases(self, interval: int, block: int, rows: Rows) -> None:
        starts, ends = rows.integers("start") + 1, rows.integers("end")
        self.tallies[interval].add_block(block, rows.text, starts=starts, ends=ends)
        bounds = (int(starts.min()), int(ends.max()))
        self._blocks.append(
            (
                block,
                interval,
                len(rows),
                *bounds,
                len(rows.text),
                self._compressor.compress(rows.text),
            )
        )

    def _flush(self) -> None:
        columns = _BASE_COLUMNS if self._kind == BASE else _BLOCK_COLUMNS
        integers = ["int4"] * (len(columns) - 1)
        self._copy_text(self._kind, HOT_COLUMNS, self._hot)
        self._copy_records(f"{self._kind}_block", columns, [*integers, "bytea"], self._blocks)
        self._copy_records(
            "junction_summary", ("block", "payload"), ["int4", "bytea"], self._summaries
        )
        self._hot, self._blocks, self._summaries, self._batched = [], [], [], 0

    def _copy_text(self, table: str, columns: Sequence[str], texts: list[bytes]) -> None:
        if texts:
            with (
                self._connection.cursor() as cursor,
                cursor.copy(self._statement(table, columns, "FREEZE")) as copy,
            ):
                for text in texts:
                    copy.write(text)

    def _copy_records(
        self,
        table: str,
        columns: Sequence[str],
        types: list[str],
        records: Sequence[Sequence[object]],
    ) -> None:
        if records:
            statement = self._statement(table, columns, "FREEZE, FORMAT binary")
            with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.set_types(types)
                for record in records:
                    copy.write_row(record)

    def _statement(self, table: str, columns: Sequence[str], options: str) -> sql.Composed:
        """FREEZE needs tables made in the same transaction; it spares the first reader, or a
        vacuum, writing every page again.
        """
        return sql.SQL("COPY {}.{} ({}) FROM STDIN ({})").format(
            sql.Identifier(self._target.schema),
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(options),
        )
