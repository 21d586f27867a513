"""Base coverage of a release: stretches of equal coverage with one value per sample.

The lines are the source's: chromosome, 0-based start, exclusive end, values. A region asks in the
usual 1-based closed way.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
import zstandard
from numpy.typing import NDArray
from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import INT4RANGE

from snapshard.connections import Use, fanout
from snapshard.index.copy_out import copy_lines, copy_records
from snapshard.index.index import Index
from snapshard.index.statements import statement
from snapshard.index.whole_rows import Slot, read_parts
from snapshard.match import RULES, Match
from snapshard.region import Region
from snapshard.release import Interval, Release
from snapshard.rows import Rows

KIND = "base"
POSITION = ("chromosome", "start", "end")


def read_bases(
    index: Index,
    release: Release,
    region: Region,
    *,
    match: Match,
    columns: tuple[str, ...],
    slot: Slot,
) -> Iterator[Rows]:
    """The stretches that match a region, in order, some at a time; read, and failing, as
    `matching_rows` does.
    """
    named = release.named
    asked = [
        interval for interval in release.intervals if interval.may_hold(region, match, named, KIND)
    ]
    sizes = fanout.gather_by(
        lambda interval: interval.shard, partial(_size, index, release, region=region), asked
    )
    part = partial(_read, index, release, region=region, match=match, columns=columns)
    return read_parts(index, asked, size=sum(sizes), part=part, slot=slot)


def values(rows: Rows) -> NDArray[np.float64]:
    """The values of stretches as a table: a row per stretch, a column per sample."""
    lines = [line.split(b"\t")[len(POSITION) :] for line in rows.text.split(b"\n")[:-1]]
    return np.array(lines, np.float64).reshape(len(lines), len(rows.columns) - len(POSITION))


def _read(
    index: Index,
    release: Release,
    interval: Interval,
    *,
    use: Use,
    region: Region,
    match: Match,
    columns: tuple[str, ...],
) -> Iterator[Rows]:
    unpack = zstandard.ZstdDecompressor()
    blocks = _blocks(release)
    payloads = statement(
        select(blocks.c.payload).where(*_near(blocks, interval, region)).order_by(blocks.c.block)
    )
    with index.pools.connection(interval.shard, use) as connection:
        for (payload,) in copy_records(connection, payloads, ["bytea"]):
            rows = Rows(unpack.decompress(payload), columns)
            matching = rows.where(_matching(rows, region, match))
            if matching.text:
                yield matching


def _size(index: Index, release: Release, interval: Interval, *, region: Region) -> int:
    """Bytes of text in the blocks that may hold a match."""
    blocks = _blocks(release)
    size = statement(
        select(func.coalesce(func.sum(blocks.c.text_bytes), 0)).where(
            *_near(blocks, interval, region)
        )
    )
    with index.pools.connection(interval.shard) as connection:
        return int(b"".join(copy_lines(connection, size)))


def _blocks(release: Release) -> Table:
    return Table(
        f"{KIND}_block",
        MetaData(schema=release.schema),
        *[Column(name, Integer) for name in ("block", "min_start", "max_end", "text_bytes")],
        Column("payload", LargeBinary),
    )


def _near(blocks: Table, interval: Interval, region: Region) -> list[ColumnElement[bool]]:
    """What every block that may hold a match satisfies."""
    content = interval.content[KIND]
    span = func.int4range(
        blocks.c.min_start, blocks.c.max_end, literal_column("'[]'"), type_=INT4RANGE
    )
    asked = func.int4range(region.start, region.end, literal_column("'[]'"), type_=INT4RANGE)
    return [
        blocks.c.block.between(content.first_block, content.last_block),
        span.op("&&", is_comparison=True)(asked),
    ]


def _matching(rows: Rows, region: Region, match: Match) -> NDArray[np.bool_]:
    starts, ends = rows.integers("start") + 1, rows.integers("end")
    chroms = np.array(
        [chrom == region.chrom.encode() for chrom in rows.texts("chromosome")], np.bool_
    )
    matching: NDArray[np.bool_] = chroms & RULES[match].row(starts, ends, region.start, region.end)
    return matching
