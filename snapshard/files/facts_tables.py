"""The tables of a release that stand beside its junctions: samples, groups, genes, transcripts."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from psycopg import sql

from snapshard.catalog import ReleaseFacts, SamplesFile
from snapshard.index import Index
from snapshard.release import Release

_TYPES = {"i": pa.int64(), "f": pa.float64(), "t": pa.string()}
"""The Arrow types of sample fields by their letter."""
_BATCH_ROWS = 10_000
_GENE_COLUMNS = [
    ("gene_id", pa.string()),
    ("symbol", pa.string()),
    ("chromosome", pa.string()),
    ("start", pa.int32()),
    ("end", pa.int32()),
    ("strand", pa.string()),
]
GENES = pa.schema([*_GENE_COLUMNS, ("biotype", pa.string()), ("source", pa.string())])
"""A row per gene, in the order of the annotation."""
TRANSCRIPTS = pa.schema(
    [
        ("transcript_id", pa.string()),
        *_GENE_COLUMNS,
        ("exon_starts", pa.list_(pa.int32())),
        ("exon_ends", pa.list_(pa.int32())),
        ("cds_start", pa.int32()),
        ("cds_end", pa.int32()),
        ("source", pa.string()),
        ("file", pa.string()),
    ]
)
"""A row per transcript, in the order of the annotation. The coding span is from the smaller to the
larger position and includes the stop codon; null without one.
"""
GROUPS = pa.schema(
    [("group", pa.string()), ("long_name", pa.string()), ("members", pa.list_(pa.int64()))]
)
"""A row per group of samples, in the order of the groups file, with the rail_ids of its samples."""


def record_batches(
    index: Index, release: Release, table: str, schema: pa.Schema
) -> Iterator[pa.Table]:
    """The rows of a table of the catalog, in the order of its file, many at a time."""
    names = sql.SQL(", ").join(map(sql.Identifier, schema.names))
    statement = sql.SQL("SELECT {} FROM {}.{} ORDER BY number").format(
        names, sql.Identifier(release.schema), sql.Identifier(table)
    )
    with (
        index.catalog.connect() as connection,
        connection.transaction(),
        connection.cursor(name="snapshard_files") as cursor,
    ):
        cursor.execute(statement)
        while records := cursor.fetchmany(_BATCH_ROWS):
            yield _table(records, schema)


def group_table(facts: ReleaseFacts) -> pa.Table:
    """The groups of samples."""
    records = [(group.name, group.long_name, group.members) for group in facts.groups]
    return _table(records, GROUPS)


def sample_schema(facts: ReleaseFacts) -> pa.Schema:
    """The fields of the samples file with their types; a number field with a value that is no number
    is text.
    """
    samples, types = facts.samples, facts.types
    return pa.schema([(name, _field_type(samples, name, types)) for name in samples.names])


def sample_batches(facts: ReleaseFacts, schema: pa.Schema) -> Iterator[pa.Table]:
    """The samples in the order of their file, many at a time. A number that is missing is null."""
    columns = zip(*[facts.samples.column(name) for name in schema.names], strict=True)
    for texts_of_columns in columns:
        arrays = [
            _field_array(texts, field)
            for texts, field in zip(texts_of_columns, schema, strict=True)
        ]
        yield pa.Table.from_arrays(arrays, schema=schema)


def _field_type(samples: SamplesFile, name: str, types: dict[str, str]) -> pa.DataType:
    letter = types.get(name, "t")
    if letter != "t" and not samples.holds_numbers(name, whole=letter == "i"):
        return pa.string()
    return _TYPES[letter]


def _field_array(texts: list[bytes], field: pa.Field) -> pa.Array:
    if field.type == pa.string():
        return pa.array([text.decode("utf-8", "replace") for text in texts], pa.string())
    numbers = [None if text in (b"", b"NA") else text.decode() for text in texts]
    return pa.array(numbers, pa.string()).cast(field.type)


def _table(records: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*records, strict=True) if records else [()] * len(schema)
    arrays = [
        pa.array(list(values), field.type) for values, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
