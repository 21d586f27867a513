"""How many bad lines a load puts up with."""

from collections.abc import Callable

from snapshard.errors import BadRow


def _silent(_: BadRow) -> None:
    """Tell nobody."""


class ErrorBudget:
    """The bad lines of a load so far: each is reported, and the first one over the budget ends the
    load.
    """

    def __init__(self, max_errors: int = 0, *, report: Callable[[BadRow], None] = _silent) -> None:
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
            bad = BadRow(
                bad.file,
                bad.line,
                f"{bad.reason} (bad row number {self.spent}; --max-errors allows {self.max_errors})",
            )
        raise bad
