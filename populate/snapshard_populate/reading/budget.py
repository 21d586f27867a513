"""What a load finds in its sources: bad lines, of which it tolerates some, and what it lets pass."""

from collections import Counter
from collections.abc import Callable, Iterable

from snapshard.errors import BadRow


def _ignore(_: BadRow) -> None:
    """Report nothing."""


class ErrorBudget:
    """The count of bad lines in a load: each is reported, and the first one over `max_errors` ends
    the load. `spent` counts them, and `spent_on` those of every file.

    `notices` are what was repaired or passed over, as sentences that begin with the file's name.
    """

    def __init__(self, max_errors: int = 0, *, report: Callable[[BadRow], None] = _ignore) -> None:
        self.max_errors = max_errors
        self.spent = 0
        self.spent_on: Counter[str] = Counter()
        self._report = report
        self._notices: dict[str, None] = {}

    @property
    def notices(self) -> tuple[str, ...]:
        """What was noted so far, each once."""
        return tuple(self._notices)

    def spend(self, bad: BadRow) -> None:
        """Report one bad line. Raises BadRow, with the count, once the budget is exceeded."""
        self.spent += 1
        self.spent_on[bad.file] += 1
        self._report(bad)
        if self.spent <= self.max_errors:
            return
        if self.max_errors:
            count = f"bad row number {self.spent}; --max-errors allows {self.max_errors}"
            bad = BadRow(bad.file, bad.line, f"{bad.reason} ({count})")
        raise bad

    def note(self, file: str, text: str) -> None:
        """Keep a notice about a file, whose folder stays private: notices are served to everybody."""
        self._notices[f"{file_name(file)}: {text}"] = None

    def keep(self, notices: Iterable[str]) -> None:
        """Keep notices of another budget."""
        self._notices |= dict.fromkeys(notices)


def file_name(location: str) -> str:
    """The name of a file without its folder, and without the query of its address."""
    return location.partition("?")[0].rstrip("/").rpartition("/")[2] or location
