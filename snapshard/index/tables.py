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

from snapshard.row_kinds import ROW_KINDS

_BRIN = "brin (snaptron_id) WITH (pages_per_range = 16)"
"""Sixteen pages hold about a thousand rows. With that, scanning the rows of one range costs about
as much as reading the index itself.
"""

_TEXT_COLUMNS = (
    "chromosome",
    "strand",
    "annotated",
    "left_motif",
    "right_motif",
    "left_annotated",
    "right_annotated",
)

_lock = threading.Lock()


@dataclass(frozen=True)
class Rowset:
    """The two tables of one kind of rows in one release: the hot columns, and the blocks of whole
    lines.
    """

    rows: Table
    blocks: Table


def rowset(schema: str, kind: str = "junction") -> Rowset:
    """The two tables of a kind of rows that has a hot table, in a release's schema."""
    # Two Table objects of one name in a statement would become a cross join.
    with _lock:
        return Rowset(_hot_table(schema, kind), _block_table(schema, kind))


def block_table(schema: str, kind: str) -> Table:
    """The table of blocks of any kind of rows in a release's schema."""
    with _lock:
        return _block_table(schema, kind)


# The same arguments must always give the same Table: SQLAlchemy takes two Table objects of one name
# for two tables, and a statement that mixes them joins the table with itself. A cache alone does
# not ensure it, because two threads that miss at the same moment each make one; hence the lock.
@lru_cache(maxsize=256)
def _hot_table(schema: str, kind: str) -> Table:
    return Table(
        kind,
        MetaData(schema=schema),
        Column("snaptron_id", BigInteger, nullable=False),
        Column("coverage_sum", BigInteger, nullable=False),
        Column("block", Integer, nullable=False),
        Column("start", Integer, nullable=False),
        Column("end", Integer, nullable=False),
        Column("samples_count", Integer, nullable=False),
        Column("source_dataset_id", Integer),
        Column("position", SmallInteger, nullable=False),
        *[Column(name, Text(collation="C"), nullable=False) for name in _TEXT_COLUMNS],
        Column("coverage_avg", Numeric, nullable=False),
        Column("coverage_median", Numeric, nullable=False),
        Column("class", Text(collation="C"), nullable=False),
        Column("length", Integer, Computed('"end" - start + 1', persisted=False)),
    )


@lru_cache(maxsize=256)
def _block_table(schema: str, kind: str) -> Table:
    row_kind = ROW_KINDS[kind]
    types = {"payload": LargeBinary}
    return Table(
        row_kind.block_table,
        MetaData(schema=schema),
        *[
            Column(name, types.get(name, Integer), nullable=False, primary_key=name == "block")
            for name in row_kind.block_columns
        ],
    )


def ddl(
    file: str, *, schema: str, kind: str = "junction", ids_ascend: bool = False
) -> sql.Composed:
    """The statements of a file of sql/, for a release's schema and a kind of rows.

    With `ids_ascend`, which says that ids ascend with the rows, the index of ids is a small brin.
    """
    text = resources.files("snapshard").joinpath("sql", file).read_text(encoding="utf-8")
    names: dict[str, sql.Composable] = {
        "id_index": sql.SQL(_BRIN if ids_ascend else "btree (snaptron_id)"),
        "schema": sql.Identifier(schema),
        "kind": sql.Identifier(kind),
        "kind_block": sql.Identifier(f"{kind}_block"),
    }
    statement = sql.SQL(text.replace("{kind}_block", "{kind_block}"))
    return statement.format(**names)
