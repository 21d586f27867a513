"""Sources: what they are is told by their first bytes, and a file that is truncated or damaged never
looks whole.
"""

import codecs
import gzip
import http.server
import random
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.errors import BadRow, BadSource
from snapshard.region import Region
from snapshard_populate.reading import (
    ErrorBudget,
    download,
    has_index,
    indexed_chromosomes,
    open_source,
    read_region,
    tabix,
)
from snapshard_populate.reading.download import Download
from snapshard_populate.reading.text import LINE_ENDS_CONVERTED, MARK_PASSED_OVER, repaired

TEXT = b"".join(b"%d\tchr1\t%d\n" % (i, random.Random(i).randrange(10**9)) for i in range(20_000))


def read_all(location, size=10_000):
    with open_source(location) as source:
        parts = []
        while part := source.read(size):
            assert len(part) <= size
            parts.append(part)
        return b"".join(parts)


def bgzip(path, text):
    with pysam.BGZFile(str(path), "wb") as stream:
        stream.write(text)
    return path


STORED = {
    "plain": lambda path: path.write_bytes(TEXT),
    "gzip": lambda path: path.write_bytes(gzip.compress(TEXT)),
    "bgzip": lambda path: bgzip(path, TEXT),
    "gzip in two members": lambda path: path.write_bytes(
        gzip.compress(TEXT[:777]) + gzip.compress(TEXT[777:])
    ),
    "gzip, filled up with zeros": lambda path: path.write_bytes(gzip.compress(TEXT) + bytes(1000)),
}


@pytest.mark.parametrize("name", ["x.tsv", "x.tsv.gz", "x.bgz"])
@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("size", [1000, 1 << 30])
def test_the_text_is_found_whatever_the_name_says(tmp_path, name, kind, size):
    STORED[kind](tmp_path / name)
    assert read_all(tmp_path / name, size) == TEXT


@pytest.mark.parametrize("kind", STORED)
def test_progress_counts_stored_bytes_up_to_their_number(tmp_path, kind):
    STORED[kind](tmp_path / "x")
    with open_source(tmp_path / "x") as source:
        seen = [source.bytes_read]
        while source.read(50_000):
            seen.append(source.bytes_read)
        assert (source.total, seen[-1]) == ((tmp_path / "x").stat().st_size,) * 2
        assert seen == sorted(seen)


@pytest.mark.parametrize("kind", ["gzip", "bgzip"])
def test_a_file_cut_off_anywhere_is_never_taken_for_a_whole_one(tmp_path, kind):
    STORED[kind](tmp_path / "x")
    stored = (tmp_path / "x").read_bytes()
    path = tmp_path / "cut.tsv.gz"
    for length in [
        *range(6, 40),
        *range(len(stored) - 40, len(stored)),
        *random.Random(1).sample(range(40, len(stored)), 30),
    ]:
        path.write_bytes(stored[:length])
        with pytest.raises(BadSource, match=rf"^{re.escape(str(path))}: is truncated"):
            read_all(path)


def test_a_bgzip_file_cut_between_two_blocks_is_noticed(tmp_path):
    stored = bgzip(tmp_path / "x", TEXT).read_bytes()
    first = int.from_bytes(stored[16:18], "little") + 1
    (tmp_path / "x").write_bytes(stored[:first])
    with pytest.raises(BadSource, match="bgzip's end marker is missing"):
        read_all(tmp_path / "x")


