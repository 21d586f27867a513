"""The router shows the shards as one table, and its reader can only read."""

import socket
import time
from contextlib import contextmanager

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapshard.filters import parse_filter
from snapshard.index.tables import rowset
from snapshard.junction import SUMMARY
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Interval
from snapshard.router import local_router, refresh_router
from snapshard.router.partitions import partitions_of
from snapshard.router.statements import option_changes, server_options
from snapshard.rows import Rows
from snapshard_populate.releases import publish_release

CASES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
OPERATORS = st.sampled_from(["<=", ">=", "=", "!="])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def releases(worlds, embedded):
    """The releases that are served: chr1 on three of five shards, whole chromosomes on three."""
    split, whole = worlds("sim", 5), worlds("gtex17", 3)
    for world in (split, whole):
        serve(embedded.shard_map(), world.release)
    return split, whole


@pytest.fixture(scope="module")
def router(embedded, index, releases):
    shards = embedded.shard_map()
    with local_router(embedded.folder, shards, host="127.0.0.1", port=free_port()) as running:
        refresh(index, running, shards)
        yield running


@pytest.fixture
def reader(router):
    with connected(router) as connection:
        yield connection


def serve(shards, release):
    publish_release(shards.catalog, release.compilation, release.name)


def refresh(index, router, shards):
    # The list of releases is cached for this long in these tests.
    time.sleep(index.settings.catalog_seconds)
    return refresh_router(router.address, shards, index.catalog)


@contextmanager
def connected(router):
    """A connection of the reader over TCP, with the password from the file."""
    with psycopg.connect(
        router.reader_address, passfile=str(router.password_file), autocommit=True
    ) as connection:
        yield connection


def plan(connection, query):
    return [line for (line,) in connection.execute(f"EXPLAIN (VERBOSE, COSTS OFF) {query}")]


def scans(lines):
    return sum("Foreign Scan" in line for line in lines)


def test_the_table_has_the_columns_of_the_shards(reader):
    columns = reader.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'sim.junction'::regclass AND attnum > 0"
    ).fetchall()
    assert {name for (name,) in columns} == set(rowset("sim@r1").rows.columns.keys())


@pytest.mark.parametrize("number", [0, 1], ids=["split", "whole"])
def test_the_rows_are_those_of_the_release(reader, index, releases, number):
    world = releases[number]
    rows = Rows(b"".join(rows.text for rows in index.rows(world.release, Query())))
    names = [name for name in SUMMARY if name not in ("coverage_avg", "coverage_median")]
    table = f"{world.release.compilation}.junction"
    quoted = ", ".join(f'"{name}"' for name in names)
    stored = reader.execute(f"SELECT {quoted} FROM {table}").fetchall()
    expected = zip(*[[text.decode() for text in rows.texts(name)] for name in names], strict=True)
    texts = [["" if value is None else str(value) for value in row] for row in stored]
    assert sorted(texts) == sorted(map(list, expected))


@pytest.mark.parametrize("number", [0, 1], ids=["split", "whole"])
@CASES
@given(data=st.data())
def test_answers_equal_the_index(reader, index, releases, number, data):
    release = releases[number].release
    chrom = data.draw(st.sampled_from(["chr1", "chr2", "chr7", "chrX", "chrM"]))
    start = data.draw(st.integers(1, 200_000_000))
    region = Region(chrom, start, start + data.draw(st.integers(0, 50_000_000)))
    count = f"samples_count{data.draw(OPERATORS)}{data.draw(st.integers(1, 30))}"
    query = Query(regions=(region,), filters=(parse_filter(count), parse_filter("strand=+")))
    rows = Rows(
        b"".join(
            part.text for part in index.summaries(release, query, columns=("snaptron_id", "start"))
        ),
        ("snaptron_id", "start"),
    )
    ids = reader.execute(
        f"SELECT snaptron_id FROM {release.compilation}.junction WHERE chromosome = %s AND start <= %s"
        f" AND \"end\" >= %s AND strand = '+' AND {count} ORDER BY block, position, start",
        [chrom, region.end, region.start],
    ).fetchall()
    assert sorted(number for (number,) in ids) == sorted(rows.integers("snaptron_id").tolist())


def test_one_chromosome_asks_one_shard(reader):
    for table, condition in [
        ("gtex17.junction", "chromosome = 'chr3'"),
        ("sim.junction", "chromosome = 'chr7'"),
        ("sim.junction", "chromosome = 'chr2'"),
        ("sim.junction", "chromosome = 'chr1' AND start < 30000000"),
        ("sim.junction", "chromosome = 'chrUn_1'"),
    ]:
        lines = plan(reader, f"SELECT * FROM {table} WHERE {condition} AND samples_count >= 20")
        assert scans(lines) == 1
        assert any("Remote SQL" in line and "samples_count >= 20" in line for line in lines)
    assert scans(plan(reader, "SELECT * FROM sim.junction WHERE chromosome = 'chr1'")) == 3


def test_the_shards_aggregate_at_the_same_time(reader):
    counts = (
        "SELECT chromosome, count(*), sum(coverage_sum), avg(coverage_avg) FROM gtex17.junction"
    )
    lines = plan(reader, f"{counts} WHERE samples_count >= 5 GROUP BY chromosome")
    assert sum("Async Foreign Scan" in line for line in lines) == 3
    remote = [line for line in lines if "Remote SQL" in line]
    assert len(remote) == 3
    assert all("count(*), sum(coverage_sum)" in line and "GROUP BY" in line for line in remote)


def test_a_total_is_the_sum_over_chromosomes(reader, index, releases):
    for world in releases:
        query = Query(filters=(parse_filter("samples_count>=5"),))
        total = reader.execute(
            "SELECT sum(n) FROM (SELECT chromosome, count(*) AS n FROM "
            f"{world.release.compilation}.junction WHERE samples_count >= 5 GROUP BY chromosome) AS c"
        ).fetchone()
        assert total == (index.count(world.release, query),)


