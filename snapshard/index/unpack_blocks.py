"""Blocks as a shard sends them, unpacked to the matching rows. Pure: no database is used here."""

import threading
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import zstandard

from snapshard.query import Query
from snapshard.rows import Rows, lines_at

RECORD_TYPES = ["int4", "bytea", "bytea"]
"""The PostgreSQL types of the columns of `payload_statement`."""
_FIRST_BATCH_BYTES = 1 << 15
"""Compressed bytes of the first batch: small, so that a response starts at once."""
_BATCH_BYTES = 1 << 18
"""Compressed bytes of later batches. Their text stays in the processor's cache."""
_local = threading.local()
"""A decompressor for each thread, because zstandard's are not safe to share."""

Record = tuple[int, bytes | None, bytes]
"""A block's number, the positions of its matching rows (None = every row) and its payload."""


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The records in batches of growing size."""
    batch: list[Record] = []
    size, batch_size = 0, _FIRST_BATCH_BYTES
    for record in records:
        batch.append(record)
        size += len(record[2])
        if size >= batch_size:
            yield batch
            batch, size, batch_size = [], 0, min(2 * batch_size, _BATCH_BYTES)
    if batch:
        yield batch


def unpacked(records: Sequence[Record], *, query: Query) -> Rows:
    """The matching rows of some blocks, in the order of the records.

    If the query is restricted to samples, so are the rows, and filters on recomputed columns are
    applied afterwards.
    """
    if not hasattr(_local, "decompressor"):
        _local.decompressor = zstandard.ZstdDecompressor()
    texts: list[bytes | memoryview] = []
    for _, positions, payload in records:
        text = _local.decompressor.decompress(payload)
        if positions is None:
            texts.append(text)
        else:
            texts += lines_at(text, np.frombuffer(positions, ">i2").tolist())
    # One Rows per batch: parsing columns block by block would cost more than decompression.
    rows = Rows(b"".join(texts))
    if query.samples is not None:
        # A gene without reads in a sample is still a gene of that sample.
        rows = rows.restrict(query.samples, zeros=query.zeros or query.kind != "junction")
        for condition in query.recomputed_filters:
            rows = rows.where(condition.mask(rows))
    return rows
