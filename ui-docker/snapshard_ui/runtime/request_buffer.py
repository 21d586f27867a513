"""A request as far as it has arrived, so that nobody has to wait for the rest of it.

`RequestBuffer` decides from the bytes alone if a request is complete. It does not validate: whatever
it cannot follow counts as complete, because gunicorn's parser then finds the fault in the same bytes
and responds with its status. Only what a parser would have to wait for must be recognised here:

- the head ends with an empty line;
- a body has the length of Content-Length, or ends with the last chunk and its trailers;
- a body whose Content-Length is over BODY_LIMIT is not waited for: the application refuses it unread,
  or ignores it. The connection must be closed after the response, so the head is given a
  `Connection: close`. A chunked body over the limit is refused here.
- a body that the application reads while it responds (UPLOAD_PATH) is not waited for either.

Three things in the head are changed on the way. Bytes over 127 in the target are percent-encoded,
since curl and R send them as they are and gunicorn refuses them. `Expect: 100-continue` is removed,
since the interim response is sent before the body is read. `Connection: close, TE` becomes
`Connection: close`, since gunicorn would take the list for one unknown option.
"""

import re
from enum import IntEnum
from urllib.parse import unquote_to_bytes

HEAD_LIMIT = 1 << 20
"""Maximum size of a request line with its headers, in bytes: lists of ids in URLs are long."""
BODY_LIMIT = 4_000_000
"""Maximum size of a body that is read, in bytes; a larger one gets status 413. The largest batch,
10,000 names of maximum length, has two million bytes.
"""
UPLOAD_PATH = b"/junctions:annotate"
"""The end of the paths whose body the application itself reads, of any length."""
_CHUNKED_LIMIT = 2 * BODY_LIMIT
"""Maximum size of a chunked body with its framing, in bytes; tiny chunks have more of it than content."""
_LINE_LIMIT = 65_536
"""Maximum size of a chunk's size line, and of all trailers; gunicorn's parser has the same for the first."""
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_NON_ASCII = re.compile(rb"[\x80-\xff]")
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]+)[ \t]*(?:;.*)?", re.DOTALL)
_END = b"\r\n\r\n"


class Stage(IntEnum):
    """How much of a request has arrived."""

    SILENT = 0
    HEAD = 1
    BODY = 2
    COMPLETE = 3
    REFUSED = 4
    """Larger than allowed: `status` says in what."""


