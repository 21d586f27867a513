"""The shard image: what its roles may and may not do, what it keeps, and what it says when
something is missing.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

pytestmark = pytest.mark.docker
Start = Callable[..., AbstractContextManager]


@pytest.fixture(scope="module")
def shard(start: Start) -> Iterator[object]:
    """A shard with a release in it, as a loader leaves it."""
    with start() as running:
        running.wait()
        with running.connect("loader") as loader:
            loader.execute('CREATE SCHEMA "gtex@r1"')
            loader.execute(
                'CREATE TABLE "gtex@r1".junction AS SELECT generate_series(1, 1000) AS snaptron_id'
            )
        yield running


@pytest.mark.parametrize("role", ["reader", "exporter"])
def test_those_who_read_can_read_a_release(shard, role: str) -> None:
    with shard.connect(role) as connection:
        assert connection.execute('SELECT count(*) FROM "gtex@r1".junction').fetchone() == (1000,)


@pytest.mark.parametrize("role", ["reader", "exporter"])
@pytest.mark.parametrize(
    "statement",
    [
        'INSERT INTO "gtex@r1".junction VALUES (1)',
        'DELETE FROM "gtex@r1".junction',
        'DROP SCHEMA "gtex@r1" CASCADE',
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/run/secrets/snapshard/owner')",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SET ROLE loader",
    ],
)
def test_those_who_read_can_do_nothing_else(shard, role: str, statement: str) -> None:
    with shard.connect(role) as connection:
        connection.execute(
            "SET default_transaction_read_only = off"
        )  # It is a courtesy; rights are what holds.
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE other",
        "CREATE DATABASE other",
        "ALTER ROLE reader SUPERUSER",
        "SET ROLE owner",
        "ALTER SYSTEM SET fsync = off",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/run/secrets/snapshard/owner')",
        "SELECT rolpassword FROM pg_authid",
        "ALTER DATABASE snapshard OWNER TO loader",
    ],
)
@pytest.mark.parametrize("role", ["loader"])
def test_a_loader_fills_releases_and_rules_nothing(shard, role: str, statement: str) -> None:
    with shard.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_an_owner_drops_what_a_loader_made_but_is_no_superuser(shard) -> None:
    with shard.connect("loader") as loader:
        loader.execute('CREATE SCHEMA "gtex@r0"')
    with shard.connect("owner") as owner:
        owner.execute('DROP SCHEMA "gtex@r0"')
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute("CREATE ROLE other")


def test_reads_have_a_deadline_and_exports_have_none(shard) -> None:
    with shard.connect("reader") as reader, shard.connect("exporter") as exporter:
        assert reader.execute("SHOW statement_timeout").fetchone() == ("1min",)
        assert exporter.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_nobody_is_superuser_over_the_network(shard) -> None:
    with pytest.raises(
        psycopg.OperationalError,
        match=r'pg_hba.conf rejects connection for host .* user "postgres"',
    ):
        shard.connect("postgres")


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_other_databases_are_closed(shard, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba.conf entry"):
        shard.connect("reader", database=database)


def test_who_replicates_reaches_no_database(shard) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba.conf entry"):
        shard.connect("replicator")


def test_a_wrong_password_is_refused_by_name(shard) -> None:
    with pytest.raises(
        psycopg.OperationalError, match='password authentication failed for user "reader"'
    ):
        shard.connect("reader", "wrong")


def test_passwords_are_kept_as_scram_and_never_printed(shard, passwords: dict[str, str]) -> None:
    kept = shard.as_superuser(
        "SELECT string_agg(left(rolpassword, 13), ',') FROM pg_authid WHERE rolpassword IS NOT NULL"
    )
    assert kept == ",".join(["SCRAM-SHA-256"] * 6)
    for password in passwords.values():
        assert password not in shard.log()


REGION = "chr17:43044295-43125364"
ASKING = (
    f"SELECT pg_sleep({{}}), count(*) FROM public.{{}} WHERE region = %s AND region <> '{REGION}'"
)


def _slow(shard) -> None:
    with shard.connect("reader") as reader:
        reader.execute(ASKING.format(6, "first"), [REGION])


def _failed(shard) -> None:
    with shard.connect("reader") as reader, pytest.raises(psycopg.errors.DivisionByZero):
        reader.execute(f'SELECT 1 / (length(%s) - {len(REGION)}) AS "{REGION}"', [REGION])


def _refused(shard) -> None:
    """By a constraint, whose details name the key."""
    with shard.connect("loader") as loader, pytest.raises(psycopg.errors.UniqueViolation):
        loader.execute("INSERT INTO public.first VALUES (%s), (%s)", [REGION, REGION])


def _deadlocked(shard) -> None:
    """After waiting for a lock; the details show what everybody ran."""
    with (
        shard.connect("loader") as one,
        shard.connect("loader") as other,
        ThreadPoolExecutor(1) as beside,
    ):
        for connection, table in ((one, "first"), (other, "second")):
            connection.execute("BEGIN")
            connection.execute(f"LOCK public.{table}")
        waiting = beside.submit(one.execute, ASKING.format(0, "second"), [REGION])
        time.sleep(2)
        with pytest.raises(psycopg.errors.DeadlockDetected):
            other.execute(ASKING.format(0, "first"), [REGION])
        waiting.result()


def _killed(shard) -> None:
    """With all other connections, which the server says of the statement that was under way."""
    with shard.connect("reader") as reader, ThreadPoolExecutor(1) as beside:
        process = reader.execute("SELECT pg_backend_pid()").fetchone()[0]
        waiting = beside.submit(reader.execute, "SELECT pg_sleep(60), %s::text", [REGION])
        time.sleep(1)
        shard.container.exec(["sh", "-c", f"kill -9 {process}"])
        with pytest.raises(psycopg.OperationalError):
            waiting.result()


def test_no_question_reaches_the_log_however_it_ends(start: Start) -> None:
    """A region can identify a patient: it is not there as text or parameter, in a message or in its
    details.
    """
    with start() as shard:
        with shard.wait().connect("loader") as loader:
            for table in ("first", "second"):
                loader.execute(f"CREATE TABLE public.{table} (region text PRIMARY KEY)")
        for ending in (_slow, _failed, _refused, _deadlocked, _killed):
            ending(shard)
        said = shard.log()
    for event in (
        "division by zero",
        "duplicate key",
        "still waiting for",
        "deadlock detected",
        "terminated by signal 9",
    ):
        assert event in said
    assert "chr17" not in said


def test_memory_decides_the_configuration_at_every_start(start: Start) -> None:
    with start(memory="512m") as shard:
        assert shard.wait().as_superuser("SHOW shared_buffers") == "128MB"
        container = shard.container.get_wrapped_container()
        container.update(mem_limit="1g", memswap_limit="1g")
        assert shard.as_superuser("SHOW shared_buffers") == "128MB"
        container.restart()
        assert shard.wait().as_superuser("SHOW shared_buffers") == "256MB"
        assert shard.as_superuser("SHOW effective_cache_size") == "614MB"


def test_a_restart_keeps_rows_and_roles(start: Start) -> None:
    with start() as shard:
        with shard.wait().connect("loader") as loader:
            loader.execute("CREATE TABLE public.kept AS SELECT 42 AS answer")
        shard.container.get_wrapped_container().restart()
        with shard.wait().connect("reader") as reader:
            assert reader.execute("SELECT answer FROM public.kept").fetchone() == (42,)


def test_a_kill_is_recovered_from(start: Start) -> None:
    with start() as shard:
        with shard.wait().connect("loader") as loader:
            loader.execute("CREATE TABLE public.kept AS SELECT 42 AS answer")
        shard.container.get_wrapped_container().kill()
        shard.container.get_wrapped_container().start()
        with shard.wait().connect("reader") as reader:
            assert reader.execute("SELECT answer FROM public.kept").fetchone() == (42,)


def test_without_a_secret_nothing_is_made_and_the_log_says_what_to_mount(
    start: Start, tmp_path: Path, secret_files: Path
) -> None:
    for role in ("postgres", "owner", "loader", "reader"):
        (tmp_path / role).write_text("x")
    tmp_path.chmod(0o755)
    with start(secrets_from=tmp_path) as shard:
        assert shard.container.get_wrapped_container().wait()["StatusCode"] == 1
        assert (
            "no password for role 'exporter': expected it in the file /run/secrets/snapshard/exporter"
            in shard.log()
        )
        assert "initdb" not in shard.log()


def test_too_little_memory_is_refused_with_the_least_that_will_do(start: Start) -> None:
    with start(memory="128m") as shard:
        assert shard.container.get_wrapped_container().wait()["StatusCode"] == 1
        assert "a memory limit of 128 MiB is too small: expected 256 MiB or more" in shard.log()
