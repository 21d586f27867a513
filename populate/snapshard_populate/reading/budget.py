"""The number of bad lines that a load tolerates."""

from collections.abc import Callable

from snapshard.errors import BadRow


def _ignore(_: BadRow) -> None:
    """Report nothing."""


class ErrorBudget:
    """The count of bad lines in a load: each is reported, and the first one over `max_errors` ends
    the load.
    """

    def __init__(self, max_errors: int = 0, *, report: Callable[[BadRow], None] = _ignore) -> None:
        self.max_errors = max_errors
        self.spent = 0
        self._report = report

    def spend(self, bad: BadRow) -> None:
        """Report one bad line. Raises BadRow, with the count, once the budget is exceeded."""
        self.spent += 1
        self._report(bad)
        if self.spent <= self.max_errors:
            return
        if self.max_errors:
            count = f"bad row number {self.spent}; --max-errors allows {self.max_errors}"
            bad = BadRow(bad.file, bad.line, f"{bad.reason} ({count})")
        raise bad
