"""The tables of a published release: the columns of each, and the Arrow tables of rows.

Positions are 1-based and closed; a junction's are the first and the last base of its intron.
"""

import io

import pyarrow as pa
import pyarrow.csv as pacsv

from snapshard.annotation_classes import annotation_classes
from snapshard.junction import COLUMNS, SUMMARY, ColumnType
from snapshard.measures import summarise
from snapshard.membership import Membership
from snapshard.release import SampleGroup
from snapshard.rows import Rows

_TYPES = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DECIMAL: pa.float64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.FLAG: pa.string(),
}
_POSITIONS = {"start": pa.int32(), "end": pa.int32(), "length": pa.int32()}
_COLUMN_TYPES = {column.name: _TYPES[column.type] for column in COLUMNS} | _POSITIONS
_KEYS = [("snaptron_id", pa.int64()), ("start", pa.int32()), ("end", pa.int32())]

JUNCTIONS = pa.schema([(name, _COLUMN_TYPES[name]) for name in SUMMARY] + [("class", pa.string())])
"""A row per junction: the columns of a junction file but its samples, and the class."""
PAIRS = pa.schema(
    [
        *_KEYS,
        ("strand", pa.string()),
        ("samples", pa.list_(pa.int64())),
        ("coverages", pa.list_(pa.int64())),
    ]
)
"""A row per junction, in the order of JUNCTIONS: its samples (rail_id) and their reads, as two lists of
equal length.
"""
GROUP_SUMMARIES = pa.schema(
    [
        *_KEYS,
        ("strand", pa.string()),
        ("group", pa.string()),
        ("samples", pa.int64()),
        ("reads", pa.int64()),
        ("median", pa.float64()),
        ("maximum", pa.int64()),
    ]
)
"""A row per junction and group of samples that has it: the samples with reads, the sum of their reads,
and the median and maximum over these samples.
"""


def junction_table(rows: Rows) -> pa.Table:
    """The rows as a table with the columns of JUNCTIONS."""
    # A block must hold the longest line, and the sample lists are skipped without being converted.
    table = pacsv.read_csv(
        io.BytesIO(rows.text),
        read_options=pacsv.ReadOptions(
            column_names=list(rows.columns), use_threads=False, block_size=len(rows.text) + 1
        ),
        parse_options=pacsv.ParseOptions(delimiter="\t", quote_char=False, double_quote=False),
        convert_options=pacsv.ConvertOptions(
            column_types=_COLUMN_TYPES,
            include_columns=list(SUMMARY),
            null_values=["", "NA"],
            strings_can_be_null=False,
        ),
    )
    return table.append_column("class", pa.array(annotation_classes(rows))).cast(JUNCTIONS)


def pair_table(rows: Rows) -> pa.Table:
    """The rows as a table with the columns of PAIRS; pairs are in the order of the source."""
    pairs = rows.pairs
    offsets = pa.array(pairs.rows, pa.int32())
    lists = [
        pa.ListArray.from_arrays(offsets, pa.array(values))
        for values in (pairs.samples, pairs.coverages)
    ]
    return pa.Table.from_arrays([*_key_arrays(rows), *lists], schema=PAIRS)


def group_summary_table(
    rows: Rows, membership: Membership, groups: tuple[SampleGroup, ...]
) -> pa.Table:
    """The summaries of the rows as a table with the columns of GROUP_SUMMARIES."""
    summaries = summarise(rows.pairs, membership)
    names = {group.number: group.name for group in groups}
    columns = [column.take(pa.array(summaries.positions)) for column in _key_arrays(rows)]
    columns += [
        pa.array([names[number] for number in summaries.groups.tolist()], pa.string()),
        pa.array(summaries.samples),
        pa.array(summaries.reads),
        pa.array(summaries.medians),
        pa.array(summaries.maxima),
    ]
    return pa.Table.from_arrays(columns, schema=GROUP_SUMMARIES)


def _key_arrays(rows: Rows) -> list[pa.Array]:
    """The id, start, end and strand of every row."""
    numbers = [pa.array(rows.integers(name), kind) for name, kind in _KEYS]
    return [*numbers, pa.array([text.decode() for text in rows.texts("strand")], pa.string())]
