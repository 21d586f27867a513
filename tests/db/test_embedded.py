"""The embedded server: kept between starts, shared between programs, and clear where it cannot be
had.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from snapshard.connections import Embedded
from snapshard.errors import BadQuery, SnapshardError

OTHER_PROGRAM = """
import sys
from pathlib import Path
from snapshard.connections.embedded import Embedded
import psycopg
embedded = Embedded(Path(sys.argv[1]))
address = embedded.ensure_shards(["one"]).address("one")
with psycopg.connect(address, autocommit=True) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
    connection.execute("INSERT INTO kept VALUES (%s)", [sys.argv[2]])
    print(connection.execute("SELECT pg_postmaster_start_time()").fetchone()[0])
sys.stdout.flush()
sys.stdin.readline()
embedded.close()
"""


@pytest.fixture
def folder():
    """A data folder outside pytest's own, which every start of pytest closes to PostgreSQL's user."""
    parent = Path(tempfile.mkdtemp(prefix="snapshard-tests-"))
    yield parent / "data"
    shutil.rmtree(parent, ignore_errors=True)


def start(folder, word):
    arguments = [sys.executable, "-c", OTHER_PROGRAM, str(folder), word]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end(program):
    program.communicate("\n", timeout=60)
    assert program.returncode == 0


def words(folder):
    embedded = Embedded(folder)
    try:
        with psycopg.connect(embedded.shard_map().address("one")) as connection:
            return [word for (word,) in connection.execute("SELECT word FROM kept ORDER BY word")]
    finally:
        embedded.close()


def test_two_programs_share_one_server_and_the_data_outlive_both(folder):
    first = start(folder, "first")
    began = first.stdout.readline()
    second = start(folder, "second")
    assert second.stdout.readline() == began
    end(first)
    third = start(folder, "third")
    assert third.stdout.readline() == began, (
        "the server stopped although the second program held it"
    )
    end(second)
    end(third)
    assert words(folder) == ["first", "second", "third"]


def test_a_server_whose_program_was_killed_is_taken_over(folder):
    first = start(folder, "first")
    first.stdout.readline()
    first.kill()
    first.communicate()
    assert words(folder) == ["first"]


def test_two_holders_in_one_program_do_not_stop_each_other(folder):
    first, second = Embedded(folder), Embedded(folder)
    first.close()
    assert second.shard_map().addresses == {}
    second.close()


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SnapshardError, match=r"cannot use the data folder .*file"):
        Embedded(tmp_path / "file")


def test_a_creation_that_was_interrupted_is_begun_again(folder):
    (folder / "postgres.new").mkdir(parents=True)
    (folder / "postgres.new/PG_VERSION").write_text("18\n")
    with Embedded(folder) as embedded:
        assert embedded.shard_map().addresses == {}
    assert not (folder / "postgres.new").exists()


def test_shard_names_are_checked(embedded):
    with pytest.raises(BadQuery, match="shard: expected lower-case letters"):
        embedded.ensure_shards(["Shard 1; DROP DATABASE"])
