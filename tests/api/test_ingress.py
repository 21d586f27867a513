"""An nginx, set as the ingress sets its own, before the server: it hands an answer on as it comes,
and also that it broke off.
"""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import httpx
import psycopg
import pytest
import yaml
from servers import wait_for
from test_exports import blocked  # noqa: F401  # a fixture

from analysis.serving import answers

INGRESS = Path(__file__).parents[2] / "kubernetes" / "components" / "ingress" / "ingress.yaml"
PREFIX = "nginx.ingress.kubernetes.io/"
EXPORT = "/api/v1/compilations/sim/junctions:export.tsv"
_CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass {server};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            {annotated}
        }}
    }}
}}
"""
"""What ingress-nginx makes of an Ingress, as far as it matters to a stream: HTTP/1.1 to the pods, a
directive an annotation.
"""


@pytest.fixture(scope="module")
def nginx(server, tmp_path_factory):
    """The address of an nginx before the server."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    # nginx takes over a socket that is bound already: it cannot print which port it got.
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    given = yaml.safe_load(INGRESS.read_text())["metadata"]["annotations"]
    annotated = "".join(
        f"{name.removeprefix(PREFIX).replace('-', '_')} {value};" for name, value in given.items()
    )
    text = _CONFIGURATION.format(folder=folder, port=port, server=server.url, annotated=annotated)
    (folder / "nginx.conf").write_text(text)
    process = subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")],
        env=os.environ | {"NGINX": f"{listener.fileno()};"},
        pass_fds=[listener.fileno()],
    )
    listener.close()
    wait_for(
        lambda: answers(f"http://127.0.0.1:{port}/livez"),
        20,
        why=lambda: (folder / "log").read_text(),
    )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


def test_an_export_is_the_same_through_it(server, nginx):
    for path in (EXPORT, "/sim/snaptron?regions=chr2:1-9000000"):
        assert (
            httpx.get(nginx + path, timeout=60).content
            == httpx.get(server.url + path, timeout=60).content
        )


def test_an_answer_that_breaks_off_has_no_end_behind_it_either(world, nginx, blocked):  # noqa: F811
    host, port = nginx.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        client.sendall(f"GET {EXPORT}?complete=true HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        got = client.recv(65536)
        assert got.startswith(b"HTTP/1.1 200 OK")  # It came through before the answer was whole.
        break_off(world)
        got += b"".join(iter(lambda: client.recv(65536), b""))
    assert b"Transfer-Encoding: chunked" in got
    assert b"#COMPLETE" not in got
    assert not got.endswith(b"0\r\n\r\n")


def test_a_client_takes_that_for_an_error(world, nginx, blocked):  # noqa: F811
    with httpx.stream(
        "GET", nginx + EXPORT, headers={"Accept-Encoding": "identity"}, timeout=30
    ) as answer:
        parts = answer.iter_raw()
        next(parts)
        break_off(world)
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            list(parts)


def break_off(world):
    """Ends the connection at which an export stands still: at the rows, or where a fresh worker
    looks them up.
    """
    end = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name LIKE 'snapshard %' AND wait_event_type = 'Lock'"""
    with psycopg.connect(world.index.shard_map.catalog, autocommit=True) as connection:
        wait_for(lambda: connection.execute(end).fetchall(), 10)
