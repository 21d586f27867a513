"""The index: queries of a release, answered by the shards that hold it."""

from snapshard.index.addressed_rows import AddressedRows, rows_at, summaries_of_each
from snapshard.index.bases import base_values, read_bases
from snapshard.index.density import BIN_SIZES, DensityBin, highest_bin, read_density
from snapshard.index.estimate import Count
from snapshard.index.group_payloads import group_payloads
from snapshard.index.index import Index, ShardState
from snapshard.index.interval_lookup import SITE_COLUMNS, End, IntervalLookup
from snapshard.index.tables import ddl
from snapshard.index.whole_blocks import BlockSpan, block_directories, block_spans, block_texts
from snapshard.index.whole_rows import Slot, matching_rows, rows_by_id

__all__ = [
    "BIN_SIZES",
    "SITE_COLUMNS",
    "AddressedRows",
    "BlockSpan",
    "Count",
    "DensityBin",
    "End",
    "Index",
    "IntervalLookup",
    "ShardState",
    "Slot",
    "base_values",
    "block_directories",
    "block_spans",
    "block_texts",
    "ddl",
    "group_payloads",
    "highest_bin",
    "matching_rows",
    "read_bases",
    "read_density",
    "rows_at",
    "rows_by_id",
    "summaries_of_each",
]
