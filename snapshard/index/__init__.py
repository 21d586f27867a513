"""The index: queries of a release, answered by the shards that hold it."""

from snapshard.index.bases import base_values, read_bases
from snapshard.index.estimate import Count
from snapshard.index.index import Index, ShardState
from snapshard.index.tables import ddl
from snapshard.index.whole_rows import Slot, matching_rows, rows_by_id

__all__ = [
    "Count",
    "Index",
    "ShardState",
    "Slot",
    "base_values",
    "ddl",
    "matching_rows",
    "read_bases",
    "rows_by_id",
]
