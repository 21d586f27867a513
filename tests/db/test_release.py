"""The life of a release: every step, every refused step, pruning, and loads that are killed."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql
from stored import expected_lines, read_lines, schemas, stored_lines
from waiting import wait_for

from snapshard.errors import BadQuery, BadRelease, NotFound
from snapshard.query import Query
from snapshard_populate.loading import (
    Compilation,
    LoadPlan,
    begin_compilation,
    load_compilation,
    verify_release,
)
from snapshard_populate.releases import (
    NewRelease,
    begin_release,
    default_layout,
    find_release,
    lock_shared,
    prune_releases,
    publish_release,
    release_statuses,
    retire_release,
    roll_back_release,
)
from snapshard_populate.releases import prune as pruning


@pytest.fixture(scope="module")
def shards(embedded):
    """Three shards, and with them all that other tests loaded."""
    return embedded.ensure_shards(["s1", "s2", "s3"])


@pytest.fixture(scope="module")
def intervals(shards):
    return default_layout(["s1", "s2", "s3"])


@pytest.fixture(scope="module")
def few(shared, tmp_path_factory):
    path = tmp_path_factory.mktemp("few") / "junctions.tsv"
    path.write_text("".join(read_lines(shared / "data/gtex17/junctions.tsv.gz")[::400]))
    return path


def loaded(shards, intervals, few, name, **given):
    return load_compilation(shards, LoadPlan(Compilation(name, str(few)), intervals), **given)


def of(name, found):
    """What schemas() found of a compilation."""
    return {(place, schema) for place, schema in found if schema.partition("@")[0] == name}


def test_names_follow_each_other_and_the_last_published_is_served(shards, intervals, few, index):
    assert [loaded(shards, intervals, few, "life").name for _ in range(3)] == ["r1", "r2", "r3"]
    assert [
        (one.name, one.state, one.current) for one in release_statuses(shards.catalog, "life")
    ] == [
        ("r1", "published", False),
        ("r2", "published", False),
        ("r3", "published", True),
    ]
    time.sleep(0.02)
    assert index.catalog.release("life").name == "r3"
    assert roll_back_release(shards.catalog, "life") == "r2"
    assert roll_back_release(shards.catalog, "life") == "r1"
    with pytest.raises(BadRelease, match="no release older than life/r1"):
        roll_back_release(shards.catalog, "life")
    publish_release(shards.catalog, "life", "r3")
    assert roll_back_release(shards.catalog, "life", "r1") == "r1"
    assert find_release(shards.catalog, "life", "r1").current
    assert loaded(shards, intervals, few, "life", steps=()).name == "r4"


def test_two_rollbacks_at_the_same_time_are_two_steps_back(shards, intervals, few):
    for _ in range(3):
        loaded(shards, intervals, few, "rollbacks")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with (
        ThreadPoolExecutor(2) as threads,
        psycopg.connect(shards.catalog) as lock,
        psycopg.connect(shards.catalog, autocommit=True) as observer,
    ):
        lock.execute("SELECT 1 FROM compilation WHERE name = 'rollbacks' FOR UPDATE")
        rollbacks = [
            threads.submit(roll_back_release, shards.catalog, "rollbacks") for _ in range(2)
        ]
        wait_for(lambda: observer.execute(waiting).fetchone() == (2,), 10)
        lock.rollback()
        assert {rollback.result() for rollback in rollbacks} == {"r2", "r1"}
    assert find_release(shards.catalog, "rollbacks", "r1").current


def test_every_change_of_the_served_release_is_later_than_those_before(shards, intervals, few):
    def served():
        return next(
            one.published for one in release_statuses(shards.catalog, "turned") if one.current
        )

    times = []
    for _ in range(2):
        loaded(shards, intervals, few, "turned")
        times.append(served())
    for change in ("r1", "r2", "r1"):
        publish_release(shards.catalog, "turned", change)
        times.append(served())
    assert times == sorted(set(times))
    publish_release(shards.catalog, "turned", "r1")
    assert served() == times[-1]
    with psycopg.connect(shards.catalog) as connection:
        connection.execute(
            "UPDATE release SET published = published + interval '1 hour' WHERE schema = 'turned@r1'"
        )
    ahead = served()
    publish_release(shards.catalog, "turned", "r2")
    assert served() > ahead


def test_steps_that_do_not_fit_the_state_are_refused_with_the_step_to_take(shards, intervals, few):
    plan = LoadPlan(Compilation("refused", str(few)), intervals, release="a")
    begin_compilation(shards, plan)
    with pytest.raises(
        BadRelease,
        match=r"refused/a is loading \(0 of 26 intervals are loaded\); load the rest and verify it",
    ):
        publish_release(shards.catalog, "refused", "a")
    with pytest.raises(BadRelease, match="load shard s1, s2, s3"):
        verify_release(shards, "refused", "a")
    with pytest.raises(BadRelease, match="no published release to roll back from"):
        roll_back_release(shards.catalog, "refused")
    load_compilation(shards, plan, steps=())
    with pytest.raises(BadRelease, match=r"is loading \(26 of 26"):
        publish_release(shards.catalog, "refused", "a")
    verify_release(shards, "refused", "a")
    publish_release(shards.catalog, "refused", "a")
    with pytest.raises(BadRelease, match="is being served; publish another release first"):
        retire_release(shards.catalog, "refused", "a")
    with pytest.raises(BadRelease, match="there is a release refused/a already, published"):
        load_compilation(shards, plan)
    assert loaded(shards, intervals, few, "refused").name == "r1"
    retire_release(shards.catalog, "refused", "a")
    with pytest.raises(BadRelease, match="is already retired"):
        retire_release(shards.catalog, "refused", "a")
    with pytest.raises(NotFound, match="no release 'refused/z'; available: a, r1"):
        publish_release(shards.catalog, "refused", "z")
    with pytest.raises(NotFound, match="no compilation 'nothing'"):
        publish_release(shards.catalog, "nothing", "r1")


def test_compilation_keeps_its_properties(shards, intervals, few):
    beginning = NewRelease("kept", intervals, "x", title="Kept", assembly="hg19", simulated=True)
    begin_release(shards.catalog, beginning)
    assert (
        begin_release(shards.catalog, NewRelease("kept", intervals, "x", simulated=True))
        == "kept@r2"
    )
    with pytest.raises(BadRelease, match="has simulated True, this release would have False"):
        begin_release(shards.catalog, NewRelease("kept", intervals, "x"))
    with pytest.raises(BadRelease, match="has assembly 'hg19', this release would have 'hg38'"):
        begin_release(
            shards.catalog, NewRelease("kept", intervals, "x", assembly="hg38", simulated=True)
        )
    with pytest.raises(BadQuery, match="compilation: expected a lower-case letter"):
        begin_release(shards.catalog, NewRelease("Not-this", intervals, "x"))
    assert len(release_statuses(shards.catalog, "kept")) == 2


def test_prune_drops_what_was_retired_long_enough_ago_and_never_its_name(shards, intervals, few):
    schemas_of = [loaded(shards, intervals, few, "pruned").schema for _ in range(3)]
    retire_release(shards.catalog, "pruned", "r1")
    assert prune_releases(shards, keep_for=3600).releases == ()
    roll_back_release(shards.catalog, "pruned", "r1")
    publish_release(shards.catalog, "pruned", "r3")
    retire_release(shards.catalog, "pruned", "r1")
    found = prune_releases(shards, keep_for=0)
    assert "pruned/r1" in found.releases
    left = of("pruned", schemas(shards))
    held = {schema for place, schema in left if place not in ("compilation", "release")}
    assert held == set(schemas_of[1:])
    with pytest.raises(
        BadRelease, match=r"pruned/r1 was pruned at .*; load it again under another name"
    ):
        publish_release(shards.catalog, "pruned", "r1")
    with pytest.raises(BadRelease, match="was pruned; there is nothing to verify"):
        verify_release(shards, "pruned", "r1")
    with pytest.raises(BadRelease, match="there is a release pruned/r1 already, dropped"):
        load_compilation(shards, LoadPlan(Compilation("pruned", str(few)), intervals, release="r1"))
    assert loaded(shards, intervals, few, "pruned").name == "r4"


def test_prune_leaves_loads_at_work_and_forgets_dead_ones(shards, intervals, few):
    plan = LoadPlan(Compilation("dead", str(few)), intervals, release="a")
    schema = load_compilation(shards, plan, steps=()).schema
    assert prune_releases(shards, keep_for=3600).releases == ()
    with psycopg.connect(shards.catalog, autocommit=True) as loader:
        lock_shared(loader, schema)
        assert "dead/a" not in prune_releases(shards, keep_for=0).releases
    assert "dead/a" in prune_releases(shards, keep_for=0).releases
    assert of("dead", schemas(shards)) == set()
    assert load_compilation(shards, plan).state == "published"


def test_prune_drops_a_verified_release_once_a_later_one_is_served(shards, intervals, few):
    loaded(shards, intervals, few, "overtaken", steps=("verify",))
    assert "overtaken/r1" not in prune_releases(shards, keep_for=0).releases
    loaded(shards, intervals, few, "overtaken")
    assert "overtaken/r1" in prune_releases(shards, keep_for=0).releases
    assert {schema for _, schema in of("overtaken", schemas(shards))} == {
        "overtaken",
        "overtaken@r2",
    }


def test_prune_drops_schemas_that_no_catalog_row_knows(shards):
    with psycopg.connect(shards.address("s2")) as connection:
        connection.execute('CREATE SCHEMA "stray@r7"')
        connection.execute('CREATE TABLE "stray@r7".junction (x integer)')
    assert prune_releases(shards, keep_for=3600).leftovers == ("s2: stray@r7",)
    assert of("stray", schemas(shards)) == set()


def test_prune_leaves_what_is_being_read_for_the_next_time(shards, intervals, few, monkeypatch):
    monkeypatch.setattr(pruning, "_LOCK_TIMEOUT", "50ms")
    schema = loaded(shards, intervals, few, "read").schema
    loaded(shards, intervals, few, "read")
    retire_release(shards.catalog, "read", "r1")
    with psycopg.connect(shards.address("s2")) as reader:
        reader.execute(sql.SQL("SELECT count(*) FROM {}.junction").format(sql.Identifier(schema)))
        assert prune_releases(shards, keep_for=0).in_use == (f"s2: {schema}",)
    assert prune_releases(shards, keep_for=0) == pruning.PruneResult((), (f"s2: {schema}",), ())


# --- loads that are killed

LOADER = """
import sys
from pathlib import Path
from snapshard_populate.releases import default_layout
from snapshard.connections.shard_map import ShardMap
from snapshard_populate.loading import Compilation, LoadPlan, load_compilation