def test_samples_groups_genes_and_the_origin_are_there(reader, index, releases):
    release = releases[0].release
    facts = index.facts.of(release)
    ids = reader.execute("SELECT rail_id FROM sim.sample").fetchall()
    assert sorted(number for (number,) in ids) == sorted(facts.samples.ids.tolist())
    groups = dict(reader.execute("SELECT name, members FROM sim.sample_group").fetchall())
    assert groups == {group.name: group.members.tolist() for group in facts.groups}
    assert reader.execute("SELECT count(*) > 0 FROM sim.gene").fetchone() == (True,)
    about = reader.execute("SELECT compilation, release, simulated FROM sim.about").fetchone()
    assert about == ("sim", release.name, True)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sim.junction (chromosome) VALUES ('chr1')",
        "UPDATE sim.junction SET start = 1",
        "DELETE FROM sim.junction",
        'DELETE FROM sim."junction of s4"',
        "UPDATE sim.gene SET symbol = 'X'",
        "TRUNCATE sim.junction",
        "DROP SCHEMA sim CASCADE",
        "CREATE TABLE mine (a int)",
        "CREATE TABLE sim.mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION dblink",
        "CREATE SERVER mine FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'elsewhere')",
        "CREATE USER MAPPING FOR CURRENT_USER SERVER s4 OPTIONS (user 'postgres')",
        "ALTER SERVER s4 OPTIONS (SET dbname 'postgres')",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "COPY (SELECT 1) TO '/tmp/written'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_read_binary_file('pg_hba.conf')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT * FROM pg_user_mapping",
        "SELECT * FROM pg_hba_file_rules",
        "SELECT pg_reload_conf()",
        "SET ROLE postgres",
        "ALTER SYSTEM SET work_mem = '1MB'",
    ],
)
def test_the_reader_can_only_read(reader, statement):
    reader.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(statement)


def test_no_option_of_a_connection_is_visible_to_the_reader(reader):
    options = reader.execute("SELECT umoptions FROM pg_user_mappings").fetchall()
    assert options
    assert set(options) == {(None,)}


def test_the_reader_of_the_shards_cannot_write(embedded, router, releases):
    address = embedded.shard_map().address("s4")
    schema = releases[0].release.schema
    with psycopg.connect(address, user="reader", autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in (f'DELETE FROM "{schema}".junction', "CREATE SCHEMA mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_only_the_reader_connects_over_tcp_and_with_its_password(router):
    with pytest.raises(psycopg.OperationalError, match="pg_hba"):
        psycopg.connect(router.reader_address, user="postgres")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(router.reader_address, passfile="/dev/null", password="wrong")
    assert router.password_file.stat().st_mode & 0o77 == 0


def test_a_refresh_changes_nothing_that_is_up_to_date(router, index, embedded):
    shards = embedded.shard_map()
    assert refresh(index, router, shards) == ()


def test_a_query_keeps_its_release_while_another_is_published(
    router, index, embedded, worlds, releases
):
    shards = embedded.shard_map()
    older, newer = worlds("gtex17", 1).release, releases[1].release
    try:
        with connected(router) as running, running.transaction():
            running.execute("DECLARE rows CURSOR FOR SELECT snaptron_id FROM gtex17.junction")
            running.execute("FETCH 1 FROM rows")
            serve(shards, older)
            assert [release.name for release in refresh(index, router, shards)] == [older.name]
            with connected(router) as later:
                name = later.execute("SELECT release FROM gtex17.about").fetchone()
                assert name == (older.name,)
            rest = running.execute("FETCH ALL FROM rows").fetchall()
            assert len(rest) == newer.row_count - 1
        refresh(index, router, shards)
        with psycopg.connect(router.address) as connection:
            old = "SELECT nspname FROM pg_namespace WHERE nspname LIKE '% until %'"
            assert connection.execute(old).fetchall() == []
    finally:
        serve(shards, newer)
        refresh(index, router, shards)


def test_every_shard_is_one_leaf():
    intervals = [
        Interval(0, "chr1", 1, 100, "a"),
        Interval(1, "chr1", 101, 1000, "b"),
        Interval(2, "chr2", 1, 1000, "b"),
        Interval(3, "chr3", 1, 1000, "c"),
        Interval(4, "*", 1, 1000, "d"),
    ]
    partitions = partitions_of(intervals)
    assert [[leaf.shard for leaf in one.leaves] for one in partitions] == [["a", "b"], ["c"], ["d"]]
    assert [one.is_default for one in partitions] == [False, False, True]


def test_two_groups_of_shards_become_one_where_a_later_shard_links_them():
    intervals = [
        Interval(0, "chr1", 1, 100, "a"),
        Interval(1, "chr2", 1, 100, "b"),
        Interval(2, "chr1", 101, 1000, "c"),
        Interval(3, "chr2", 101, 1000, "c"),
    ]
    (partition,) = partitions_of(intervals)
    assert [leaf.shard for leaf in partition.leaves] == ["a", "b", "c"]


def test_a_foreign_server_has_the_address_without_user_and_password():
    options = server_options("host=shard-a port=5432 user=postgres dbname=d password=x", "reader")
    assert options == {"host": "shard-a", "port": "5432", "dbname": "d", "service": "reader"}
    assert option_changes("a", options, options) == []
    (change,) = option_changes("a", {"host": "old", "sslmode": "disable"}, {"host": "new"})
    assert change.as_string(None) == (
        'ALTER SERVER "a" OPTIONS (SET "host" \'new\', DROP "sslmode")'
    )
