"""Two servers of shards as a list of addresses: one refuses, or hangs. The answer names it, in
time, and all comes back.
"""

import os
import signal
import threading
import time

import httpx
import psycopg
import pytest
from data_folders import data_folder, postmaster
from mcp_tools import answer, error
from servers import wait_for

from snapshard.connections import ShardMap
from snapshard_populate.loading import LoadPlan, load_compilation, read_folder
from snapshard_populate.releases import read_layout
from snapshard_populate.simulate import simulate

FAR, NEAR = "/junctions?region=chr1", "/junctions?region=chr2"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A server with the catalog and shard `near`, and one with shard `far`; `sim` on both."""
    folder = tmp_path_factory.mktemp("outage")
    simulate(folder / "source", junctions=400, samples=10, seed=3)
    with data_folder() as near, data_folder() as far:
        # These tests end the servers and start them again themselves.
        near.embedded._healer.stop()
        far.embedded._healer.stop()
        addresses = (
            near.embedded.ensure_shards(["near"]).addresses
            | far.embedded.ensure_shards(["far"]).addresses
        )
        shards = ShardMap(near.shards.catalog, addresses)
        layout = read_layout(["chr1\t-\tfar", "*\t-\tnear"])
        load_compilation(shards, LoadPlan(read_folder(folder / "source", name="sim"), layout))
        file = folder / "shards.tsv"
        lines = {"catalog": shards.catalog, **addresses}.items()
        file.write_text("".join(f"{name}\t{address}\n" for name, address in lines))
        yield file, near.embedded, far.embedded


@pytest.fixture(scope="module")
def api(pair, start_server):
    """A server over both."""
    server = start_server(shards=pair[0], workers=1)
    with httpx.Client(base_url=server.url + "/api/v1/compilations/sim", timeout=30) as client:
        assert client.get(FAR).status_code == client.get(NEAR).status_code == 200
        yield client
    server.stop()


def processes(embedded):
    """The server's processes, the first of them its postmaster."""
    master = postmaster(embedded)
    return [master, *master.children(recursive=True)]


def stop(embedded):
    """Ends the server as `pg_ctl stop -m immediate` does."""
    master = processes(embedded)[0]
    master.send_signal(signal.SIGQUIT)
    master.wait(10)


def start(embedded):
    """Starts it again."""
    embedded._server.ensure_running()


def freeze(embedded):
    """Stops every process of it where it stands."""
    for one in processes(embedded):
        os.kill(one.pid, signal.SIGSTOP)


def thaw(embedded):
    """Lets them go on."""
    for one in processes(embedded):
        os.kill(one.pid, signal.SIGCONT)


def timed(api, path):
    """An answer, and how long it took."""
    started = time.monotonic()
    return api.get(path), time.monotonic() - started


@pytest.mark.parametrize(("fail", "mend"), [(stop, start), (freeze, thaw)], ids=["refused", "hung"])
def test_a_lost_shard_is_named_in_time_and_comes_back(fail, mend, pair, api):
    _, _, far = pair
    whole = api.get("/junctions?limit=5000").json()["rows"]
    fail(far)
    try:
        for path in (
            FAR,
            "/junctions",
            "/junctions:export.tsv",
            "/junctions/chr1:5-6",
            FAR + "&count=exact",
        ):
            answer, seconds = timed(api, path)
            assert (answer.status_code, answer.json()["shards"]) == (503, ["far"]), path
            assert seconds < 2, path
            assert int(answer.headers["Retry-After"]) > 0
        answer, seconds = timed(api, NEAR)
        assert (answer.status_code, seconds < 1) == (200, True)
        partial = api.get("/junctions", params={"allow_partial": "true", "limit": 5000}).json()
        assert partial["missing_shards"] == ["far"]
        assert partial["rows"] == [row for row in whole if row["chromosome"] != "chr1"]
        assert "ETag" not in api.get("/junctions?allow_partial=true").headers
        export = api.get("/junctions:export", params={"allow_partial": "true"})
        assert export.headers["Snapshard-Missing-Shards"] == "far"
        assert "ETag" not in export.headers
        assert (export.json()["missing_shards"], export.json()["rows"]) == (
            ["far"],
            partial["rows"],
        )
        assert (
            'missing_shards=["far"]'
            in api.get("/junctions:export.tsv?allow_partial=true").text.splitlines()[0]
        )
        document = api.get(httpx.URL(api.base_url).join("/api/v1/openapi.json"))
        assert document.status_code == 200
        assert "/api/v1/compilations/{compilation}/junctions:batch" in document.json()["paths"]
        states = {
            one["name"]: one["up"]
            for one in api.get(httpx.URL(api.base_url).join("/api/v1/shards")).json()["shards"]
        }
        assert states == {"far": False, "near": True}
        assert api.get(httpx.URL(api.base_url).join("/readyz")).status_code == 200
    finally:
        mend(far)
    assert wait_for(lambda: api.get(FAR).status_code == 200, 10) < 5
    assert api.get("/junctions?allow_partial=true").json()["missing_shards"] == []