if __name__ == "__main__":
    shards = ShardMap.from_file(Path(sys.argv[1]))
    plan = LoadPlan(Compilation("killed", sys.argv[2]), default_layout(["s1", "s2", "s3"]), jobs=2)
    say = lambda progress: print(progress.phase.split()[0], flush=True)
    load_compilation(shards, plan, report=say)
    print("end", flush=True)
"""


def start_loader(folder, shards, source):
    script, addresses = folder / "loader.py", folder / "shards.tsv"
    script.write_text(LOADER)
    places = {"catalog": shards.catalog, **shards.addresses}
    addresses.write_text("".join(f"{name}\t{address}\n" for name, address in places.items()))
    command = [sys.executable, str(script), str(addresses), str(source)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def sessions_of_loaders(shards):
    with psycopg.connect(shards.catalog) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'snapshard load'"
        return connection.execute(query).fetchone()[0]


def wait_until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def kill_at(phase, loader):
    """Kills the loader when it says the phase; `start` is before it says anything, `end` after
    everything.
    """
    if phase == "start":
        time.sleep(0.3)
    else:
        for said in loader.stdout:
            if said.strip() == phase:
                break
        else:
            pytest.fail(f"the loader never said {phase}")
    loader.kill()
    loader.communicate()


def kill_between_copies(loader, shards, lines):
    """Feeds a loader lines until it has copied some of them into a shard, keeps it waiting for
    more, and kills it.
    """
    query = """SELECT count(*) FROM pg_stat_activity WHERE application_name = 'snapshard load'
        AND state = 'idle in transaction' AND query LIKE 'COPY %'"""

    def some_are_in():
        loader.stdin.write(next(lines))
        with psycopg.connect(shards.catalog) as connection:
            return connection.execute(query).fetchone()[0]

    wait_until(some_are_in)
    loader.kill()
    loader.communicate()


@pytest.fixture(scope="module")
def served(shards, intervals, few):
    return loaded(shards, intervals, few, "killed")


def long_line(line, end):
    """A row with so many samples that few rows fill a batch of COPY."""
    fields = line.rstrip("\n").split("\t")
    count = 100_000
    fields[3:5] = [str(int(fields[2]) + end), str(end + 1)]
    fields[11:16] = [
        "".join(f",{sample}:1" for sample in range(count)),
        str(count),
        str(count),
        "1.000",
        "1.0",
    ]
    return "\t".join(fields) + "\n"


PHASES = [
    "start",
    "begin",
    "copy",
    "rows",
    "indexes",
    "done",
    "verify",
    "verified",
    "publish",
    "end",
]


@pytest.mark.parametrize("phase", PHASES)
def test_load_killed_at_any_moment_leaves_what_is_served_as_it_was(
    shards, intervals, few, served, index, tmp_path, phase
):
    before = find_release(shards.catalog, "killed", served.name)
    loader = start_loader(tmp_path, shards, "-" if phase == "copy" else few)
    if phase == "copy":
        line = read_lines(few)[0]
        kill_between_copies(loader, shards, (long_line(line, end) for end in range(100, 100_000)))
    else:
        kill_at(phase, loader)
    wait_until(lambda: sessions_of_loaders(shards) == 0)
    time.sleep(0.02)
    assert find_release(shards.catalog, "killed", served.name).schema == before.schema
    lines = read_lines(few)
    for release in {index.catalog.release("killed").name, served.name}:
        rows = index.rows(index.catalog.release("killed", release), Query())
        assert b"".join(part.text for part in rows).decode() == "".join(lines)
    status = loaded(shards, intervals, few, "killed")
    assert status.current
    assert stored_lines(shards, status.schema) == expected_lines(intervals, lines)
    prune_releases(shards, keep_for=0)
    whole = {
        one.schema for one in release_statuses(shards.catalog, "killed") if one.state == "published"
    }
    assert {
        schema for place, schema in of("killed", schemas(shards)) if place != "compilation"
    } == whole
    assert {one.state for one in release_statuses(shards.catalog, "killed")} == {"published"}
