"""An embedded server that died is started again, whoever uses its folder; a dead user is not counted."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from data_folders import postmaster
from waiting import wait_for

from snapshard.connections import Embedded

OTHER_PROGRAM = """
import sys
from pathlib import Path
from snapshard.connections import Embedded
with Embedded(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder():
    parent = Path(tempfile.mkdtemp(prefix="snapshard-tests-"))
    yield parent / "data"
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def embedded(folder):
    with Embedded(folder) as embedded:
        yield embedded


def word(address):
    """What the database keeps; None while it gives no connection."""
    with suppress(psycopg.OperationalError), psycopg.connect(address) as connection:
        return connection.execute("SELECT word FROM kept").fetchone()[0]


def keep(address, text):
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT %s::text AS word", [text])


def test_a_killed_server_is_back_with_its_data_at_the_same_address(embedded):
    address = embedded.ensure_shards(["one"]).address("one")
    keep(address, "here")
    for _ in range(2):
        dead = postmaster(embedded)
        dead.kill()
        dead.wait(10)
        wait_for(lambda: word(address) == "here", 30)
    assert embedded.shard_map().address("one") == address


def test_a_killed_server_whose_backend_works_on_is_back(embedded):
    """The backend of a long statement does not notice that its postmaster died, and holds the
    shared memory that a new one needs.
    """
    address = embedded.ensure_shards(["one"]).address("one")
    keep(address, "here")
    busy = threading.Thread(target=count_for_ever, args=(address,))
    busy.start()
    wait_for(lambda: running_statements(address) == 1, 30)
    postmaster(embedded).kill()
    wait_for(lambda: word(address) == "here", 30)
    busy.join(30)
    assert not busy.is_alive()


def count_for_ever(address):
    statement = "SELECT count(*) FROM generate_series(1, 100000000000) AS n WHERE n % 7 = 1"
    with suppress(psycopg.OperationalError), psycopg.connect(address) as connection:
        connection.execute(statement)


def running_statements(address):
    with psycopg.connect(address) as connection:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s"
        return connection.execute(statement, ["SELECT count(*) FROM generate%"]).fetchone()[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_another_program_stops_is_back(embedded, number):
    address = embedded.ensure_shards(["one"]).address("one")
    keep(address, "here")
    # Told to terminate, PostgreSQL waits for its connections, of which this one never ends.
    connection = psycopg.connect(address)
    stopped = postmaster(embedded)
    stopped.send_signal(number)
    stopped.wait(30)
    wait_for(lambda: word(address) == "here", 30)
    connection.close()


def test_a_number_of_another_process_in_a_stale_file_misleads_nobody(folder):
    with Embedded(folder) as embedded:
        keep(embedded.ensure_shards(["one"]).address("one"), "here")
        lines = (folder / "postgres/postmaster.pid").read_text().splitlines()
    stale = "\n".join([str(os.getpid()), *lines[1:]]) + "\n"
    (folder / "postgres/postmaster.pid").write_text(stale)
    with Embedded(folder) as embedded:
        assert word(embedded.shard_map().address("one")) == "here"


def test_a_killed_user_is_not_counted(folder):
    command = [sys.executable, "-c", OTHER_PROGRAM, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"ready\n"
        with Embedded(folder):
            other.kill()
            other.wait()
        assert not (folder / "postgres/postmaster.pid").exists()
    assert list((folder / ".users").iterdir()) == []


def test_what_cannot_be_started_again_is_reported_with_the_log(folder):
    failures = []
    with Embedded(folder, on_failure=failures.append) as embedded:
        configuration = folder / "postgres/postgresql.conf"
        text = configuration.read_text()
        configuration.write_text(text + "nonsense = on\n")
        postmaster(embedded).kill()
        wait_for(lambda: failures, 60)
        assert "cannot be started again" in str(failures[0])
        assert "nonsense" in str(failures[0])
        configuration.write_text(text)
        wait_for(lambda: up(embedded), 60)


def up(embedded):
    with suppress(Exception):
        return bool(embedded.shard_map().catalog)
    return False


def test_a_folder_that_was_removed_is_not_created_anew(folder):
    failures = []
    embedded = Embedded(folder, on_failure=failures.append)
    server = postmaster(embedded)
    shutil.rmtree(folder)
    server.kill()
    wait_for(lambda: failures, 60)
    embedded.close()
    assert not folder.exists()
