"""tables.py against the tables that sql/*.sql makes."""

import psycopg
import pytest
from sqlalchemy import MetaData, Table, create_engine
from sqlalchemy.pool import StaticPool

from snapshard.index import ddl
from snapshard.index.copy_out import literal_statement
from snapshard.index.statements import summary_statement
from snapshard.index.tables import block_table, rowset
from snapshard.query import Query, intervals_to_ask
from snapshard.region import Region
from snapshard.row_kinds import ROW_KINDS

SCHEMA = "mirror@r1"


@pytest.fixture(scope="module")
def address(embedded):
    address = embedded.ensure_shards(["mirror"]).address("mirror")
    with psycopg.connect(address) as connection:
        connection.execute(f'CREATE SCHEMA "{SCHEMA}"')
        for kind in ROW_KINDS.values():
            for file in (*kind.table_ddl, *kind.index_ddl):
                connection.execute(ddl(file, schema=SCHEMA, kind=kind.name))
    return address


def mirrors(kind):
    """The tables of tables.py for a kind of rows."""
    tables = [block_table(SCHEMA, kind.name)]
    if kind.has_hot_table:
        tables += [rowset(SCHEMA, kind.name).rows, rowset(SCHEMA, kind.name).blocks]
    return tables


@pytest.mark.parametrize("kind", ROW_KINDS.values(), ids=ROW_KINDS)
def test_the_mirror_is_what_the_ddl_makes(address, kind):
    with psycopg.connect(address) as connection:
        engine = create_engine(
            "postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool
        )
        for mirror in mirrors(kind):
            made = Table(mirror.name, MetaData(schema=SCHEMA), autoload_with=engine)
            assert described(made) == described(mirror)
        engine.dispose()


def described(table):
    dialect = create_engine("postgresql+psycopg://").dialect
    return {
        column.name: (column.type.compile(dialect), column.nullable, column.primary_key)
        for column in table.columns
    }


def test_a_statement_that_the_index_answers_uses_it(worlds, index):
    world = worlds("gtex17", 5)
    release, query = world.release, Query(regions=(Region("chr1", 1_000_000, 1_010_000),))
    readers = (
        index.reader(release, query, interval) for interval in intervals_to_ask(query, release)
    )
    reader = next(reader for reader in readers if reader.candidates() is not None)
    statement = summary_statement(
        query, release, reader.interval, reader.candidates(), columns=["start"]
    )
    with index.pools.connection(reader.interval.shard) as connection:
        plan = connection.execute(
            "EXPLAIN " + literal_statement(connection, statement).as_string(connection)
        ).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "Index Scan using junction_block_idx" in text
    assert "Seq Scan on junction " not in text


@pytest.mark.parametrize("kind", ROW_KINDS.values(), ids=ROW_KINDS)
def test_the_columns_of_blocks_are_those_of_the_ddl_in_their_order(address, kind):
    query = """SELECT column_name FROM information_schema.columns
        WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"""
    with psycopg.connect(address) as connection:
        columns = connection.execute(query, [SCHEMA, kind.block_table]).fetchall()
    assert tuple(name for (name,) in columns) == kind.block_columns
