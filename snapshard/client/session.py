"""Requests to one server: addresses, time limits, second tries where they are safe, errors as
exceptions.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any

import httpx

from snapshard.client.errors import ServerUnreachable, answer_error
from snapshard.errors import BadSetting

Parameters = Mapping[str, Any]
"""Names and values of a query string: several values repeat the name, None leaves it out."""

RETRIED = frozenset({429, 502, 503, 504})
_PROBLEM = "application/problem+json"
"""What our server's errors are; a proxy in front of it writes others."""
_LOST = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ReadError,
    httpx.RemoteProtocolError,
    httpx.WriteError,
)
TRIES = 4
PAUSE = 0.25
"""Seconds before the second try, at least, and twice as many before each further one; at most twice
that, by chance.
"""
LONGEST_PAUSE = 30.0
"""Seconds: a server that asks for more than this between two tries gets no second one; the
exception says when to come back.
"""
TIMEOUT = httpx.Timeout(60, connect=5)
"""Above the server's own deadline for interactive answers, so that its own error arrives before
ours.
"""


class Session:
    """Requests to the API of a server; close it at the end. Reads are tried again after an outage,
    nothing else is.
    """

    def __init__(
        self,
        server: str,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        tries: int = TRIES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not server.startswith(("http://", "https://")):
            raise BadSetting("server", server, "an address such as https://snapshard.example.org")
        self.server = server.rstrip("/")
        self._tries = tries
        self._sleep = sleep
        headers = {"User-Agent": f"snapshard/{version('snapshard')}"}
        if transport is not None:
            headers["Accept-Encoding"] = (
                "identity"  # in process nothing travels: compressing would only cost time
            )
        self._http = httpx.Client(
            base_url=f"{self.server}/api/v1/",
            timeout=timeout,
            transport=transport,
            headers=headers,
            follow_redirects=True,
        )

    def close(self) -> None:
        """Closes every connection."""
        self._http.close()

    def get(self, path: str, parameters: Parameters | None = None) -> httpx.Response:
        """The answer to a GET below /api/v1/, read whole. Raises an AnswerError, or
        ServerUnreachable.
        """
        return self._checked(
            self._send(self._http.build_request("GET", path, params=_plain(parameters)))
        )

    def post(self, path: str, body: object) -> httpx.Response:
        """The answer to a POST of JSON. Every POST of the API only reads, so it is tried again like
        a GET.
        """
        return self._checked(self._send(self._http.build_request("POST", path, json=body)))

    @contextmanager
    def stream(self, path: str, parameters: Parameters | None = None) -> Iterator[httpx.Response]:
        """An answer whose body the caller reads piece by piece. Tried again only until it has
        begun.
        """
        response = self._send(
            self._http.build_request("GET", path, params=_plain(parameters)), stream=True
        )
        try:
            if response.status_code != 200:
                response.read()
            yield self._checked(response)
        except (*_LOST, httpx.ReadTimeout, httpx.DecodingError) as exc:
            raise ServerUnreachable(self.server, f"the answer broke off: {exc}") from exc
        finally:
            response.close()

    def _send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        for attempt in range(1, self._tries + 1):
            pause = PAUSE * 2 ** (attempt - 1) * (1 + random.random())
            try:
                response = self._http.send(request, stream=stream)
            except _LOST as exc:
                if attempt == self._tries:
                    raise ServerUnreachable(self.server, str(exc) or type(exc).__name__) from exc
            except httpx.TransportError as exc:
                raise ServerUnreachable(self.server, str(exc) or type(exc).__name__) from exc
            else:
                asked = retry_seconds(response.headers.get("Retry-After"))
                if (
                    not _may_fare_better(response)
                    or attempt == self._tries
                    or asked > LONGEST_PAUSE
                ):
                    return response
                response.close()
                pause = max(asked, pause)
            self._sleep(pause)
        raise AssertionError("unreachable")  # the last attempt returns or raises

    @staticmethod
    def _checked(response: httpx.Response) -> httpx.Response:
        if response.status_code != 200:
            raise answer_error(response)
        return response


def retry_seconds(text: str | None) -> float:
    """The seconds that a Retry-After header asks for, given as a number or as a date (RFC 9110); 0
    if it asks for none.
    """
    if text is None:
        return 0
    if text.strip().isdigit():
        return float(text)
    with suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    return 0


def _may_fare_better(response: httpx.Response) -> bool:
    """Whether the same request may be answered a little later. The server's own 504 is a deadline,
    which it would meet again.
    """
    deadline = response.status_code == 504 and response.headers.get("Content-Type", "").startswith(
        _PROBLEM
    )
    return response.status_code in RETRIED and not deadline


def _plain(parameters: Parameters | None) -> dict[str, Any]:
    """Parameters without those that were not given; truth as the API writes it."""
    given = {
        name: value
        for name, value in (parameters or {}).items()
        if value is not None and value != ()
    }
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in given.items()
    }
