"""Backups of a data folder, restored elsewhere, and folders of older versions of PostgreSQL: every
row is there afterwards, or nothing is.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psycopg
import pytest
from data_folders import quit_at_once
from psycopg import sql

from snapshard.client import Client
from snapshard.connections import Embedded
from snapshard.connections.embedded import CONFIGURATION, Programs, Server, current_programs
from snapshard.connections.embedded.programs import read_major, wheel_programs
from snapshard_populate.backup.dumps import Databases
from snapshard_populate.loading import LoadPlan, load_compilation, read_folder
from snapshard_populate.releases import prune_releases, read_layout, retire_release
from snapshard_populate.simulate import simulate

DEBIAN = Path("/usr/lib/postgresql/15/bin")
LAYOUT = ["chr1\t-\ts1", "*\t-\ts2"]


@pytest.fixture(scope="module")
def parent():
    parent = Path(tempfile.mkdtemp(prefix="snapshard-tests-"))
    yield parent
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(scope="module")
def source(parent):
    simulate(parent / "sim", junctions=1_500, samples=20, seed=5)
    return read_folder(parent / "sim")


@pytest.fixture(scope="module")
def folder(parent, source):
    """A folder with `sim` in two releases, in use."""
    embedded = Embedded(parent / "data")
    load(embedded, source, "r1")
    load(embedded, source, "r2")
    yield embedded
    quit_at_once(embedded)


def load(embedded, source, release):
    shards = embedded.ensure_shards(["s1", "s2"])
    load_compilation(shards, LoadPlan(source, read_layout(LAYOUT), release))


def snapshard(*words):
    """The exit code, output and errors of a command."""
    command = [sys.executable, "-m", "snapshard", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def contents(folder, release="r2"):
    """All that a folder answers about a release."""
    with Client(data=folder, compilation="sim", release=release) as client:
        rows = b"".join(page.content for page in client.pages(samples=True, format="tsv"))
        return rows, client.get("groups"), client.get("samples", {"limit": 100})


@pytest.fixture(scope="module")
def backup(folder, parent):
    """A backup of the folder."""
    path = parent / "copy.backup"
    result = snapshard("backup", path, "--data", folder.folder)
    assert (result.returncode, result.stderr) == (0, "")
    return path


def test_a_backup_of_a_folder_in_use_is_restored_whole(folder, parent, backup):
    before = contents(folder.folder)
    result = snapshard("restore", backup, "--data", parent / "restored")
    assert (result.returncode, result.stderr) == (0, "")
    assert contents(parent / "restored") == before
    assert contents(parent / "restored", "r1") == contents(folder.folder, "r1")
    again = snapshard("restore", backup, "--data", parent / "restored")
    assert again.returncode == 1
    assert "has databases; name a new folder" in again.stderr
    again = snapshard("backup", backup, "--data", folder.folder)
    assert again.returncode == 1
    assert "exists; name another file" in again.stderr


def test_a_backup_into_a_folder_is_named_after_the_time(folder, parent):
    (parent / "backups").mkdir()
    result = snapshard("backup", parent / "backups", "--data", folder.folder)
    (path,) = (parent / "backups").iterdir()
    assert result.stdout.startswith(f"{path}: ")


def test_a_backup_during_loads_and_prunes_is_consistent(folder, parent, source):
    ended = threading.Event()
    worker = threading.Thread(target=load_and_prune, args=(folder, source, ended))
    worker.start()
    try:
        result = snapshard("backup", parent / "during.backup", "--data", folder.folder)
    finally:
        ended.set()
        worker.join()
    assert (result.returncode, result.stderr) == (0, "")
    result = snapshard("restore", parent / "during.backup", "--data", parent / "during")
    assert (result.returncode, result.stderr) == (0, "")
    assert contents(parent / "during")[0].count(b"\n") == 1_502


def load_and_prune(folder, source, ended):
    number = 10
    while not ended.is_set():
        shards = folder.ensure_shards(["s1", "s2"])
        plan = LoadPlan(source, read_layout(LAYOUT), f"r{number}")
        load_compilation(shards, plan, steps=("verify",))
        retire_release(shards.catalog, "sim", f"r{number}")
        prune_releases(shards, keep_for=0)
        number += 1


@pytest.mark.parametrize("damage", ["cut", "changed", "other"])
def test_a_damaged_backup_restores_nothing(backup, parent, damage):
    path, target = parent / f"{damage}.backup", parent / f"from-{damage}"
    content = bytearray(backup.read_bytes())
    middle = len(content) // 2
    if damage == "changed":
        content[middle] ^= 0xFF
    path.write_bytes({"cut": content[:middle], "changed": content, "other": b"PK nonsense"}[damage])
    result = snapshard("restore", path, "--data", target)
    assert result.returncode == 1
    assert ("is damaged" if damage == "changed" else "not a complete backup") in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(target.glob("postgres*"))


def test_an_unwritable_target_leaves_nothing(folder, parent):
    result = snapshard("backup", "/proc/none/x.backup", "--data", folder.folder)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    result = snapshard("backup", parent / "none.backup", "--data", parent / "none")
    assert "there is no data folder" in result.stderr


def old_programs():
    """The programs of older versions of PostgreSQL that this machine has."""
    programs = list(wheel_programs().values())[:-1]
    if (DEBIAN / "postgres").exists():
        programs.append(Programs(DEBIAN, read_major(DEBIAN)))
    return programs


@pytest.mark.parametrize("old", old_programs(), ids=lambda programs: f"from-{programs.major}")
def test_a_folder_of_an_older_version_is_refused_and_upgraded_by_one_command(folder, parent, old):
    data = parent / f"old {old.major}"
    create_old(data, old, folder)
    result = snapshard("query", "--count", "--data", data)
    assert result.returncode == 1
    assert f"is of PostgreSQL {old.major}, and PostgreSQL {current_programs().major} is" in (
        result.stderr
    )
    assert f"run: snapshard upgrade-data --data '{data}'" in result.stderr
    result = snapshard("upgrade-data", "--data", data)
    assert (result.returncode, result.stderr) == (0, "")
    assert contents(data, "r1") == contents(folder.folder, "r1")
    assert (data / f"postgres.{old.major}/PG_VERSION").read_text() == f"{old.major}\n"
    result = snapshard("upgrade-data", "--data", data)
    assert "already" in result.stdout


def test_an_upgrade_that_was_interrupted_between_its_renames_is_completed(folder, parent, backup):
    data = parent / "interrupted"
    snapshard("restore", backup, "--data", data)
    os.rename(data / "postgres", data / "postgres.upgraded")
    result = snapshard("query", "--count", "--data", data)
    assert result.returncode == 1
    assert "was interrupted; run: snapshard upgrade-data" in result.stderr
    assert snapshard("upgrade-data", "--data", data).returncode == 0
    assert contents(data) == contents(folder.folder)


def create_old(data, programs, folder):
    """A copy of a folder as an older PostgreSQL holds it. Our tables have virtual columns, which
    came with version 18; before, they would have been stored.
    """
    data.mkdir()
    server, new = Server(data / "postgres", programs), Databases(folder.server, current_programs())
    server.initialise(CONFIGURATION)
    server.ensure_running()
    for name in new.names():
        dump = [new.programs.path("pg_dump"), "--no-owner", f"--dbname={new.server.address(name)}"]
        text = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
        text = re.sub(r"(GENERATED ALWAYS AS \(.*\))(,?)$", r"\1 STORED\2", text, flags=re.M)
        text = text.replace("SET transaction_timeout = 0;", "")
        with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        psql = [programs.path("psql"), "-qX", "--set=ON_ERROR_STOP=1", server.address(name)]
        subprocess.run(psql, input=text, capture_output=True, text=True, check=True)
    server.stop()