@pytest.mark.parametrize("kind", ["gzip", "bgzip"])
def test_a_damaged_file_is_refused(tmp_path, kind):
    STORED[kind](tmp_path / "x")
    stored = bytearray((tmp_path / "x").read_bytes())
    stored[len(stored) // 2] ^= 0xFF
    (tmp_path / "x").write_bytes(stored)
    with pytest.raises(BadSource, match=r"is damaged|is truncated"):
        read_all(tmp_path / "x")


def test_other_bytes_after_the_end_are_refused(tmp_path):
    (tmp_path / "x").write_bytes(gzip.compress(TEXT) + b"more")
    with pytest.raises(
        BadSource, match="is damaged: expected the end or another gzip stream at byte"
    ):
        read_all(tmp_path / "x")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"BZh91AY", "got bzip2; decompress it first: bzcat"),
        (b"\xfd7zXZ\x00", "got xz; decompress it first: xzcat"),
        (b"\x28\xb5\x2f\xfd\x04", "got zstd; decompress it first: zstdcat"),
        (b"PK\x03\x04\x14\x00", "got zip; decompress it first: unzip -p"),
    ],
)
def test_other_compression_is_named_with_the_command_to_use(tmp_path, head, expected):
    (tmp_path / "x.tsv").write_bytes(head)
    with pytest.raises(BadSource, match=expected):
        read_all(tmp_path / "x.tsv")


@pytest.mark.parametrize("text", [b"", b"\x1f", b"x", b"\n"])
def test_short_files_are_plain_text(tmp_path, text):
    (tmp_path / "x").write_bytes(text)
    assert read_all(tmp_path / "x") == text


def test_what_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(BadSource, match=r"none\.tsv: cannot be opened: No such file"):
        read_all(tmp_path / "none.tsv")
    with pytest.raises(BadSource, match="cannot be opened: Is a directory"):
        read_all(tmp_path)
    with pytest.raises(
        BadSource,
        match=r"ftp://a/b: expected a path, - for standard input, an http\(s\) address, or s3://",
    ):
        read_all("ftp://a/b")


def test_standard_input_is_read(tmp_path):
    program = (
        "from snapshard_populate.reading import open_source\n"
        "with open_source('-') as s: print(s.name, s.total, len(s.read()))"
    )
    for stored in (TEXT, gzip.compress(TEXT)):
        answer = subprocess.run(
            [sys.executable, "-c", program], input=stored, capture_output=True, check=True
        )
        assert answer.stdout.decode() == f"standard input None {len(TEXT)}\n"


def test_lines_are_numbered_and_without_their_ends(tmp_path):
    (tmp_path / "x").write_bytes(b"a\r\n\nb\tc\nGr\xc3\xbcn")
    with open_source(tmp_path / "x") as source:
        assert list(source.lines()) == [(1, "a"), (2, ""), (3, "b\tc"), (4, "Grün")]
    (tmp_path / "x").write_bytes(b"a\n\xff\n")
    with (
        open_source(tmp_path / "x") as source,
        pytest.raises(BadRow, match="line 2: expected UTF-8 text"),
    ):
        list(source.lines())


# --- a web server whose connections break


class Web(http.server.BaseHTTPRequestHandler):
    """Files of the server's dictionary, in parts if asked; breaks off after `breaks`' next number
    of bytes.
    """

    def do_GET(self):
        self.server.requests.append(dict(self.headers))
        if self.server.statuses and (status := self.server.statuses.pop(0)):
            return self.send_error(status)
        content = self.server.files.get(self.path.partition("?")[0])
        if content is None:
            return self.send_error(404)
        return self.send_content(content)

    def send_content(self, content):
        start, end = 0, len(content)
        asked = (
            re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
            if self.server.ranges
            else None
        )
        if asked and self.headers.get("If-Range", self.server.etag) == self.server.etag:
            last = min(int(asked[2]) + 1, end) if asked[2] and asked[1] else end
            start, end = (int(asked[1]), last) if asked[1] else (end - int(asked[2]), end)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(content)}")
        else:
            self.send_response(200)
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        length = self.server.breaks.pop(0) if self.server.breaks else end
        self.wfile.write(content[start : min(end, start + length)])
        if self.server.after:
            self.server.after.pop(0)(self.server)

    def log_message(self, *_):
        pass


@contextmanager
def serving(**settings):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    defaults = {
        "etag": '"one"',
        "ranges": True,
        "breaks": [],
        "statuses": [],
        "after": [],
        "files": {},
        "requests": [],
    }
    for name, value in (defaults | settings).items():
        setattr(server, name, value)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def downloaded(url):
    source = Download(url, pause=0.001)
    try:
        parts = []
        while part := source.read(7000):
            parts.append(part)
        return b"".join(parts), source.bytes_read, source.total
    finally:
        source.close()


