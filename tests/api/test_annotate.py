"""A junction file sent to the server: the same lines come back with their background, streamed both
ways, and nothing of the file stays.
"""

import gzip
import hashlib
import io
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner

from snapshard.__main__ import snapshard
from snapshard.background import AnnotatedFile
from snapshard.client import Client
from snapshard.client.errors import Interrupted, Refused
from snapshard.junction_files import CONVENTIONS, FORMATS, JunctionFile
from snapshard_ui.api.models.annotate import FormatName, Positions

PATH = "/junctions:annotate"


@pytest.fixture(scope="module")
def star(world):
    """The junctions of the compilation as STAR writes them."""
    strands = {"+": 1, "-": 2}
    return "".join(
        f"{row['chromosome']}\t{row['start']}\t{row['end']}\t{strands.get(row['strand'], 0)}"
        f"\t1\t0\t{number % 30}\t0\t40\n"
        for number, row in enumerate(world.rows)
    ).encode()


def expected(world, content, *, tissues=(), **options):
    """The header and the rows that the library computes."""
    groups = world.index.facts.of(world.release).groups_named(list(tissues))
    file = JunctionFile(io.BytesIO(content), "x")
    result = AnnotatedFile(world.index, world.release, file, groups=groups, **options)
    return result.header() + b"".join(result.rows()), b"".join(result.remarks())


def split(response):
    """The text before the remarks, the remarks, and the words of the last line."""
    *lines, last = response.splitlines(keepends=True)
    before = b"".join(lines)
    rows = b"".join(line for line in lines if not line.startswith(b"#"))
    words = dict(word.split(b"=") for word in last.split()[1:])
    assert last.startswith(b"#COMPLETE ")
    assert words[b"sha256"].decode() == hashlib.sha256(before).hexdigest()
    return rows, b"".join(line for line in lines if line.startswith((b"#RANK", b"#NOTE"))), words


@pytest.mark.parametrize("zipped", [False, True])
def test_the_response_is_what_the_library_computes(http, world, star, zipped):
    content = gzip.compress(star) if zipped else star
    response = http.post(PATH, params={"tissue": ["Blood", "Lung"]}, content=content)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    rows, remarks, words = split(response.content)
    assert (rows, remarks) == expected(world, star, tissues=("Blood", "Lung"))
    assert int(words[b"rows"]) == len(world.rows)


def chunk(content):
    return b"%x\r\n%s\r\n" % (len(content), content)


def connect(server):
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=30)


