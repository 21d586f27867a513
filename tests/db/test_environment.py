"""The embedded server is the same in every environment: variables for other servers, locales, and
folders of any name.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg.pq import Conninfo

from snapshard.connections import Embedded

LIBPQ = [option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar]
OTHERS = ["PGTZ", "PGDATESTYLE", "PGGEQO", "PGSERVICEFILE", "PGSYSCONFDIR", "PGDATA", "TZ"]
LOCALES = ["LC_ALL", "LANG", "LANGUAGE", "LC_CTYPE", "LC_MESSAGES", "PGSERVER_POSTGRES_VERSION"]


@pytest.fixture(scope="module")
def parent():
    parent = Path(tempfile.mkdtemp(prefix="snapshard-tests-"))
    yield parent
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(scope="module")
def running(parent):
    with Embedded(parent / "shared") as embedded:
        yield embedded


@pytest.fixture(scope="module")
def movable(parent):
    """A data folder that no program uses; creating one takes longer than moving it."""
    with Embedded(parent / "movable") as embedded:
        return embedded.folder


def answer(embedded):
    """The version of the server that the address of the catalog leads to."""
    with psycopg.connect(embedded.shard_map().catalog) as connection:
        return connection.execute("SHOW data_directory").fetchone()[0]


@pytest.mark.parametrize("value", ["nonsense-ü", "5433", ""])
@pytest.mark.parametrize("variable", [*LIBPQ, *OTHERS, *LOCALES])
def test_variables_for_other_servers_are_ignored(running, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with Embedded(running.folder) as embedded:
        assert answer(embedded) == str(running.folder / "postgres")


def test_a_folder_is_created_under_all_of_them(parent, monkeypatch):
    for variable in [*LIBPQ, *OTHERS, *LOCALES]:
        monkeypatch.setenv(variable, "nonsense-ü")
    with Embedded(parent / "new") as embedded:
        assert answer(embedded) == str(parent / "new/postgres")
        with psycopg.connect(embedded.shard_map().catalog) as connection:
            words = "SELECT array_agg(word ORDER BY word) FROM unnest(%s::text[]) AS word"
            order = connection.execute(words, [["b", "a", "B", "ä", "z"]]).fetchone()[0]
            assert order == ["B", "a", "b", "z", "ä"]


@pytest.mark.parametrize(
    "name",
    [
        "a%20b",
        "a=b",
        "a b",
        "it's",
        'a"b',
        "a,b",
        "a\\b",
        "a$HOME`b`",
        "Café−数据",
        os.fsdecode(b"latin-\xe9"),
        "@at",
        "?a=b&c#d",
        "-x",
        "/".join(["long" * 20] * 3),
    ],
)
def test_a_folder_may_have_any_name(parent, movable, name):
    folder = parent / "names" / name / "data"
    folder.parent.mkdir(parents=True)
    movable.rename(folder)
    try:
        with Embedded(folder) as embedded:
            # The server cannot tell a name that is not UTF-8.
            assert embedded.ensure_shards(["one"]).addresses.keys() == {"one"}
            assert (folder / "postgres/postmaster.pid").exists()
    finally:
        folder.rename(movable)
