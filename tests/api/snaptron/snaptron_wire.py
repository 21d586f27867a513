"""What the tests of the Snaptron protocol ask with: raw sockets, so that nothing re-encodes a
request, and sites to ask about.
"""

import gzip
import json
import os
import random
import re
import socket
import tempfile
from pathlib import Path
from typing import NamedTuple

from analysis.serving import start_server
from snapshard.junction import NAMES
from snapshard_populate.releases import read_layout

SHARED = Path(os.environ.get("SNAPSHARD_SHARED", Path(__file__).parents[4] / "shared"))
CUTS = ["chr1\t150\ts1", "chr1\t40000000\ts2", "chr1\t-\ts3", "chr3\t10100\ts4", "chr3\t-\ts1"]
LAYOUT = read_layout([*CUTS, "chr2\t-\ts2", "chr19\t-\ts4", "*\t-\ts5"])
"""Five shards; chr1 and chr3 are cut, also where the golden data have rows on both sides."""
NO_SAMPLES = ("gtexv2",)
HEADER = ["DataSource:Type", *NAMES]


class Answer(NamedTuple):
    """What came back: `complete` is false if the connection ended before the body did."""

    status: int
    headers: dict
    body: bytes
    complete: bool

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def aborted(self):
        return self.status == 200 and not self.complete


class Server:
    """The address of a running server."""

    def __init__(self, port):
        self.port = port

    def connect(self, timeout=60):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, method, path, *, body=None, headers=None, proto="HTTP/1.1"):
        """One request, sent as it is written here, on a connection of its own."""
        payload = body.encode() if isinstance(body, str) else body
        sent = {"Host": "snaptron.cs.jhu.edu", "Connection": "close", **(headers or {})}
        if payload is not None:
            sent["Content-Length"] = len(payload)
        head = f"{method} {path} {proto}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in sent.items()
        )
        with self.connect() as client:
            client.sendall(head.encode() + b"\r\n" + (payload or b""))
            return received(client, method)

    def get(self, path, **more):
        return self.ask("GET", path, **more)


def received(client, method="GET"):
    """All that the server sends until it closes the connection."""
    parts = []
    while piece := client.recv(1 << 20):
        parts.append(piece)
    return parsed(b"".join(parts), method)


def parsed(data, method="GET"):
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body, complete = unchunked(rest)
    else:
        length = headers.get("content-length")
        body, complete = rest, method == "HEAD" or length is None or len(rest) == int(length)
    return Answer(int(first.split()[1]), headers, body, complete)


