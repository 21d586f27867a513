"""The bytes of a file on a web server or an S3 store, resumed after interruptions.

A load of many gigabytes must survive a broken connection, but it must never join the bytes of two
versions of a file. The protocol (RFC 9110, sections 13 and 14):

1. The first response gives the validator of the file (its ETag, or else Last-Modified) and its
   length. The body is asked for as stored (`identity`), so that byte positions are those of the file.
2. A body that ends before its length, or any error of the connection, closes the response. After a
   pause, the next request asks for `Range: bytes=N-`, N being the number of bytes read so far.
3. A resumed response must have status 206, start at byte N, and give the same validator and length.
   If-Range asks for that as well, but only a strong validator may be sent there, and servers ignore
   it; so the validator of the response itself is compared. Anything else ends the load.
4. Busy servers (429, 5xx) are retried like broken connections. After six attempts in a row that gave
   no byte, the load ends.
"""

import re
import time

import requests
import urllib3

from snapshard.errors import BadSource
from snapshard_populate.reading.web import get

# Consecutive attempts without a single byte; any progress starts the count again.
_ATTEMPTS = 6
_LONGEST_PAUSE = 30.0
# Seconds to connect, and seconds without a byte. The whole download has no limit.
_TIMEOUTS = (10.0, 60.0)
_BUSY = (429, 500, 502, 503, 504)


class _Interrupted(Exception):
    """The body ended before its length, or the server was busy; another attempt may succeed."""


class Download:
    """A file that is read once from front to back: `bytes_read` of its `total` bytes (None if the
    server does not give a length).

    `pause` is in seconds and is doubled from one attempt to the next.
    """

    def __init__(self, url: str, *, pause: float = 0.5) -> None:
        self.url = url
        self.bytes_read = 0
        self.total: int | None = None
        self._pause = pause
        self._failures = 0
        self._validator: str | None = None
        self._response: requests.Response | None = None

    def read(self, size: int, /) -> bytes:
        """At most that many bytes; none at the end. Raises BadSource if the rest is unavailable."""
        while True:
            try:
                return self._read(size)
            except (
                _Interrupted,
                requests.RequestException,
                urllib3.exceptions.HTTPError,
                OSError,
            ) as error:
                self._wait(error)

    def close(self) -> None:
        """Closes the connection."""
        if self._response is not None:
            self._response.close()
            self._response = None

    def _read(self, size: int) -> bytes:
        if self._response is None:
            self._response = self._resume() if self.bytes_read else self._begin()
        block: bytes = self._response.raw.read(size, decode_content=False)
        # A broken connection may look like the end of the body; only the length tells them apart.
        if not block and self.total is not None and self.bytes_read < self.total:
            raise _Interrupted("the server closed the connection")
        self.bytes_read += len(block)
        self._failures = 0 if block else self._failures
        return block

    def _begin(self) -> requests.Response:
        response = self._get({})
        self._validator = _validator(response)
        length = response.headers.get("Content-Length", "")
        self.total = int(length) if length.isdigit() else None
        return response

    def _resume(self) -> requests.Response:
        if self._validator is None:
            raise self._not_resumable("the server sends no ETag or Last-Modified header")
        # Weak validators (W/) are not allowed in If-Range.
        condition = {} if self._validator.startswith("W/") else {"If-Range": self._validator}
        response = self._get({"Range": f"bytes={self.bytes_read}-", **condition})
        content_range = response.headers.get("Content-Range", "")
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", content_range)
        if _validator(response) != self._validator or response.status_code in (412, 416):
            raise self._not_resumable("the file has changed")
        if response.status_code != 206 or not match or int(match[1]) != self.bytes_read:
            raise self._not_resumable("the server does not support range requests")
        if self.total is not None and match[2] not in ("*", str(self.total)):
            raise self._not_resumable("the file has changed its size")
        return response

    def _get(self, headers: dict[str, str]) -> requests.Response:
        response = get(
            self.url,
            headers={"Accept-Encoding": "identity", **headers},
            stream=True,
            timeout=_TIMEOUTS,
        )
        status = response.status_code
        if status < 300 or (headers and status in (412, 416)):
            return response
        response.close()
        if status in _BUSY:
            raise _Interrupted(f"the server returned {status} {response.reason}")
        raise BadSource(
            self.url, f"expected the file, but the server returned {status} {response.reason}"
        )

    def _wait(self, error: Exception) -> None:
        self.close()
        self._failures += 1
        if self._failures >= _ATTEMPTS:
            position = f"at byte {self.bytes_read} of {self.total}"
            if not self.bytes_read:
                position = "at the start"
            raise BadSource(
                self.url,
                f"gave up after {self._failures} attempts {position}: {without_query(error)}",
            ) from error
        time.sleep(min(self._pause * 2 ** (self._failures - 1), _LONGEST_PAUSE))

    def _not_resumable(self, reason: str) -> BadSource:
        self.close()
        position = f"byte {self.bytes_read}"
        if self.total is not None:
            position += f" of {self.total}"
        return BadSource(
            self.url,
            f"the connection broke at {position} and cannot be resumed: {reason}; "
            "download the file first",
        )


def without_query(error: Exception) -> str:
    """The message of an error without the queries of its addresses.

    The signature in the query of an S3 address is valid for a day, and logs are kept.
    """
    return re.sub(r"\?[^\s'\"`]+", "?…", str(error))


def _validator(response: requests.Response) -> str | None:
    return response.headers.get("ETag") or response.headers.get("Last-Modified")
