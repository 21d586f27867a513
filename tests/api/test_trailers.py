"""Trailers behind the last chunk, as the server sends them: to a raw socket, to curl, and to nobody
who did not ask.
"""

import base64
import hashlib
import re
import shutil
import socket
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

EXPORT = "/api/v1/compilations/sim/junctions:export"


def exchange(server, request):
    """Head, body out of its chunks, and the lines behind the last chunk, of the answer to a request
    written by hand.
    """
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(request.replace("\n", "\r\n").encode())
        file = client.makefile("rb")
        head = b"".join(iter(file.readline, b"\r\n")).decode()
        if "chunked" not in head:
            return head, file.read(), None
        body = b""
        while size := int(file.readline(), 16):
            body += file.read(size)
            assert file.read(2) == b"\r\n"
        return head, body, b"".join(iter(file.readline, b"\r\n")).decode()


def digest_of(body):
    """What Content-Digest says of a body (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
@pytest.mark.parametrize("suffix", ["tsv", "json", "parquet", "arrow"])
def test_an_export_ends_in_its_rows_and_the_digest_of_what_was_sent(
    world, server, suffix, encoding
):
    headers = f"Host: x\nTE: trailers\nConnection: TE\nAccept-Encoding: {encoding}\n\n"
    ask = f"GET {EXPORT}.{suffix} HTTP/1.1\n{headers}"
    head, body, trailers = exchange(server, ask)
    assert "Trailer: Content-Digest, Snapshard-Rows\r\n" in head
    assert dict(line.split(": ") for line in trailers.splitlines()) == {
        "Content-Digest": digest_of(body),
        "Snapshard-Rows": str(len(world.lines)),
    }


def test_no_trailers_without_being_asked_for(server):
    head, _, trailers = exchange(server, f"GET {EXPORT}.tsv HTTP/1.1\nHost: x\n\n")
    assert "Trailer" not in head
    assert trailers == ""


@pytest.mark.parametrize(
    "first", [f"GET {EXPORT}.tsv HTTP/1.0", "GET /livez HTTP/1.1", f"HEAD {EXPORT}.tsv HTTP/1.1"]
)
def test_answers_that_are_not_chunked_have_none(server, first):
    _, body, trailers = exchange(server, f"{first}\nHost: x\nTE: trailers\nConnection: close\n\n")
    assert trailers is None
    assert b"Content-Digest" not in body


def test_the_connection_serves_the_next_request(server):
    host, port = server.url.removeprefix("http://").split(":")
    asked = f"GET {EXPORT}.tsv?region=chr1:1-2 HTTP/1.1\r\nHost: x\r\nTE: trailers\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=20) as client:
        for _ in range(3):
            client.sendall(asked)
            got = b""
            while not got.endswith(b":\r\n\r\n"):
                got += client.recv(65536)
            assert got.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_curl_shows_them(world, server, tmp_path):
    file = tmp_path / "x.parquet"
    command = [
        "curl",
        "-sS",
        "-H",
        "TE: trailers",
        "-D",
        "-",
        "-o",
        str(file),
        f"{server.url}{EXPORT}.parquet",
    ]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"Content-Digest: {digest_of(file.read_bytes())}" in shown
    assert f"Snapshard-Rows: {len(world.lines)}" in shown


def test_parquet_and_arrow_say_in_themselves_what_they_add_up_to(world, http, tmp_path):
    for suffix, read in (("parquet", complete_of_parquet), ("arrow", complete_of_arrow)):
        file = tmp_path / f"x.{suffix}"
        file.write_bytes(
            http.get(f"/junctions:export.{suffix}", params={"complete": "true"}).content
        )
        said = pa.scalar(read(file)).as_py().decode()
        size, rows, digest = re.fullmatch(
            r'\{"bytes":(\d+),"rows":(\d+),"sha256":"(\w+)"\}', said
        ).groups()
        assert int(rows) == len(world.lines)
        assert hashlib.sha256(file.read_bytes()[: int(size)]).hexdigest() == digest
        assert file.stat().st_size - int(size) < 100_000


def complete_of_parquet(file):
    return pq.read_metadata(file).metadata[b"snapshard.complete"]


def complete_of_arrow(file):
    with pa.ipc.open_stream(file) as stream:
        *_, last = stream.iter_batches_with_custom_metadata()
    assert last.batch.num_rows == 0
    return last.custom_metadata[b"snapshard.complete"]
