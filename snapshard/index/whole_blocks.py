"""Whole blocks of a release, for files that are made of them: their texts, and what each holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from snapshard.index.copy_out import copy_lines, copy_records
from snapshard.index.directory import Blocks, Directory
from snapshard.index.index import Index
from snapshard.index.statements import chromosome_spans_statement, payload_statement
from snapshard.index.unpack_blocks import RECORD_TYPES, unpacked
from snapshard.query import Query
from snapshard.release import OTHERS, Release
from snapshard.rows import Rows

_WHOLE = Query()
_SPAN_COLUMNS = ("chromosome", "block", "position", "start", "end")


@dataclass(frozen=True)
class BlockSpan:
    """The junctions of one chromosome in a block: the number of the block, the position of the first
    of them in it, the smallest start and the largest end (1-based, closed).
    """

    chrom: str
    block: int
    position: int
    start: int
    end: int


def block_directories(index: Index, release: Release) -> list[Directory]:
    """The directories of all intervals with junctions, in genome order."""
    return [
        index.reader(release, _WHOLE, interval).directory()
        for interval in release.intervals
        if "junction" in interval.content
    ]


def block_texts(
    index: Index, release: Release, directory: Directory, blocks: Sequence[int]
) -> list[bytes]:
    """The rows of consecutive blocks of an interval, as their source wrote them; a text per block."""
    interval = directory.interval
    statement = payload_statement(
        _WHOLE, release, interval, opened=None, fully_matching=Blocks(blocks[0], blocks[-1])
    )
    with index.pools.connection(interval.shard) as connection:
        records = list(copy_records(connection, statement, RECORD_TYPES))
    return [unpacked([record], query=_WHOLE).text for record in records]


def block_spans(index: Index, release: Release, directory: Directory) -> list[BlockSpan]:
    """What the blocks of an interval hold, in the order of the rows."""
    interval = directory.interval
    if interval.chrom != OTHERS:
        bounds = zip(
            directory.block.tolist(),
            directory.min_start.tolist(),
            directory.max_end.tolist(),
            strict=True,
        )
        return [BlockSpan(interval.chrom, block, 0, start, end) for block, start, end in bounds]
    # A block of this interval may hold several chromosomes, which its directory does not tell.
    with index.pools.connection(interval.shard) as connection:
        lines = b"".join(copy_lines(connection, chromosome_spans_statement(release, interval)))
    rows = Rows(lines, _SPAN_COLUMNS)
    chroms = [text.decode() for text in rows.texts("chromosome")]
    numbers = [rows.integers(name).tolist() for name in _SPAN_COLUMNS[1:]]
    return [BlockSpan(*fields) for fields in zip(chroms, *numbers, strict=True)]
