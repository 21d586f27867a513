"""tables.py against the tables that sql/*.sql makes."""

import psycopg
import pytest
from sqlalchemy import MetaData, Table, create_engine
from sqlalchemy.pool import StaticPool

from snapshard.tables import KINDS, ddl, rowset

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
        engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
        for mirror in (rowset(SCHEMA, kind).rows, rowset(SCHEMA, kind).blocks):
            made = Table(mirror.name, MetaData(schema=SCHEMA), autoload_with=engine)
            assert described(made) == described(mirror)
        engine.dispose()


def described(table):
    dialect = create_engine("postgresql+psycopg://").dialect
    return {column.name: (column.type.compile(dialect), column.nullable, column.primary_key) for column in table.columns}


def test_a_statement_that_the_index_answers_uses_it(worlds, index):
    from snapshard.copying import literal_statement
    from snapshard.query import Query, summary_select
    from snapshard.region import Region

    world = worlds("gtex17", 5)
    interval = next(one for one in world.release.intervals if one.chrom == "chr1")
    statement = summary_select(Query(regions=(Region("chr1", 1_000_000, 1_010_000),)), world.release, interval, ["start"])
    with index.pools.connection(interval.shard) as connection:
        plan = connection.execute("EXPLAIN " + literal_statement(connection, statement).as_string(connection)).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "Index Scan using junction_block_idx" in text
    assert "Seq Scan on junction " not in text
