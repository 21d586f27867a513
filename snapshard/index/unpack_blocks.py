"""Blocks as a shard sends them, unpacked to the rows that were asked for. Pure: nothing here
touches a database.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import zstandard

from snapshard.query import Query
from snapshard.rows import Rows, lines_at

RECORD_TYPES = ["int4", "bytea", "bytea"]
"""PostgreSQL's types of what `payload_statement` asks for."""
_FIRST_BYTES, _BATCH_BYTES = 1 << 15, 1 << 18
"""Packed bytes of the blocks that are unpacked together: of the first batch, and of later ones."""
_local = threading.local()

Record = tuple[int, bytes | None, bytes]
"""A block's number, the positions of its matching rows (None = every row) and its payload."""


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The records by the batch: the first ones small, so that an answer begins at once."""
    batch: list[Record] = []
    size, enough = 0, _FIRST_BYTES
    for record in records:
        batch.append(record)
        size += len(record[2])
        if size >= enough:
            yield batch
            batch, size, enough = [], 0, min(2 * enough, _BATCH_BYTES)
    if batch:
        yield batch


def unpacked(records: Sequence[Record], *, query: Query) -> Rows:
    """The matching rows of some blocks, in the order of the records; cut to samples and filtered
    anew where the query says so.
    """
    if not hasattr(_local, "zstd"):
        _local.zstd = zstandard.ZstdDecompressor()
    pieces: list[bytes | memoryview] = []
    for _, positions, payload in records:
        text = _local.zstd.decompress(payload)
        pieces += (
            [text]
            if positions is None
            else lines_at(text, np.frombuffer(positions, ">i2").tolist())
        )
    rows = Rows(b"".join(pieces))
    if query.samples is not None:
        rows = rows.restrict(query.samples)
        for one in query.recomputed_filters:
            rows = rows.where(one.mask(rows))
    return rows
