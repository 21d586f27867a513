"""The client's errors and warnings.

SnapshardError
  ServerUnreachable      no response
  AnswerError            an error response; carries the server's problem document
    Refused              4xx
      Missing            404
      Ambiguous          300, 409
    Unavailable          429, 502, 503, 504
  Interrupted            an incomplete response
    Damaged              a response with a wrong checksum
  BadFile                a file of an export that cannot be written or resumed
UserWarning
  Truncated, Partial     a response that is shorter than the result
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from snapshard.errors import SnapshardError

if TYPE_CHECKING:
    import httpx


class Truncated(UserWarning):
    """A response that was truncated at the caller's limit: there is more."""


class Partial(UserWarning):
    """A response without the rows of unavailable shards, which the caller allowed."""


class ServerUnreachable(SnapshardError):
    """No response: wrong URL, server down, network down."""

    def __init__(self, server: str, reason: str) -> None:
        self.server = server
        super().__init__(
            f"no response from {server}: {reason}; check the URL and that the server is running"
        )


class BadFile(SnapshardError):
    """A file of an export that cannot be written or resumed. The message names the next step."""


class Interrupted(SnapshardError):
    """A response that ended too early: the connection or a shard was lost."""


class Damaged(Interrupted):
    """A response whose checksum differs from the server's."""


class AnswerError(SnapshardError):
    """An error response: `status` is the HTTP status, `problem` the problem document (RFC 9457)."""

    def __init__(
        self, status: int, problem: Mapping[str, Any], retry_after: str | None = None
    ) -> None:
        self.status = status
        self.problem = problem
        self.retry_after = retry_after
        message = problem.get("detail") or problem.get("title") or f"HTTP status {status}"
        super().__init__(f"{message}{self._hint()}")

    def _hint(self) -> str:
        return f" (HTTP {self.status})"


class Refused(AnswerError):
    """A request that the server does not accept (4xx). `problem["errors"]` names the parameters."""

    exit_code = 2

    def _hint(self) -> str:
        return ""


class Missing(Refused):
    """Not found (404): a compilation, release, gene, sample group or chromosome."""


class Ambiguous(Refused):
    """An ambiguous name (300, 409). `problem["choices"]` lists the choices."""

    def _hint(self) -> str:
        choices = self.problem.get("choices") or []
        return f"; choose one of: {', '.join(map(_choice, choices))}" if choices else ""


class Unavailable(AnswerError):
    """A busy or unavailable server or shard (429, 502, 503, 504), after all retries.

    `problem["shards"]` may name the shard.
    """

    def _hint(self) -> str:
        retry = f"; retry in {self.retry_after} s" if (self.retry_after or "").isdigit() else ""
        return f" (HTTP {self.status}{retry})"


_CLASSES: dict[int, type[AnswerError]] = {
    300: Ambiguous,
    404: Missing,
    409: Ambiguous,
    429: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def answer_error(response: "httpx.Response") -> AnswerError:
    """The exception for an error response, whose body must have been read."""
    status = response.status_code
    default = Refused if 400 <= status < 500 else AnswerError
    error_class = _CLASSES.get(status, default)
    return error_class(status, _problem(response), response.headers.get("Retry-After"))


def _problem(response: "httpx.Response") -> Mapping[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict):
        return problem
    return {
        "status": response.status_code,
        "title": response.reason_phrase,
        "detail": response.text.strip()[:200],
    }


def _choice(choice: object) -> str:
    return " ".join(map(str, choice.values())) if isinstance(choice, dict) else str(choice)