class RequestBuffer:
    """The bytes of a connection from the start of a request, and the stage of that request."""

    def __init__(self) -> None:
        self.stage = Stage.SILENT
        self.status = 0
        """The status of the response if the request is refused."""
        self.expects_continue = False
        """Whether the client waits for `100 Continue` before it sends the body."""
        self.is_upload = False
        """Whether the application reads the body while it responds."""
        self._bytes = bytearray()
        self._position = 0
        """Everything before this position has been searched."""
        self._body_start = 0
        self._length: int | None = None
        """The length of the body; None if it is chunked."""
        self._content_bytes = 0
        """The content of the chunks before the position."""

    def __len__(self) -> int:
        return len(self._bytes)

    def add(self, received: bytes) -> None:
        """Adds bytes that arrived, and moves the stage on."""
        self._bytes += received
        if self.stage <= Stage.HEAD:
            self._read_head()
        if self.stage is Stage.BODY:
            self._read_body()

    def content(self) -> bytes:
        """All bytes, those of a following request included."""
        return bytes(self._bytes)

    def _read_head(self) -> None:
        if self.stage is Stage.SILENT:
            # RFC 9112, section 2.2: empty lines before a request are ignored.
            while self._bytes.startswith(b"\r\n"):
                del self._bytes[:2]
            if not self._bytes:
                return
            self.stage = Stage.HEAD
        # The end may have begun with the last three bytes of those searched before.
        end = self._bytes.find(_END, max(0, self._position - 3))
        searched_end = len(self._bytes) if end < 0 else end
        searched_start, self._position = self._position, searched_end
        if _BARE_LINE_FEED.search(self._bytes, searched_start, searched_end):
            # Such a head may never end as expected, and gunicorn refuses it.
            self._complete(close=True)
        elif searched_end > HEAD_LIMIT:
            self._refuse(431)
        elif end >= 0:
            self._begin_body(end + len(_END))

    def _begin_body(self, end: int) -> None:
        request_line, *fields = bytes(self._bytes[: end - len(_END)]).split(b"\r\n")
        method, space, target = request_line.partition(b" ")
        target = _NON_ASCII.sub(lambda match: b"%%%02X" % match[0][0], target)
        values = dict(map(_field, fields))
        if _is_upload(method, target):
            # gunicorn then sends `100 Continue` itself, when the application begins to read.
            self._body_start, self.is_upload = end, True
            self._complete(close=True)
            return
        if request_line.endswith(b"HTTP/1.1") and values.get(b"expect") == b"100-continue":
            self.expects_continue = True
            fields = [field for field in fields if _field(field)[0] != b"expect"]
        if b"close" in values.get(b"connection", b"").replace(b" ", b"").split(b","):
            fields = _closing(fields)
        head = b"\r\n".join([method + space + target, *fields]) + _END
        self._bytes[:end] = head
        self._body_start = self._position = len(head)
        self.stage = Stage.BODY
        if values.get(b"transfer-encoding", b"").endswith(b"chunked"):
            self._length = None
            return
        length = values.get(b"content-length", b"0")
        if not re.fullmatch(rb"[0-9]{1,18}", length):
            self._complete(close=True)
        else:
            self._length = int(length)

    def _read_body(self) -> None:
        if self._length is None:
            self._read_chunks()
        elif self._length > BODY_LIMIT:
            self._complete(close=True)
        elif len(self._bytes) - self._body_start >= self._length:
            self._complete()

    def _read_chunks(self) -> None:
        """Moves the position past every chunk that has arrived whole."""
        while self.stage is Stage.BODY:
            line_end = self._bytes.find(b"\r\n", self._position)
            if line_end < 0:
                if len(self._bytes) - self._position > _LINE_LIMIT:
                    self._complete(close=True)
                return
            size_line = _CHUNK_SIZE.fullmatch(self._bytes, self._position, line_end)
            if size_line is None:
                self._complete(close=True)
                return
            size, start = int(size_line[1], 16), line_end + 2
            if not size:
                self._read_trailers(start)
                return
            arrived_bytes = min(size, len(self._bytes) - start)
            framed_bytes = len(self._bytes) - self._body_start
            if self._content_bytes + arrived_bytes > BODY_LIMIT or framed_bytes > _CHUNKED_LIMIT:
                # The application cannot refuse it: it would get what is within its limit, and take
                # that for the whole body.
                self._refuse(413)
                return
            end = start + size
            if len(self._bytes) < end + 2:
                return
            if self._bytes[end : end + 2] != b"\r\n":
                self._complete(close=True)
                return
            self._content_bytes += size
            self._position = end + 2

    def _read_trailers(self, start: int) -> None:
        # Without trailers the empty line follows at once. A search from the line break before it
        # finds both forms.
        if self._bytes.find(_END, start - 2) >= 0:
            self._complete()
        elif len(self._bytes) - start > _LINE_LIMIT:
            self._refuse(431)

    def _refuse(self, status: int) -> None:
        self.stage, self.status = Stage.REFUSED, status

    def _complete(self, *, close: bool = False) -> None:
        self.stage = Stage.COMPLETE
        if not close or not self._body_start:
            return
        request_line, *fields = bytes(self._bytes[: self._body_start - len(_END)]).split(b"\r\n")
        head = b"\r\n".join([request_line, *_closing(fields)]) + _END
        self._bytes[: self._body_start] = head
        self._body_start = len(head)


def _is_upload(method: bytes, target: bytes) -> bool:
    path = unquote_to_bytes(target.partition(b" ")[0].partition(b"?")[0])
    return method == b"POST" and path.endswith(UPLOAD_PATH)


def _closing(fields: list[bytes]) -> list[bytes]:
    """The fields with the connection closed after the response."""
    return [*(field for field in fields if _field(field)[0] != b"connection"), b"Connection: close"]


def _field(line: bytes) -> tuple[bytes, bytes]:
    """The name and the value of a header, both in small letters."""
    name, _, value = line.partition(b":")
    return name.lower(), value.strip(b" \t").lower()