def test_a_tool_names_the_lost_shard_and_answers_about_the_others(pair, api):
    address = str(httpx.URL(api.base_url).join("/mcp"))
    rows = {path: api.get(path).json()["rows"][0]["name"] for path in (FAR, NEAR)}
    evidence = {
        path: answer(address, "junction_evidence", {"junction": rows[path]}) for path in rows
    }
    stop(pair[2])
    try:
        message = error(address, "junction_evidence", {"junction": rows[FAR]})
        assert "'far'" in message
        assert answer(address, "junction_evidence", {"junction": rows[NEAR]}) == evidence[NEAR]
    finally:
        start(pair[2])
    wait_for(lambda: api.get(FAR).status_code == 200, 10)
    assert answer(address, "junction_evidence", {"junction": rows[FAR]}) == evidence[FAR]


@pytest.mark.parametrize(("fail", "mend"), [(stop, start), (freeze, thaw)], ids=["refused", "hung"])
def test_nobody_who_asks_after_a_shard_is_back_is_refused(fail, mend, pair, api):
    """A pool pauses longer and longer between two tries to reach a shard that is away; nobody may
    wait for that.
    """
    answers, ended = [], threading.Event()
    asking = [threading.Thread(target=keep_asking, args=(api, answers, ended)) for _ in range(20)]
    for thread in asking:
        thread.start()
    fail(pair[2])
    time.sleep(8)
    mend(pair[2])
    back = when_it_connects(pair[2])
    time.sleep(4)
    ended.set()
    for thread in asking:
        thread.join()
    before = [status for begun, status in answers if begun < back]
    after = [status for begun, status in answers if begun >= back]
    assert set(before) == {200, 503}
    assert after.count(200) == len(after) > 100


def keep_asking(api, answers, ended):
    """Asks what needs the shard, again and again; notes when each request began and its status."""
    while not ended.is_set():
        begun = time.monotonic()
        answers.append((begun, api.get(FAR).status_code))
        time.sleep(0.05)


def when_it_connects(embedded):
    """The moment from which the shard gives connections."""
    address = embedded.shard_map().addresses["far"]
    while True:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.01)
        else:
            return time.monotonic()


@pytest.mark.parametrize(("fail", "mend"), [(stop, start), (freeze, thaw)], ids=["refused", "hung"])
def test_without_the_catalog_the_last_known_release_is_served(fail, mend, pair, api):
    _, near, _ = pair
    fail(near)
    try:
        time.sleep(1.5)
        api.get(FAR)
        time.sleep(1.5)
        for _ in range(3):
            answer, seconds = timed(api, FAR)
            assert (answer.status_code, seconds < 1) == (200, True)
    finally:
        mend(near)
    assert wait_for(lambda: api.get(NEAR).status_code == 200, 10) < 5
