"""What can go wrong between a client and its server, as exceptions that carry the server's own
words.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from snapshard.errors import SnapshardError


class Truncated(UserWarning):
    """An answer that was cut at the limit the caller gave: there is more."""


class Partial(UserWarning):
    """An answer that lacks the rows of shards that are away, which the caller allowed."""


class ServerUnreachable(SnapshardError):
    """No answer at all: wrong address, server down, network away."""

    def __init__(self, server: str, reason: str) -> None:
        self.server = server
        super().__init__(
            f"no answer from {server}: {reason}; is the address right and the server running?"
        )


class MissingExtra(SnapshardError):
    """A part of Snapshard that is not installed; the message is the pip line that installs it."""

    exit_code = 2

    def __init__(self, what: str, package: str | None, extra: str) -> None:
        super().__init__(f"{what} needs {package}: pip install 'snapshard[{extra}]'")


class BadFile(SnapshardError):
    """A file of an export that cannot be continued or written; the message says what to do with it."""


class Interrupted(SnapshardError):
    """An answer that ended before its end: a lost connection, a lost shard."""


class Damaged(Interrupted):
    """An answer whose bytes do not have the checksum that the server computed."""


class AnswerError(SnapshardError):
    """An error that the server answered with; `problem` is its problem document (RFC 9457),
    `status` the HTTP status.
    """

    def __init__(
        self, status: int, problem: Mapping[str, Any], retry_after: str | None = None
    ) -> None:
        self.status = status
        self.problem = problem
        self.retry_after = retry_after
        super().__init__(
            str(problem.get("detail") or problem.get("title") or f"HTTP status {status}")
            + self._hint()
        )

    def _hint(self) -> str:
        return f" (HTTP {self.status})"


class Refused(AnswerError):
    """A request that the server does not understand (4xx); `problem["errors"]` names the
    parameters.
    """

    exit_code = 2

    def _hint(self) -> str:
        return ""


class Missing(Refused):
    """Something that does not exist on this server (404): a compilation, a release, a gene, a
    sample group.
    """


class Ambiguous(Refused):
    """A name that means several things (300, 409); `problem` lists the choices."""

    def _hint(self) -> str:
        choices = self.problem.get("choices") or []
        return "; choose one of: " + ", ".join(_choice(one) for one in choices) if choices else ""


class Unavailable(AnswerError):
    """A server or shard that is busy or away (429, 502, 503, 504), also after the retries;
    `problem["shards"]` may name it.
    """

    def _hint(self) -> str:
        later = f"; try again in {self.retry_after} s" if (self.retry_after or "").isdigit() else ""
        return f" (HTTP {self.status}{later})"


_CLASSES: dict[int, type[AnswerError]] = {
    300: Ambiguous,
    404: Missing,
    409: Ambiguous,
    429: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def answer_error(response: httpx.Response) -> AnswerError:
    """The exception for an answer that is none; its body must have been read."""
    status = response.status_code
    kind = _CLASSES.get(status, Refused if 400 <= status < 500 else AnswerError)
    return kind(status, _problem(response), response.headers.get("Retry-After"))


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        found = response.json()
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    return {
        "status": response.status_code,
        "title": response.reason_phrase,
        "detail": response.text.strip()[:200],
    }


def _choice(one: object) -> str:
    return " ".join(str(value) for value in one.values()) if isinstance(one, dict) else str(one)