HEAD = (
    b"POST /api/v1/compilations/sim/junctions:annotate HTTP/1.1\r\nHost: x\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def test_rows_come_back_while_the_file_is_still_being_sent(server, star):
    with connect(server) as client:
        client.sendall(HEAD + chunk(star[:120_000]))
        received = b""
        while received.count(b"GRCh38:chr1:") < 100:
            piece = client.recv(65_536)
            assert piece
            received += piece
        client.sendall(chunk(star[120_000:]) + b"0\r\n\r\n")
        while piece := client.recv(65_536):
            received += piece
    assert b"#COMPLETE rows=" in received


def test_a_client_that_sends_all_before_it_reads_is_answered(server, star):
    copies = star * 20
    with connect(server) as client:
        client.sendall(HEAD + chunk(copies) + b"0\r\n\r\n")
        time.sleep(0.5)
        received = b""
        while piece := client.recv(1 << 20):
            received += piece
    count = copies.count(b"\n")
    assert b"#COMPLETE rows=%d " % count in received[-200:]


@pytest.mark.parametrize("chunked", [True, False])
def test_a_file_whose_upload_stops_ends_in_an_error_not_in_a_short_answer(
    server, http, star, chunked
):
    part = star[: star.rindex(b"\n", 0, 100_000) + 1]
    head = HEAD.replace(b"Transfer-Encoding: chunked", b"Content-Length: 999999")
    with connect(server) as client:
        client.sendall(HEAD + chunk(part) if chunked else head + part)
        client.shutdown(socket.SHUT_WR)
        received = b""
        while piece := client.recv(65_536):
            received += piece
    assert b"#COMPLETE" not in received
    assert http.get("/groups").status_code == 200


def test_a_bad_line_behind_the_first_ones_is_reported_inside_the_stream(server, http, star):
    lines = star.splitlines(keepends=True)
    lines = lines * 4
    lines[-5] = b"chr1\t33333333\t33333334\t+\n"
    received = b""
    with http.stream("POST", PATH, content=b"".join(lines)) as response:
        assert response.status_code == 200
        with suppress(httpx.RemoteProtocolError):
            for piece in response.iter_bytes():
                received += piece
            pytest.fail("the response ended as a complete one does")
    assert "3333333" not in server.log.read_text()
    last = received.splitlines()[-1]
    assert last.startswith(b"#ERROR the file, line %d: expected 9 columns" % (len(lines) - 4))
    assert b"#COMPLETE" not in received


@pytest.mark.parametrize(
    ("content", "parameters", "words"),
    [
        (b"", {}, "an empty file"),
        (b"chr1\t1\t2\n", {}, "name the format"),
        (b"chr1\t100\t200\t+\nchr1\t100\t300000000\t+\n", {}, "line 2: expected a position up to"),
        (b"chr1\t100\t200\t+\nchr1\t100\t200\n", {}, "line 2: expected 4 columns"),
        (b"virus\t100\t200\t+\n", {}, "expected chromosomes of sim"),
        (gzip.compress(b"chr1\t100\t200\t+\n", mtime=0)[:-3], {}, "is cut"),
        (b"chr1\t100\t200\t+\n", {"column": "start"}, "name=column"),
        (b"chr1\t100\t200\t+\n", {"format": "gtf"}, "star"),
        (b"chr1\t100\t200\t+\n", {"rare": "2"}, "rare"),
        (b"chr1\t100\t200\t+\n", {"tisue": "Blood"}, "tissue, or another parameter"),
    ],
)
def test_a_bad_request_gets_a_problem_that_says_what_was_expected(http, content, parameters, words):
    response = http.post(PATH, params=parameters, content=content)
    assert response.status_code == 400
    assert words in response.json()["detail"]


def test_an_unknown_tissue_and_a_form_are_refused(http):
    response = http.post(PATH, params={"tissue": "Blod"}, content=b"chr1\t1\t2\t+\n")
    assert response.status_code == 404
    assert "Blood" in response.json()["detail"]
    response = http.post(PATH, files={"file": b"chr1\t1\t2\t+\n"})
    assert "--data-binary" in response.json()["detail"]


def test_nothing_of_the_file_is_logged(server, http):
    assert http.post(PATH, content=b"chr7\t11111111\t22222222\t+\n").status_code == 200
    http.post(PATH, content=b"chr7\t11111111\t222222222\t+\n")
    log = server.log.read_text()
    assert "junctions:annotate" in log
    assert "1111111" not in log
    assert "2222222" not in log


def test_the_client_gives_a_frame_and_writes_the_lines(server, world, star, tmp_path):
    file, output = tmp_path / "SJ.out.tab", tmp_path / "annotated.tsv"
    file.write_bytes(star)
    with Client(server.url, compilation="sim") as client:
        frame = client.annotate(file, tissue="Blood", output=output, rare=0.1)
    rows, remarks = expected(world, star, tissues=("Blood",), rare=0.1)
    lines = output.read_bytes().splitlines()
    assert [line.rpartition(b"\t")[0] for line in lines] == rows.splitlines()
    ranks = {
        int(words.split(b"=")[1]): int(rank.split(b"=")[1])
        for words, rank in (line.split()[1:] for line in remarks.splitlines())
    }
    assert frame["bg_rank"].dropna().to_dict() == {row - 1: rank for row, rank in ranks.items()}
    assert len(frame) == len(world.rows)
    assert frame["bg_n"].tolist() == [int(row["samples_count"]) for row in world.rows]
    assert frame.attrs["notes"] == []
    assert frame.attrs["compilation"] == "sim"
    with Client(server.url, compilation="sim") as client, pytest.raises(Refused, match="line 2"):
        client.annotate(io.BytesIO(b"chr1\t1\t2\t+\nchr1\t1\t2\n"))


def test_the_command_annotates_a_file_without_a_server(world, star, tmp_path):
    file, output = tmp_path / "SJ.out.tab", tmp_path / "annotated.tsv"
    file.write_bytes(star[: star.index(b"\n", 5_000) + 1])
    target = ["--data", str(world.folder), "--compilation", "sim"]
    ran = CliRunner().invoke(
        snapshard, ["annotate", str(file), "--tissue", "Blood", "-o", str(output), *target]
    )
    assert ran.exit_code == 0, ran.output
    rows, _ = expected(world, file.read_bytes(), tissues=("Blood",))
    written = output.read_bytes().splitlines()
    assert [line.rpartition(b"\t")[0] for line in written] == rows.splitlines()
    ran = CliRunner().invoke(snapshard, ["annotate", "-", *target], input=file.read_bytes())
    assert len(ran.stdout_bytes.splitlines()) == len(written)


def test_the_command_writes_nothing_of_a_file_with_a_bad_line(server, star, tmp_path):
    file, output = tmp_path / "SJ.out.tab", tmp_path / "annotated.tsv"
    file.write_bytes(star * 4 + b"chr1\t1\t2\n")
    with Client(server.url, compilation="sim") as client, pytest.raises(Interrupted, match="line "):
        client.annotate(file, output=output)
    assert sorted(tmp_path.iterdir()) == [file]


def test_the_api_names_the_formats_and_conventions_of_the_library():
    assert FormatName.__args__ == tuple(FORMATS)
    assert Positions.__args__ == tuple(CONVENTIONS)
