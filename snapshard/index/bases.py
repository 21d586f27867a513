"""Base coverage of a release: intervals of equal coverage with one value per sample.

The lines are the source's: chromosome, 0-based start, excluded end, one value per sample. Regions
are 1-based and closed as everywhere, so `start + 1` of a line is compared with them.
"""

from collections.abc import Generator, Iterator
from functools import partial

import numpy as np
import zstandard
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Table, func, literal_column, select
from sqlalchemy.dialects.postgresql import INT4RANGE

from snapshard.connections import Use, fanout
from snapshard.index.copy_out import copy_lines, copy_records
from snapshard.index.index import Index
from snapshard.index.statements import statement
from snapshard.index.tables import block_table
from snapshard.index.whole_rows import Slot, read_intervals
from snapshard.match import RULES, Match
from snapshard.region import Region
from snapshard.release import Interval, Release
from snapshard.row_kinds import BASE
from snapshard.rows import Rows

_SPAN = len(BASE.columns)


def read_bases(
    index: Index,
    release: Release,
    region: Region,
    *,
    match: Match,
    columns: tuple[str, ...],
    slot: Slot,
) -> Iterator[Rows]:
    """The stretches that match a region, in order, as one Rows per block.

    They are read, and errors are raised, as in `matching_rows`.
    """
    stored_region = index.facts.of(release).stored_region(region)
    named_chroms = release.named_chroms
    intervals = [
        interval
        for interval in release.intervals
        if interval.may_hold(stored_region, match, named_chroms, BASE.name)
    ]

    def rows_of(interval: Interval, *, use: Use) -> Generator[Rows, None, None]:
        return _interval_rows(
            index, release, stored_region, interval, use=use, match=match, columns=columns
        )

    sizes = fanout.gather_by(
        lambda interval: interval.shard,
        partial(_text_bytes, index, release, stored_region),
        intervals,
    )
    return read_intervals(index, intervals, rows_of, size=sum(sizes), slot=slot)


def base_values(rows: Rows) -> NDArray[np.float64]:
    """The values of stretches as a table: a row per stretch, a column per sample."""
    values = [line.split(b"\t")[_SPAN:] for line in rows.text.split(b"\n")[:-1]]
    return np.array(values, np.float64).reshape(len(values), len(rows.columns) - _SPAN)


def _interval_rows(
    index: Index,
    release: Release,
    region: Region,
    interval: Interval,
    *,
    use: Use,
    match: Match,
    columns: tuple[str, ...],
) -> Generator[Rows, None, None]:
    decompressor = zstandard.ZstdDecompressor()
    blocks = block_table(release.schema, BASE.name)
    payloads = statement(
        select(blocks.c.payload)
        .where(*_candidate_blocks(blocks, interval, region))
        .order_by(blocks.c.block)
    )
    with index.pools.connection(interval.shard, use) as connection:
        for (payload,) in copy_records(connection, payloads, ["bytea"]):
            rows = Rows(decompressor.decompress(payload), columns)
            matching_rows = rows.where(_match_mask(rows, region, match))
            if matching_rows.text:
                yield matching_rows


def _text_bytes(index: Index, release: Release, region: Region, interval: Interval) -> int:
    """Bytes of text in the blocks of an interval that may hold a match."""
    blocks = block_table(release.schema, BASE.name)
    total = statement(
        select(func.coalesce(func.sum(blocks.c.text_bytes), 0)).where(
            *_candidate_blocks(blocks, interval, region)
        )
    )
    with index.pools.connection(interval.shard) as connection:
        return int(b"".join(copy_lines(connection, total)))


def _candidate_blocks(
    blocks: Table, interval: Interval, region: Region
) -> list[ColumnElement[bool]]:
    """Conditions that every block which may hold a match satisfies.

    The ranges are written as the index of base_index.sql has them, or it would not be used.
    """
    content = interval.content[BASE.name]
    closed: ColumnElement[str] = literal_column("'[]'")
    block_span = func.int4range(blocks.c.min_start, blocks.c.max_end, closed, type_=INT4RANGE)
    region_span = func.int4range(region.start, region.end, closed, type_=INT4RANGE)
    return [
        blocks.c.block.between(content.first_block, content.last_block),
        block_span.op("&&", is_comparison=True)(region_span),
    ]


def _match_mask(rows: Rows, region: Region, match: Match) -> NDArray[np.bool_]:
    # Lines are 0-based and half-open; adding 1 to the start makes them 1-based and closed.
    starts, ends = rows.integers("start") + 1, rows.integers("end")
    chrom = region.chrom.encode()
    on_chrom = np.array([name == chrom for name in rows.texts("chromosome")], np.bool_)
    mask: NDArray[np.bool_] = on_chrom & RULES[match].row(starts, ends, region.start, region.end)
    return mask
