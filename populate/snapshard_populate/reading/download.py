"""The bytes of a file on a web server or an S3 store, resumed where the connection broke off."""

import re
import time

import requests
import urllib3

from snapshard.errors import BadSource
from snapshard_populate.reading.s3 import http_address

_ATTEMPTS = 6  # in a row without a byte
_LONGEST_PAUSE = 30.0
_TIMEOUTS = (10.0, 60.0)  # seconds to connect, seconds without a byte
_BUSY = (429, 500, 502, 503, 504)


class _Broken(Exception):
    """The connection gave less than it promised, or the server was busy: worth another attempt."""


class Download:
    """A file read once from front to back; `bytes_read` of its `total` bytes (None where the server does
    not say) have been read.

    After a break it goes on by Range, provided that the server says that the file is still the same
    (ETag or Last-Modified). `pause` is in seconds, doubled from one attempt to the next.
    """

    def __init__(self, url: str, *, pause: float = 0.5) -> None:
        self.url = url
        self.bytes_read = 0
        self.total: int | None = None
        self._pause = pause
        self._failures = 0
        self._version: str | None = None
        self._response: requests.Response | None = None

    def read(self, size: int, /) -> bytes:
        """At most that many bytes; none at the end. Raises BadSource where the rest cannot be had."""
        while True:
            try:
                return self._read(size)
            except (
                _Broken,
                requests.RequestException,
                urllib3.exceptions.HTTPError,
                OSError,
            ) as error:
                self._wait(error)

    def close(self) -> None:
        """Give the connection back."""
        if self._response is not None:
            self._response.close()
            self._response = None

    def _read(self, size: int) -> bytes:
        if self._response is None:
            self._response = self._resume() if self.bytes_read else self._begin()
        data: bytes = self._response.raw.read(size, decode_content=False)
        if not data and self.total is not None and self.bytes_read < self.total:
            raise _Broken("the server closed the connection")
        self.bytes_read += len(data)
        self._failures = 0 if data else self._failures
        return data

    def _begin(self) -> requests.Response:
        response = self._get({})
        self._version = _version(response)
        length = response.headers.get("Content-Length", "")
        self.total = int(length) if length.isdigit() else None
        return response

    def _resume(self) -> requests.Response:
        if self._version is None:
            raise self._lost("the server names no ETag or Last-Modified to know the file by")
        condition = {} if self._version.startswith("W/") else {"If-Range": self._version}
        response = self._get({"Range": f"bytes={self.bytes_read}-", **condition})
        place = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if _version(response) != self._version or response.status_code in (412, 416):
            raise self._lost("the file has changed meanwhile")
        if response.status_code != 206 or not place or int(place[1]) != self.bytes_read:
            raise self._lost("the server does not give parts of files")
        if self.total is not None and place[2] not in ("*", str(self.total)):
            raise self._lost("the file has changed its size meanwhile")
        return response

    def _get(self, headers: dict[str, str]) -> requests.Response:
        asked = {"Accept-Encoding": "identity", **headers}
        response = requests.get(
            http_address(self.url), headers=asked, stream=True, timeout=_TIMEOUTS
        )
        status = response.status_code
        if status < 300 or (headers and status in (412, 416)):
            return response
        response.close()
        if status in _BUSY:
            raise _Broken(f"the server answered {status} {response.reason}")
        raise BadSource(
            self.url, f"expected the file, the server answered {status} {response.reason}"
        )

    def _wait(self, error: Exception) -> None:
        self.close()
        self._failures += 1
        if self._failures >= _ATTEMPTS:
            where = (
                f"at byte {self.bytes_read} of {self.total}" if self.bytes_read else "at the start"
            )
            raise BadSource(
                self.url, f"gave up after {self._failures} attempts {where}: {without_query(error)}"
            ) from error
        time.sleep(min(_LONGEST_PAUSE, self._pause * 2 ** (self._failures - 1)))

    def _lost(self, why: str) -> BadSource:
        self.close()
        of = f" of {self.total}" if self.total is not None else ""
        return BadSource(
            self.url,
            f"the connection broke at byte {self.bytes_read}{of} and cannot be resumed: {why}; "
            "download the file first",
        )


def without_query(error: Exception) -> str:
    """What an error says, without the queries of addresses: their signatures are good for a day,
    and logs are kept.
    """
    return re.sub(r"\?[^\s'\"`]+", "?…", str(error))


def _version(response: requests.Response) -> str | None:
    return response.headers.get("ETag") or response.headers.get("Last-Modified")
