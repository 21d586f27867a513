"""tables.py against the tables that sql/*.sql makes."""

import psycopg
import pytest
from sqlalchemy import MetaData, Table, create_engine
from sqlalchemy.pool import StaticPool

from snapshard.index import ddl
from snapshard.index.copy_out import literal_statement
from snapshard.index.statements import summary_statement
from snapshard.index.tables import rowset
from snapshard.junction import KINDS
from snapshard.query import Query
from snapshard.region import Region

SCHEMA = "mirror@r1"


@pytest.fixture(scope="module")
def address(embedded):
    address = embedded.ensure_shards(["mirror"]).address("mirror")
    with psycopg.connect(address) as connection:
        connection.execute(f'CREATE SCHEMA "{SCHEMA}"')
        for kind in KINDS:
            for file in ("shard.sql", "index.sql"):
                connection.execute(ddl(file, schema=SCHEMA, kind=kind))
    return address


@pytest.mark.parametrize("kind", KINDS)
def test_the_mirror_is_what_the_ddl_makes(address, kind):
    with psycopg.connect(address) as connection:
        engine = create_engine(
            "postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool
        )
        for mirror in (rowset(SCHEMA, kind).rows, rowset(SCHEMA, kind).blocks):
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
    directory, near = next((one, mask) for one, mask in index.near(release, query) if mask.any())
    statement = summary_statement(
        query, release, directory.interval, directory.around(near), columns=["start"]
    )
    with index.pools.connection(directory.interval.shard) as connection:
        plan = connection.execute(
            "EXPLAIN " + literal_statement(connection, statement).as_string(connection)
        ).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "Index Scan using junction_block_idx" in text
    assert "Seq Scan on junction " not in text
