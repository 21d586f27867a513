"""Requests to one server: URLs, timeouts, retries where they are safe, errors as exceptions."""

import os
import random
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any

import httpx

from snapshard.client.errors import ServerUnreachable, answer_error
from snapshard.errors import BadQuery, BadSetting
from snapshard.proxies import proxy_of

Parameters = Mapping[str, Any]
"""Names and values of a query string. Several values repeat the name; None omits it."""

RETRIED = frozenset({429, 502, 503, 504})
_USER_AGENT = f"snapshard/{version('snapshard')}"
_PROBLEM = "application/problem+json"
"""The media type of our server's errors. A proxy in front of it sends other types."""
_LOST = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ReadError,
    httpx.RemoteProtocolError,
    httpx.WriteError,
)
TRIES = 4
PAUSE = 0.25
"""Minimum seconds before the first retry, doubled for each further one. A random factor between one and
two keeps clients from retrying at the same moment.
"""
LONGEST_PAUSE = 30.0
"""Seconds. If the server asks for a longer pause, there is no retry; the exception says when to retry."""
TIMEOUT = httpx.Timeout(60, connect=5)
"""Longer than the server's deadline for interactive responses, so that its error arrives first."""


class Session:
    """Requests to the API of a server, with retries after an outage. Close it at the end."""

    def __init__(
        self,
        server: str,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float | httpx.Timeout | None = None,
        tries: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        _check_address(server)
        self.server = server.rstrip("/")
        self._tries = tries or TRIES
        self._sleep = sleep
        headers = {"User-Agent": _USER_AGENT}
        if transport is not None:
            # In process, nothing is sent over a network: compression would only cost time.
            headers["Accept-Encoding"] = "identity"
        is_local = transport is not None
        self._http = httpx.Client(
            base_url=f"{self.server}/api/v1/",
            timeout=TIMEOUT if timeout is None else httpx.Timeout(timeout),
            transport=transport,
            headers=headers,
            follow_redirects=True,
            verify=True if is_local else _certificates(),
            proxy=None if is_local else proxy_of(self.server, socks_package="socksio"),
            # httpx fails on variables that it cannot read; we read them above.
            trust_env=False,
        )

    def close(self) -> None:
        """Closes every connection."""
        self._http.close()

    def get(self, path: str, parameters: Parameters | None = None) -> httpx.Response:
        """The complete response to a GET below /api/v1/. Raises AnswerError or ServerUnreachable."""
        return self._checked(self._send(self._request(path, parameters)))

    def post(self, path: str, body: object) -> httpx.Response:
        """The response to a POST of JSON. Every POST of the API only reads, so it is retried like a GET."""
        return self._checked(self._send(self._http.build_request("POST", path, json=body)))

    @contextmanager
    def stream(
        self, path: str, parameters: Parameters | None = None, *, content: bytes | None = None
    ) -> Iterator[httpx.Response]:
        """A response whose body the caller reads in chunks; to a POST if there is content. It is
        retried only until it has begun.
        """
        response = self._send(self._request(path, parameters, content=content), stream=True)
        try:
            if response.status_code != 200:
                response.read()
            yield self._checked(response)
        except (*_LOST, httpx.ReadTimeout, httpx.DecodingError) as exc:
            raise ServerUnreachable(self.server, f"the response was interrupted: {exc}") from exc
        finally:
            response.close()

    def _request(
        self, path: str, parameters: Parameters | None, *, content: bytes | None = None
    ) -> httpx.Request:
        method = "GET" if content is None else "POST"
        try:
            return self._http.build_request(
                method, path, params=_plain(parameters), content=content
            )
        except httpx.InvalidURL as exc:
            raise BadQuery(
                "request", path[:200], f"a request that fits into a URL ({exc})"
            ) from exc

    def _send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        for attempt in range(1, self._tries + 1):
            pause = PAUSE * 2 ** (attempt - 1) * (1 + random.random())
            try:
                response = self._http.send(request, stream=stream)
            # These errors mean that no response arrived. All requests only read, so they can be repeated.
            except _LOST as exc:
                if attempt == self._tries:
                    raise ServerUnreachable(self.server, str(exc) or type(exc).__name__) from exc
            # Other errors, such as a read timeout or an endless redirect, would occur again.
            except httpx.RequestError as exc:
                raise ServerUnreachable(self.server, str(exc) or type(exc).__name__) from exc
            else:
                retry_after = retry_seconds(response.headers.get("Retry-After"))
                is_last = attempt == self._tries or retry_after > LONGEST_PAUSE
                if is_last or not _is_retried(response):
                    return response
                # The body of an error is not read, so the connection cannot be reused.
                response.close()
                pause = max(retry_after, pause)
            self._sleep(pause)
        # The last attempt returns or raises; this line only tells the type checker so.
        raise AssertionError("unreachable")

    @staticmethod
    def _checked(response: httpx.Response) -> httpx.Response:
        if response.status_code != 200:
            raise answer_error(response)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and not response.url.path.endswith(".html"):
            raise ServerUnreachable(str(response.url.host), "a web page came, not data")
        return response


def _check_address(server: str) -> None:
    """Raises BadSetting for an address that is not one of a web server."""
    expected = "an address such as https://snapshard.example.org"
    if not server.startswith(("http://", "https://")):
        raise BadSetting("server", server, expected)
    try:
        url = httpx.URL(server)
    except (httpx.InvalidURL, ValueError) as exc:
        raise BadSetting("server", server, f"{expected} ({exc})") from exc
    if not url.host:
        raise BadSetting("server", server, expected)


def _certificates() -> ssl.SSLContext:
    """The certificates to trust; those of SSL_CERT_FILE or SSL_CERT_DIR if they are set."""
    try:
        return httpx.create_ssl_context(trust_env=True)
    except (OSError, ssl.SSLError) as exc:
        file = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
        raise BadSetting("SSL_CERT_FILE", file, f"certificates that can be read ({exc})") from exc


def retry_seconds(text: str | None) -> float:
    """The seconds in a Retry-After header, which is a number or a date (RFC 9110); 0 without a header."""
    if text is None:
        return 0
    if text.strip().isdigit():
        return float(text)
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    return 0


def _is_retried(response: httpx.Response) -> bool:
    """Whether the same request may succeed later."""
    media_type: str = response.headers.get("Content-Type", "")
    # The server's own 504 is a deadline, which the same request would miss again. A proxy's is not.
    is_deadline = response.status_code == 504 and media_type.startswith(_PROBLEM)
    return response.status_code in RETRIED and not is_deadline


def _plain(parameters: Parameters | None) -> dict[str, Any]:
    """The parameters that have a value, with booleans in the API's spelling."""
    values: dict[str, Any] = {}
    for name, value in (parameters or {}).items():
        if value is not None and value != ():
            values[name] = str(value).lower() if isinstance(value, bool) else value
    return values
