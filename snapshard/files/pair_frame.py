"""The pairs of junctions and samples of a published release as a DataFrame."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from snapshard.files.schemas import PAIRS

if TYPE_CHECKING:
    import pandas as pd

_KEYS = ("snaptron_id", "start", "end", "strand")
_SCHEMA = pa.schema(
    [
        ("snaptron_id", pa.int64()),
        ("chromosome", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("strand", pa.string()),
        ("rail_id", pa.int64()),
        ("coverage", pa.int64()),
    ]
)
"""The columns of `tidy`, with the types that the client gives them."""


def pair_frame(parts: Iterable[tuple[str, pa.Table]], about: Mapping[str, Any]) -> "pd.DataFrame":
    """A row per junction and sample with reads, from tables of pairs with their chromosomes, with
    `about` in attrs.
    """
    tables = [_flat(chrom, table) for chrom, table in parts]
    frame: pd.DataFrame = pa.concat_tables([_flat("", PAIRS.empty_table()), *tables]).to_pandas()
    frame.attrs.update(about)
    return frame


def _flat(chrom: str, table: pa.Table) -> pa.Table:
    """The table with a row per pair."""
    samples, coverages = (table.column(name).combine_chunks() for name in ("samples", "coverages"))
    keys = table.select(_KEYS).take(pc.list_parent_indices(samples))
    columns = {
        **{name: keys.column(name) for name in _KEYS},
        "chromosome": pa.repeat(pa.scalar(chrom), len(keys)),
        "rail_id": pc.list_flatten(samples),
        "coverage": pc.list_flatten(coverages),
    }
    return pa.table({name: columns[name] for name in _SCHEMA.names}).cast(_SCHEMA)