def test_an_address_is_read_and_its_size_known():
    stored = gzip.compress(TEXT)
    with serving(files={"/x.gz": stored}) as (server, url):
        with open_source(f"{url}/x.gz") as source:
            assert (source.read(), source.bytes_read, source.total, source.name) == (
                TEXT,
                len(stored),
                len(stored),
                f"{url}/x.gz",
            )
        assert server.requests[0]["Accept-Encoding"] == "identity"


def test_a_broken_connection_is_resumed_where_it_broke():
    with serving(files={"/x": TEXT}, breaks=[100_000, 0, 1, 50_000]) as (server, url):
        assert downloaded(f"{url}/x") == (TEXT, len(TEXT), len(TEXT))
        asked = [(one.get("Range"), one.get("If-Range")) for one in server.requests]
    assert asked == [
        (None, None),
        ("bytes=100000-", '"one"'),
        ("bytes=100000-", '"one"'),
        ("bytes=100001-", '"one"'),
        ("bytes=150001-", '"one"'),
    ]


def test_a_source_resumes_inside_a_gzip_stream():
    stored = gzip.compress(TEXT)
    with serving(files={"/x": stored}, breaks=[len(stored) // 2]) as (_, url):
        assert read_all(f"{url}/x") == TEXT


def change(server):
    server.etag = '"two"'


def test_a_file_that_changed_meanwhile_is_refused():
    for etag, after in (('"one"', change), ('W/"one"', change)):
        with (
            serving(files={"/x": TEXT}, breaks=[1000], after=[after], etag=etag) as (_, url),
            pytest.raises(
                BadSource,
                match=f"broke at byte 1000 of {len(TEXT)} and cannot be resumed: the file has changed",
            ),
        ):
            downloaded(f"{url}/x")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"ranges": False}, "the server does not support range requests; download the file first"),
        (
            {"etag": ""},
            "the server sends no ETag or Last-Modified header; download the file first",
        ),
    ],
)
def test_a_server_that_cannot_resume_is_named(settings, expected):
    with (
        serving(files={"/x": TEXT}, breaks=[1000], **settings) as (_, url),
        pytest.raises(BadSource, match=expected),
    ):
        downloaded(f"{url}/x")


def test_a_busy_server_is_asked_again_and_a_missing_file_is_not():
    with serving(files={"/x": TEXT}, statuses=[503, 429, 0]) as (server, url):
        assert downloaded(f"{url}/x")[0] == TEXT
        with pytest.raises(
            BadSource, match="expected the file, but the server returned 404 Not Found"
        ):
            downloaded(f"{url}/none")
        assert len(server.requests) == 4


def test_attempts_without_a_byte_end():
    with serving(files={"/x": TEXT}, breaks=[10] + [0] * 20) as (server, url):
        with pytest.raises(BadSource, match=f"gave up after 6 attempts at byte 10 of {len(TEXT)}"):
            downloaded(f"{url}/x")
        assert len(server.requests) == 6
    with pytest.raises(BadSource, match="gave up after 6 attempts at the start"):
        downloaded(f"{url}/x")


# --- indexed files

ROWS = sorted(
    (chrom, start, start + random.Random(start).choice([0, 50, 5000, 400_000]), number)
    for chrom in ("chr1", "chr10", "chr2")
    for number, start in enumerate(random.Random(chrom).sample(range(1, 1_000_000), 700))
)
LINES = [
    f"{number}\t{chrom}\t{start}\t{end}\tGrün\n".encode() for chrom, start, end, number in ROWS
]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    path = bgzip(tmp_path_factory.mktemp("indexed") / "x.bgz", b"".join(LINES))
    pysam.tabix_index(str(path), seq_col=1, start_col=2, end_col=3)
    return path


def starting_in(region):
    return [
        line
        for line, (chrom, start, *_) in zip(LINES, ROWS, strict=True)
        if chrom == region.chrom and region.start <= start <= region.end
    ]