def unchunked(rest):
    """The body of chunks, and whether the last chunk, the empty one, came."""
    pieces, at = [], 0
    while at < len(rest):
        end = rest.find(b"\r\n", at)
        if end < 0:
            break
        size = int(rest[at:end], 16)
        if size == 0:
            return b"".join(pieces), True
        pieces.append(rest[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(pieces), False


def write_wide(path):
    """4,000 junctions in 600 samples each, at random: too much to be read at once, or, packed, for
    the buffers of sockets.
    """
    numbers = random.Random(5)
    with path.open("w") as file:
        for n in range(4_000):
            values = numbers.choices(range(1, 10_000), k=600)
            ordered = sorted(values)
            samples = "".join(f",{sample}:{reads}" for sample, reads in enumerate(values))
            start, middle = 1_000 + 50 * n, (ordered[299] + ordered[300]) / 2
            place = f"{n}\tchr{'1' if n < 3_000 else '2'}\t{start}\t{start + 999}\t1000\t+\t0\tGT\tAG\t0\t0"
            file.write(
                f"{place}\t{samples}\t600\t{sum(values)}\t{sum(values) / 600:.3f}\t{middle:.3f}\t1\n"
            )
    return path


class Running:
    """A server process; it is stopped, and waited for, at the end."""

    def __init__(self, *options, **settings):
        self._options, self._settings = options, settings

    def resident_bytes(self):
        """The most memory that the server's processes have had, added up."""
        children = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        )
        status = [
            Path(f"/proc/{pid}/status").read_text() for pid in [str(self.process.pid), *children]
        ]
        return sum(int(re.search(r"VmHWM:\s+(\d+)", one)[1]) * 1024 for one in status)

    def __enter__(self):
        with tempfile.NamedTemporaryFile(prefix="snapshard-serve-", delete=False) as file:
            self._log = Path(file.name)
        self._running = start_server(*self._options, log=self._log, **self._settings)
        self.process, self.server = self._running.process, Server(self._running.port)
        return self

    def __exit__(self, *error):
        self._running.stop()
        self._log.unlink()


class Site:
    """One compilation as a tester sees it: a region with its rows, a second one, and rows, samples
    and words to ask for.
    """

    def __init__(self, server, name, lines):
        self.server, self.name = server, name
        self.lines = [line.split("\t") for line in lines]
        self.c, self.S, self.E = busy_region(self.lines)
        self.R = f"{self.c}:{self.S}-{self.E}"
        self.R2 = other_region(self.lines, self.c)
        self.D = self.rows(f"regions={self.R}")
        self.x = next((row for row in self.D if int(row[3]) > 1), self.D[0])
        self.w = max(self.D, key=lambda row: min(int(row[13]), 400))
        ids = [pair.split(":")[0] for pair in self.w[12].split(",")[1:]]
        self.L, self.L2 = ids[:3], ids[3:5]

    def get(self, query, endpoint="snaptron", **more):
        return self.server.get(f"/{self.name}/{endpoint}?{query}", **more)

    def body(self, query, endpoint="snaptron"):
        answer = self.get(query, endpoint)
        assert (answer.status, answer.complete) == (200, True), (query, answer.body[:300])
        return answer.body

    def rows(self, query, endpoint="snaptron"):
        return [
            line.split("\t")
            for line in self.body(query + "&header=0", endpoint).decode().split("\n")[:-1]
        ]

    def first_line(self, query, endpoint="snaptron"):
        return self.body(query, endpoint).decode().split("\n")[0].split("\t")

    def post(self, endpoint, body, **headers):
        form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.server.ask("POST", f"/{self.name}/{endpoint}", body=body, headers=form)

    def proj(self, rows, samples):
        return projected(rows, samples)


def busy_region(lines):
    """A region of some 60 rows, not all of them wholly inside, in the middle of the chromosome with
    the most rows.
    """
    counts = {}
    for line in lines:
        counts[line[1]] = counts.get(line[1], 0) + 1
    chrom = max((c for c in counts if re.fullmatch("chr[12]?[0-9XYM]", c)), key=counts.get)
    own = [line for line in lines if line[1] == chrom]
    middle = len(own) // 2
    some = own[max(0, middle - 30) : middle + 30]
    return chrom, int(some[0][2]) + 1, int(some[-1][2]) + 200


def other_region(lines, chrom):
    """A region on another chromosome if there is one, else elsewhere on the same."""
    own = [
        line for line in lines if line[1] != chrom and re.fullmatch("chr[12]?[0-9XYM]", line[1])
    ] or lines[:10]
    return f"{own[0][1]}:{own[0][2]}-{int(own[0][3]) + 50}"


def fmt12(value):
    text = f"{value:.12g}"
    return text if "." in text or "e" in text else text + ".0"


def projected(rows, samples):
    """The rows with only these samples, recomputed, by the plainest means."""
    wanted, result = set(map(str, samples)), []
    for row in rows:
        pairs = [pair.split(":") for pair in row[12].split(",")[1:]]
        pairs = [pair for pair in pairs if pair[0] in wanted]
        if pairs:
            values = sorted(int(coverage) for _, coverage in pairs)
            middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
            text = "".join("," + ":".join(pair) for pair in pairs)
            numbers = [
                str(len(values)),
                str(sum(values)),
                fmt12(sum(values) / len(values)),
                fmt12(middle),
            ]
            result.append([*row[:12], text, *numbers, *row[17:]])
    return result


def source_lines(compilation):
    opened = gzip.open if compilation.junctions.endswith(("gz",)) else open
    with opened(compilation.junctions, "rt") as file:
        return file.read().splitlines()


def learn_samples(site):
    lines = site.body("all=1", "samples").decode().split("\n")
    site.H, site.M = lines[0].split("\t"), [line.split("\t") for line in lines[1:-1]]
    site.N = [row[0] for row in site.M]
    registry = site.server.get("/snaptron/registry").text
    site.types = json.loads(registry[7:])[site.name]
    site.ft, site.word = a_word(site)
    site.fi = next(
        name
        for name in site.H
        if name != "rail_id"
        and site.types[name] != "t"
        and len({v for v in column(site, name) if number(v) is not None}) >= 5
    )


def column(site, name):
    place = site.H.index(name)
    return [row[place] for row in site.M]


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def a_word(site):
    """A text field and an alphabetic word of it that some samples have and others have not."""
    for name in site.H:
        values = column(site, name)
        if site.types[name] == "t" and not any(
            re.fullmatch(r"-?\d+\.\d+", value) for value in values
        ):
            for word in {
                word for value in values[:50] for word in re.findall("[A-Za-z]{4,}", value)
            }:
                hits = sum(
                    re.search(rf"(?i)(?<![\w.']){word}(?![\w.'])", value) is not None
                    for value in values
                )
                if 0 < hits < len(values):
                    return name, word
    raise AssertionError(f"no word to look for in {site.name}")
