"""Requests that no honest client sends, as bytes for a raw socket, and a check of their responses.

Request number n is always the same. Every text that a response could reflect contains MARK.
"""

import gzip
import json
import re
import socket
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

import zstandard

MARK = "xyzzy"
SECONDS = 15
"""How long a response may take."""
METHODS = ["GET"] * 12 + ["HEAD", "HEAD", "POST", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"]
ODD_METHODS = ["TRACE", "CONNECT", "get", "PRI", f"M{MARK}", "GET\t", "G(T", "", "M" * 300]
VERSIONS = ["HTTP/1.1"] * 12 + [
    "HTTP/1.0",
    "HTTP/1.0",
    "HTTP/0.9",
    "HTTP/2.0",
    "HTTP/1.9",
    "http/1.1",
    "",
]
TEXTS = [
    *(f"<script>{MARK}</script>", f'"><img src=x onerror={MARK}>', f"{MARK}\r\nX-{MARK}: 1"),
    *(f"{MARK}\0", f"{MARK}\ud800", f"{MARK}\u202e\ufdd0", f"//{MARK}.example/", f"../../{MARK}"),
    *(f"{{{{{MARK}}}}}", f"%s%n{MARK}", f"' OR {MARK}--", f"{MARK}/{MARK}", MARK * 2_000),
    *("", " ", ".", "..", "-1", "1e999", "NaN", "null", "[]", "true", "+", "chr1:1-1000000"),
    *("chr1:9-2", "99999999999999999999", "chr1", "GRCh38:chr1:1-2:+", "\ufeffchr1:1-2", "١٢٣"),
]
PATHS = [
    *(
        "/",
        f"/{MARK}",
        "/livez",
        "/readyz",
        "/openapi.json",
        "/api/v1",
        "/static/../livez",
        "//",
        "*",
    ),
    *(
        "/sim/snaptron",
        "/sim/samples",
        "/sim/annotations",
        "/sim/genes",
        "/sim/exons",
        "/sim/bases",
    ),
    *(
        "/snaptron",
        "/data/sim/samples.tsv",
        "/data/sim/junctions.bgz",
        f"/data/sim/{MARK}",
        "/favicon.ico",
    ),
    *(
        f"http://{MARK}.example/livez",
        "/sim/{text}",
        "/{text}/snaptron",
        "/data/{text}/samples.tsv",
    ),
]
PARAMETERS = [
    "regions",
    "rfilter",
    "sfilter",
    "sids",
    "ids",
    "contains",
    "header",
    "return_format",
    "q",
    "in",
]
HEADERS = {
    "Accept": ["*/*", "text/html", "application/json;q=x", "*/*;q=0", ",,;", f"a/{MARK}", "text/*;q=1.5"],
    "Accept-Encoding": ["gzip", "zstd", "br", "gzip;q=abc", "*;q=0", "identity;q=0", ";;", f"{MARK}"],
    "Accept-Language": [f"{MARK}", "de;q=", "*"],
    "Range": ["bytes=0-5", "bytes=5-", "bytes=-5", "bytes=9-2", "bytes=0-1,3-4", f"{MARK}=1",
              "bytes=" + "9" * 40],
    "If-Range": [f'"{MARK}"', "yesterday"],
    "If-None-Match": ["*", f'"{MARK}"', "W/", '"', ",,"],
    "If-Modified-Since": ["yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Foo 99999 99:99:99 GMT"],
    "TE": ["trailers", "trailers;q=0", f"{MARK}"],
    "Content-Type": ["application/json", "text/plain; charset=" + MARK, "multipart/form-data", "x",
                     "text/tab-separated-values", "multipart/form-data; boundary=" + MARK,
                     "application/x-www-form-urlencoded"],
    "Content-Encoding": ["gzip", MARK],
    "Content-Length": ["0", "-1", "+3", "3, 3", "0x3", "99999999999999999999", MARK, ""],
    "Transfer-Encoding": ["chunked", "identity", "gzip, chunked", MARK, "chunked, chunked", ""],
    "Expect": ["100-continue", MARK],
    "Upgrade": ["h2c", "websocket"],
    "Cookie": [f"a={MARK}", ";;;=", "\xff"],
    "Host": [f"{MARK}.example", "a b", "", "[::1", "x:99999", f"<script>{MARK}</script>"],
    "Origin": [f"https://{MARK}.example", "null"],
    "Referer": [f"javascript:{MARK}"],
    "User-Agent": [f"<script>{MARK}</script>", ""],
    "X-Request-ID": ["my-id", f"<{MARK}>", "a" * 500, ""],
    "X-Forwarded-Host": [f"{MARK}.example"],
    "X-Forwarded-Prefix": [f"/{MARK}", f"//{MARK}.example"],
    "X-Forwarded-Proto": ["https", MARK],
    "Forwarded": [f"host={MARK}.example"],
    "SCRIPT_NAME": [f"/{MARK}"],
    "X-HTTP-Method-Override": ["DELETE"],
    f"X-{MARK}": ["1", "\xe4\xf6", "a" * 9_000, "a\tb"],
    f"X {MARK}": ["1"],
    "": ["x"],
    "A\0": ["1"],
    "X-Folded": [f"a\r\n {MARK}"],
}  # fmt: skip
BODIES = [
    *(b"", b"[]", b"{", b"null", b'{"junctions": ["chr1:100-200"]}', b"\xff\xfe\x00", b"[" * 5_000),
    *(b'{"junctions": [1, null, {}, "<script>xyzzy</script>"]}', b"fields=" + b"[" * 5_000, b"a" * 70_000),
    *(b'fields=[{"intervals":["chr1:1-2000000"]}]', b"chr1\t100\t200\t+\n", b"\x1f\x8b\x08xyzzy"),
    *(b'{"junctions": "\\ud800"}', b"\r\n\r\n"),
    b'--xyzzy\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--xyzzy--',
]  # fmt: skip


@dataclass(frozen=True)
class OddRequest:
    """A request; `complete` unless the server has to wait for more of it."""

    head: bytes
    body: bytes
    method: str
    complete: bool

    @property
    def first_line(self) -> str:
        """The first line, for messages."""
        return self.head.partition(b"\r\n")[0].decode("latin-1")[:300]


class Operations:
    """What can be requested: the paths of an OpenAPI document with their parameters, and others."""

    def __init__(self, document: dict) -> None:
        self._operations = []
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                self._operations.append((method.upper(), path, operation))

    def request(self, number: int) -> OddRequest:
        """The request of this number."""
        random = Random(number)
        method, target = self._operation(random)
        if random.random() < 0.3:
            method = random.choice(METHODS if random.random() < 0.7 else ODD_METHODS)
        version = random.choice(VERSIONS) if random.random() < 0.2 else "HTTP/1.1"
        fields = _fields(random)
        body = random.choice(BODIES) if method == "POST" or random.random() < 0.1 else b""
        framing, body, complete = _framed(random, body, {name.lower() for name, _ in fields})
        lines = [f"{method} {target} {version}".encode("utf-8", "surrogatepass")]
        lines += [f"{name}: {value}".encode("latin-1", "replace") for name, value in fields]
        lines += framing
        return OddRequest(b"\r\n".join(lines) + b"\r\n\r\n", body, method, complete)

    def _operation(self, random: Random) -> tuple[str, str]:
        if random.random() < 0.25:
            path = random.choice(PATHS).replace("{text}", _escaped(random, random.choice(TEXTS)))
            names = PARAMETERS
            return random.choice(METHODS), path + _query(random, names, {})
        method, path, operation = random.choice(self._operations)
        parameters = operation["parameters"]
        examples = {one["name"]: one["example"] for one in parameters if "example" in one}
        for parameter in parameters:
            if parameter["in"] == "path":
                text = str(examples.get(parameter["name"], MARK))
                if random.random() < 0.2:
                    text = random.choice(TEXTS)
                path = path.replace(f"{{{parameter['name']}}}", _escaped(random, text))
        names = [parameter["name"] for parameter in parameters if parameter["in"] == "query"]
        return method, path + _query(random, names, examples)


def _query(random: Random, names: list[str], examples: dict) -> str:
    pairs = []
    for name in random.sample(names, min(len(names), random.randrange(4))):
        value = examples.get(name, "1")
        value = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        text = random.choice(TEXTS) if random.random() < 0.3 else value
        pairs += [f"{name}={_escaped(random, text)}"] * random.choice([1, 1, 1, 2])
    if random.random() < 0.05:
        pairs.append(random.choice([MARK, f"{MARK}={MARK}", "=", "&&", "%", "%zz=1", "a" * 60_000]))
    return "?" + "&".join(pairs) if pairs else ""


def _escaped(random: Random, text: str) -> str:
    # Raw control characters and blanks would end the request line; raw letters are sent as they are.
    data = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.2 and not re.search(r"[\0-\x20\ud800]", text):
        return text
    return quote(data, safe=random.choice(["", "/", ":,/"]))


def _fields(random: Random) -> list[tuple[str, str]]:
    fields = [("Host", "x")] * random.choice([1] * 15 + [0, 2])
    for name in random.sample(list(HEADERS), random.choice([0, 0, 1, 1, 2, 5])):
        fields += [(name, random.choice(HEADERS[name]))] * random.choice([1, 1, 1, 1, 2])
    random.shuffle(fields)
    return [*fields, ("Connection", random.choice(["close"] * 20 + ["close, TE", "Close"]))]


def _framed(random: Random, body: bytes, names: set[str]) -> tuple[list[bytes], bytes, bool]:
    """Fields that frame the body, the body within its framing, and whether it is complete."""
    if names & {"content-length", "transfer-encoding", "expect", ""}:
        return [], body, False
    kind = random.random()
    if not body:
        return [], body, True
    if kind < 0.2:
        size = random.randrange(1, 2_000)
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
        return [b"Transfer-Encoding: chunked"], b"".join(chunks) + b"0\r\n\r\n", True
    if kind < 0.3:
        return [b"Transfer-Encoding: chunked"], body, False
    if kind < 0.4:
        return [b"Content-Length: %d" % (len(body) + random.randrange(-3, 4))], body, False
    return [b"Content-Length: %d" % len(body)], body, True


def exchange(port: int, request: OddRequest) -> bytes:
    """All that the server sends for the request until it closes the connection."""
    pieces = []
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as client:
        try:
            client.sendall(request.head + request.body)
            # The server would wait for the rest of an incomplete request.
            if not request.complete:
                client.shutdown(socket.SHUT_WR)
            while piece := client.recv(1 << 16):
                pieces.append(piece)
        except ConnectionError:
            # The server may refuse a request before it has read all of it.
            pass
    return b"".join(pieces)


def check_response(request: OddRequest, received: bytes) -> int:
    """The status of the response, 0 for none. Raises AssertionError for one that is not whole, that is
    an error of the server, or that reflects a header or a script.
    """
    while received.startswith(b"HTTP/1.1 100 "):
        received = received.partition(b"\r\n\r\n")[2]
    if not received:
        assert not request.complete, "no response"
        return 0
    head, separator, body = received.partition(b"\r\n\r\n")
    assert separator, f"torn head: {head[:200]!r}"
    first, *lines = head.split(b"\r\n")
    status = int(re.fullmatch(rb"HTTP/1\.\d (\d{3}) [^\r\n]*", first)[1])
    headers = {}
    for line in lines:
        name, _, value = line.partition(b": ")
        assert re.fullmatch(rb"[A-Za-z-]+", name), f"odd header: {line[:200]!r}"
        assert MARK.encode() not in name.lower(), f"reflected header: {line[:200]!r}"
        headers[name.decode().lower()] = value.decode("latin-1")
    assert status < 500, f"{status}: {body[:300]!r}"
    assert "set-cookie" not in headers
    location = headers.get("location", "/")
    assert re.match(r"/(?!/)", location), f"Location: {location}"
    if request.method == "HEAD" or status in (204, 304):
        # A head that the parser refuses has no method, and its response no request id.
        assert not body or (status < 500 and "x-request-id" not in headers), body[:100]
        return status
    _check_content(headers, _content(headers, body))
    return status


def _content(headers: dict[str, str], body: bytes) -> bytes:
    """The content of a body, without its chunks and compression."""
    if headers.get("transfer-encoding") == "chunked":
        body = _unchunked(body)
    elif "content-length" in headers:
        assert len(body) == int(headers["content-length"]), "torn body"
    encoding = headers.get("content-encoding", "identity")
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return body


def _unchunked(body: bytes) -> bytes:
    content, position = [], 0
    while position < len(body):
        line, _, _ = body[position:].partition(b"\r\n")
        size, start = int(line, 16), position + len(line) + 2
        if not size:
            return b"".join(content)
        content.append(body[start : start + size])
        assert len(content[-1]) == size, "torn chunk"
        position = start + size + 2
    # Snaptron's protocol ends a response that fails so, and says it in the last line.
    lines = b"".join(content).splitlines()
    assert lines, "no last chunk"
    assert lines[-1].startswith(b"ERROR"), "no last chunk"
    return b"".join(content)


def _check_content(headers: dict[str, str], content: bytes) -> None:
    media_type = headers.get("content-type", "").partition(";")[0]
    if media_type in ("application/json", "application/problem+json"):
        json.loads(content)
    if media_type == "text/html":
        for text in (f"<script>{MARK}", f"<img src=x onerror={MARK}", f'href="javascript:{MARK}'):
            assert text.encode() not in content.lower(), f"reflected: {text}"
