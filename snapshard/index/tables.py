"""SQLAlchemy tables that mirror sql/*.sql; a test reflects a database and compares."""

import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
)

_RANGES_OF_IDS = "brin (snaptron_id) WITH (pages_per_range = 16)"
"""Sixteen pages are about a thousand rows: what an id costs to find is about what the index itself
costs to read.
"""


_lock = threading.Lock()


@dataclass(frozen=True)
class Rowset:
    """The two tables of one kind of rows in one release: the hot columns, and the blocks of whole
    lines.
    """

    rows: Table
    blocks: Table


def rowset(schema: str, kind: str = "junction") -> Rowset:
    """The tables of a kind of rows in a release's schema, always the same objects: a statement must
    not mix two of one name.

    A cache alone would make two for threads that ask at the same moment.
    """
    with _lock:
        return _rowset(schema, kind)


@lru_cache(maxsize=256)
def _rowset(schema: str, kind: str) -> Rowset:
    metadata = MetaData(schema=schema)
    text = [
        "chromosome",
        "strand",
        "annotated",
        "left_motif",
        "right_motif",
        "left_annotated",
        "right_annotated",
    ]
    rows = Table(
        kind,
        metadata,
        Column("snaptron_id", BigInteger, nullable=False),
        Column("coverage_sum", BigInteger, nullable=False),
        Column("block", Integer, nullable=False),
        Column("start", Integer, nullable=False),
        Column("end", Integer, nullable=False),
        Column("samples_count", Integer, nullable=False),
        Column("source_dataset_id", Integer),
        Column("position", SmallInteger, nullable=False),
        *[Column(name, Text(collation="C"), nullable=False) for name in text],
        Column("coverage_avg", Numeric, nullable=False),
        Column("coverage_median", Numeric, nullable=False),
        Column("class", Text(collation="C"), nullable=False),
        Column("length", Integer, Computed('"end" - start + 1', persisted=False)),
    )
    blocks = Table(
        f"{kind}_block",
        metadata,
        Column("block", Integer, primary_key=True),
        *[
            Column(name, Integer, nullable=False)
            for name in ("interval", "row_count", "min_start", "max_start", "max_end", "text_bytes")
        ],
        Column("payload", LargeBinary, nullable=False),
    )
    return Rowset(rows, blocks)


def ddl(
    file: str, *, schema: str, kind: str = "junction", ids_ascend: bool = False
) -> sql.Composed:
    """The statements of one of our DDL files for a release's schema and a kind of rows, whose ids
    ascend with them or not.
    """
    text = resources.files("snapshard").joinpath("sql", file).read_text(encoding="utf-8")
    names: dict[str, sql.Composable] = {
        "id_index": sql.SQL(_RANGES_OF_IDS if ids_ascend else "btree (snaptron_id)"),
        "schema": sql.Identifier(schema),
        "kind": sql.Identifier(kind),
        "kind_block": sql.Identifier(f"{kind}_block"),
    }
    statement = sql.SQL(text.replace("{kind}_block", "{kind_block}"))
    return statement.format(**names)