REGIONS = [
    Region("chr2"),
    Region("chr10", 500_000),
    Region("chr1", 1, 300_000),
    Region("chr1", 300_001, 300_600),
    Region("chr3"),
]
REGIONS += [Region(chrom, start, start) for chrom, start, _, _ in ROWS[::300]] + [
    Region("chr1", 600_000_000)
]


@pytest.mark.parametrize("region", REGIONS, ids=str)
@pytest.mark.parametrize("block_bytes", [1, 1000, 4 << 20])
def test_a_part_holds_the_lines_that_start_in_it(indexed, region, block_bytes, monkeypatch):
    monkeypatch.setattr(tabix, "BLOCK_BYTES", block_bytes)
    blocks = list(read_region(indexed, region))
    assert b"".join(blocks).splitlines(keepends=True) == starting_in(region)
    assert all(block.endswith(b"\n") for block in blocks)


def test_an_index_is_found_beside_its_file_only(indexed, tmp_path):
    assert has_index(indexed)
    assert not has_index(tmp_path / "x.bgz")
    assert not has_index("-")
    assert indexed_chromosomes(indexed) == ("chr1", "chr10", "chr2")


def test_parts_of_a_file_at_an_address_are_read(indexed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {
        "/x.bgz": indexed.read_bytes(),
        "/x.bgz.tbi": (indexed.parent / "x.bgz.tbi").read_bytes(),
        "/y.bgz": b"",
    }
    with serving(files=files) as (_, url):
        assert has_index(f"{url}/x.bgz")
        assert has_index(f"{url}/x.bgz?token=1")
        assert not has_index(f"{url}/y.bgz")
        assert indexed_chromosomes(f"{url}/x.bgz") == ("chr1", "chr10", "chr2")
        region = Region("chr10", 200_000, 700_000)
        assert b"".join(read_region(f"{url}/x.bgz", region)) == b"".join(starting_in(region))
    assert list(tmp_path.iterdir()) == []


def test_an_indexed_file_that_is_cut_off_or_damaged_is_refused(indexed, tmp_path):
    stored = indexed.read_bytes()
    path = tmp_path / "x.bgz"
    path.with_suffix(".bgz.tbi").write_bytes((indexed.parent / "x.bgz.tbi").read_bytes())
    for broken in (
        stored[: len(stored) // 2],
        stored[:-28],
        stored[:200] + bytes(40) + stored[240:],
        TEXT,
    ):
        path.write_bytes(broken)
        with pytest.raises(BadSource, match=r"is truncated|is damaged"):
            list(read_region(path, Region("chr1")))


def test_a_broken_server_of_parts_is_named(indexed):
    stored = indexed.read_bytes()
    for ranges, expected in (
        (False, "part of the file, but the server returned 200"),
        (True, "tabix index, but the server returned 404"),
    ):
        with (
            serving(files={"/x.bgz": stored}, ranges=ranges) as (_, url),
            pytest.raises(BadSource, match=expected),
        ):
            indexed_chromosomes(f"{url}/x.bgz")


def test_pauses_double_up_to_a_limit(monkeypatch):
    pauses = []
    monkeypatch.setattr(download.time, "sleep", pauses.append)
    with (
        serving(statuses=[503] * 9) as (_, url),
        pytest.raises(BadSource, match="503 Service Unavailable"),
    ):
        Download(f"{url}/x", pause=4.0).read(10)
    assert pauses == [4.0, 8.0, 16.0, 30.0, 30.0]


# --- the source pod's server, run as the pod runs it


@pytest.fixture
def pod(indexed):
    """The address of a source server over the indexed file's folder."""
    command = ["gunicorn", "--bind=127.0.0.1:0", "--threads=4", "--no-control-socket"]
    command.append(
        f"snapshard_populate.reading.source_server:source_server({str(indexed.parent)!r})"
    )
    with subprocess.Popen(
        [sys.executable, "-m", *command], stderr=subprocess.PIPE, text=True
    ) as process:
        yield next(
            found[0] for line in process.stderr if (found := re.search(r"http://[\d.]+:\d+", line))
        )
        process.terminate()


def test_the_source_pod_gives_an_indexed_file_by_the_region(pod, indexed):
    assert has_index(f"{pod}/{indexed.name}")
    assert not has_index(f"{pod}/y.bgz")
    region = Region("chr10", 200_000, 700_000)
    assert b"".join(read_region(f"{pod}/{indexed.name}", region)) == b"".join(starting_in(region))


def test_the_source_pod_lets_a_download_go_on(pod, indexed):
    source = Download(f"{pod}/{indexed.name}", pause=0.001)
    parts = [source.read(1000)]
    source.close()
    while part := source.read(7000):
        parts.append(part)
    source.close()
    assert b"".join(parts) == indexed.read_bytes()


def test_the_source_pod_gives_nothing_outside_its_folder(pod, indexed):
    assert (indexed.parent.parent / "outside").write_bytes(b"x")
    with socket.create_connection(("127.0.0.1", int(pod.rpartition(":")[2]))) as client:
        client.sendall(b"GET /../outside HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 404")


MARK = b"\xef\xbb\xbf"
TEXTS = st.lists(st.sampled_from([b"a", b"\t", b"\n", b"\r\n", "ü".encode(), MARK]), max_size=12)


@settings(max_examples=200, deadline=None)
@given(
    TEXTS.map(b"".join), st.booleans(), st.integers(1, 5), st.sampled_from([bytes, gzip.compress])
)
def test_marks_and_windows_line_ends_are_repaired_however_the_text_is_cut(
    tmp_path_factory, text, marked, size, stored
):
    path = tmp_path_factory.getbasetemp() / "repaired.tsv"
    path.write_bytes(stored((MARK if marked else b"x") + text))
    with open_source(path) as source:
        parts = []
        while part := source.read(size):
            parts.append(part)
    assert b"".join(parts) == (b"" if marked else b"x") + text.replace(b"\r\n", b"\n")
    expected = [MARK_PASSED_OVER] * marked + [LINE_ENDS_CONVERTED] * (b"\r\n" in text)
    assert source.repairs == expected


@pytest.mark.parametrize("size", range(1, 12))
def test_a_carriage_return_and_its_newline_may_come_in_different_blocks(size):
    text = b"ab\r\nc\r\rd\r\n\r\n"
    blocks = (text[i : i + size] for i in range(0, len(text), size))
    notes = []
    assert b"".join(repaired(blocks, "x", notes.append)) == b"ab\nc\r\rd\n\n"
    assert notes == [LINE_ENDS_CONVERTED]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_refused_with_the_command_that_converts_it(tmp_path, encoding):
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    (tmp_path / "x").write_bytes(mark + "rail_id\trun\n".encode(encoding))
    name = encoding.upper()[:6]
    expected = rf"x: expected UTF-8 text, got {name} .*; convert it: iconv -f {name} -t UTF-8"
    with pytest.raises(BadSource, match=expected):
        read_all(tmp_path / "x")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"a\rb", "a control character (0x0d) at byte 2"),
        (b"\0", "a control character (0x00) at byte 1"),
        (b"a\x1b[31m", "a control character (0x1b) at byte 2"),
        (b"a\x0bb", "a control character (0x0b) at byte 2"),
        (b"a\x7f", "a control character (0x7f) at byte 2"),
        (b"a\xff", "expected UTF-8 text, got byte 0xff at byte 2"),
    ],
)
def test_a_line_that_is_not_clean_text_is_named(tmp_path, line, expected):
    (tmp_path / "x").write_bytes(b"first\n" + line + b"\nthird\n")
    with (
        open_source(tmp_path / "x") as source,
        pytest.raises(BadRow, match=rf"x, line 2: .*{re.escape(expected)}"),
    ):
        list(source.lines())
    bad = []
    with open_source(tmp_path / "x") as source:
        assert list(source.lines(ErrorBudget(1, report=bad.append))) == [(1, "first"), (3, "third")]
    assert [row.line for row in bad] == [2]
