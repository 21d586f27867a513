"""The index: queries of a release, answered by the shards that hold it."""

from snapshard.index.bases import KIND, POSITION, read_bases, values
from snapshard.index.estimate import Count
from snapshard.index.index import Index, ShardState
from snapshard.index.tables import ddl
from snapshard.index.whole_rows import Slot, matching_rows, rows_by_id

__all__ = [
    "KIND",
    "POSITION",
    "Count",
    "Index",
    "ShardState",
    "Slot",
    "ddl",
    "matching_rows",
    "read_bases",
    "rows_by_id",
    "values",
]
