"""`snapshard serve`: the port that it gets, and the shards that it serves."""

import signal
import socket

import httpx
import psutil
import pytest
from servers import wait_for

from analysis.serving import answers


def test_port_0_is_a_free_port_that_is_printed(world, start_server):
    servers = [start_server("--data", str(world.folder), workers=1) for _ in range(2)]
    assert len({server.port for server in servers}) == 2
    for server in servers:
        assert f"Snapshard serves http://127.0.0.1:{server.port}/ " in server.log.read_text()
        assert httpx.get(f"{server.url}/livez").status_code == 200
        assert server.stop() == 0


def test_a_restart_of_the_workers_keeps_the_port_and_refuses_nobody(world, start_server):
    server = start_server("--data", str(world.folder), "--workers", "2")
    wait_for(lambda: len(workers(server)) == 3, 10)
    # Two and the bulk worker.
    old, refused = workers(server), 0

    def replaced():
        nonlocal refused
        refused += not answers(f"{server.url}/livez")
        return len(workers(server)) == 3 and not workers(server) & old

    server.process.send_signal(signal.SIGHUP)
    wait_for(replaced, 30, why=server.log.read_text)
    assert refused == 0
    assert answers(f"{server.url}/metrics")
    assert server.log.read_text().count("Snapshard serves") == 1
    assert server.stop() == 0


def workers(server):
    """The numbers of the processes that answer."""
    children = psutil.Process(server.process.pid).children()
    return {child.pid for child in children if child.name() != "postgres"}


def test_a_port_that_is_taken_is_an_error(world, start_server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        settings = {"data": world.folder, "workers": 1}
        with pytest.raises(RuntimeError, match="the server ended"):
            start_server("--port", port, **settings)


def test_a_folder_on_the_command_line_beats_every_variable(world, start_server, tmp_path):
    elsewhere = tmp_path / "shards.tsv"
    elsewhere.write_text("catalog\thost=127.0.0.1 port=1\ns1\thost=127.0.0.1 port=1\n")
    server = start_server(
        "--data", str(world.folder), shards=elsewhere, discover="app=snapshard", workers=1
    )
    names = {shard["name"] for shard in httpx.get(f"{server.url}/api/v1/shards").json()["shards"]}
    assert names == set(world.index.shard_map.addresses)
    server.stop()
