"""The embedded PostgreSQL is killed under many clients: no answer is wrong, and all are right again
without a person.
"""

import threading
import time
from collections import Counter
from contextlib import contextmanager
from functools import partial

import httpx
import pytest
from data_folders import data_folder, postmaster
from waiting import wait_for

from snapshard.client import Client
from snapshard_populate.loading import LoadPlan, read_folder
from snapshard_populate.releases import read_layout
from snapshard_populate.simulate import simulate

CLIENTS = 20
PATHS = [
    "/junctions?region=chr1&limit=50",
    "/junctions?limit=1&count=exact",
    "/junctions:export.tsv?region=chr2&complete=true",
    "/samples?limit=5",
    "/groups",
    "/genes?prefix=SIM",
]


@pytest.fixture(scope="module")
def folder():
    """A folder with `sim` on two shards, whose only users are those that a test starts."""
    with data_folder() as data:
        simulate(data.parent / "sim", junctions=2_000, samples=30, seed=5)
        layout = read_layout(["chr1\t-\ts1", "*\t-\ts2"])
        data.load(LoadPlan(read_folder(data.parent / "sim"), layout))
        data.embedded._healer.stop()
        yield data


@pytest.fixture
def server(folder, start_server):
    # Room for an export of every client: none is refused because of the others.
    server = start_server("--data", str(folder.path), exports=CLIENTS)
    yield server
    server.stop()


class Asker(threading.Thread):
    """A client that asks one question after the other and compares the answers."""

    def __init__(self, api, expected, ended):
        super().__init__()
        self.api, self.expected, self.ended = api, expected, ended
        self.results = []

    def run(self):
        with httpx.Client(base_url=self.api, timeout=60) as client:
            while not self.ended.is_set():
                for path, body in self.expected.items():
                    self.results.append((time.monotonic(), self.result(client, path, body)))

    def result(self, client, path, body):
        """`right`, `wrong`, or why there is no answer."""
        try:
            answer = client.get(path)
        except httpx.RemoteProtocolError:
            # An answer that had begun is cut off, which every client notices.
            return "cut off"
        if answer.status_code == 503:
            return "busy" if int(answer.headers["Retry-After"]) > 0 else "503 without Retry-After"
        if answer.content == body:
            return "right"
        return "cut off" if b"#INCOMPLETE" in answer.content else f"wrong: {answer.text[-300:]}"


def test_a_kill_under_twenty_clients_loses_nothing_and_heals(folder, server):
    api = f"{server.url}/api/v1/compilations/sim"
    expected = {path: httpx.get(api + path, timeout=60).content for path in PATHS}
    with asking(api, expected) as askers:
        wait_for(lambda: all(len(asker.results) > 3 for asker in askers), 60)
        for _ in range(2):
            killed = time.monotonic()
            postmaster(folder.embedded).kill()
            wait_for(partial(all_right_since, askers, killed), 60, why=lambda: counted(askers))
    counts = counted(askers)
    assert set(counts) <= {"right", "busy", "cut off"}
    assert counts["busy"] > 0


@contextmanager
def asking(api, expected):
    """Clients that ask until the end of the context."""
    ended = threading.Event()
    askers = [Asker(api, expected, ended) for _ in range(CLIENTS)]
    for asker in askers:
        asker.start()
    try:
        yield askers
    finally:
        ended.set()
        for asker in askers:
            asker.join()


def counted(askers):
    """How often each result came."""
    return Counter(result for asker in askers for _, result in asker.results)


def all_right_since(askers, killed):
    """Whether the last answers to all questions are right, and were asked for after the kill."""
    last = [entry for asker in askers for entry in asker.results[-len(PATHS) :]]
    return all(begun > killed + 0.5 and result == "right" for begun, result in last)


def test_readiness_tells_the_truth_and_an_end_that_cannot_be_healed_ends_the_server(folder, server):
    configuration = folder.path / "postgres/postgresql.conf"
    text = configuration.read_text()
    configuration.write_text(text + "nonsense = on\n")
    try:
        killed = postmaster(folder.embedded)
        # The list of releases is cached for a second: asked just before, it does not miss the catalog.
        assert httpx.get(f"{server.url}/readyz").json()["unavailable"] == []
        killed.kill()
        answer = httpx.get(f"{server.url}/readyz")
        assert (answer.status_code, answer.json()["shards"]) == (503, ["s1"])
        assert httpx.get(f"{server.url}/livez").status_code == 200
        assert server.process.wait(60) == 1
        assert "cannot be started again" in server.log.read_text().splitlines()[-1]
    finally:
        configuration.write_text(text)
        folder.embedded._server.ensure_running()


def test_a_client_of_the_folder_heals_it(folder):
    with Client(data=folder.path, compilation="sim") as client:
        before = client.junctions()
        postmaster(folder.embedded).kill()
        assert client.junctions().equals(before)
