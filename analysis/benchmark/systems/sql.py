"""Questions as SQL over one table of the 17 columns, in the ancestor's way; SQLite, PostgreSQL and
DuckDB all take it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from analysis.benchmark.question import Question
from analysis.benchmark.systems import script
from analysis.benchmark.systems.system import peak_of
from snapshard.junction import SAMPLES, SUMMARY
from snapshard.match import Match

Fetch = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
"""Runs a statement with `?` for its values, and fetches all rows."""

_MATCHES = {
    Match.CONTAINS: ('start >= ? AND "end" <= ?', lambda region: (region.start, region.end)),
    Match.OVERLAP: ('start <= ? AND "end" >= ?', lambda region: (region.end, region.start)),
    Match.EXACT: ('start = ? AND "end" = ?', lambda region: (region.start, region.end)),
}
_NO_SAMPLES = ", ".join(f'"{name}"' for name in SUMMARY)


def condition(question: Question) -> tuple[str, list[object]]:
    """The WHERE of a question, and its values."""
    parts, values = ["1 = 1"], []
    for region in question.regions:
        text, bounds = _MATCHES[question.match]
        parts.append(f"chromosome = ? AND {text}")
        values += [region.chrom, *bounds(region)]
    for one in question.filters:
        parts.append(f'"{one.column}" {one.operator} ?')
        values.append(one.operand)
    if question.ids:
        parts.append(f"snaptron_id IN ({', '.join('?' * len(question.ids))})")
        values += question.ids
    return " AND ".join(parts), values


class SqlSession:
    """One table in a database that speaks SQL; what SQL has no word for, a script does with the
    rows.
    """

    def __init__(self, fetch: Fetch, groups: dict[str, set[int]]) -> None:
        self._fetch = fetch
        self._groups = groups

    def rows(self, question: Question) -> list[tuple[Any, ...]]:
        """Every column, fetched at once."""
        return self._select("*", question)

    def summaries(self, question: Question) -> list[tuple[Any, ...]]:
        """Every column but the samples."""
        return self._select(_NO_SAMPLES, question)

    def count(self, question: Question) -> int:
        """Counted by the database."""
        return int(self._select("count(*)", question)[0][0])

    def subset(self, question: Question) -> list[list[object]]:
        """Fetched whole, cut by the script."""
        return script.subset(self.rows(question), question.samples)

    def coverage(self, question: Question) -> script.Coverage:
        """The sample list of one row, taken apart."""
        return self._coverage(question.region)

    def psi(self, question: Question) -> dict[int, float]:
        """Three rows, and the script's arithmetic."""
        return script.psi(*[self._coverage(region) for region in question.regions])

    def tissues(self, question: Question) -> dict[str, tuple[int, int]]:
        """One row, counted by tissue."""
        return script.tissues(self._coverage(question.region), self._groups)

    def export(self, question: Question) -> list[tuple[Any, ...]]:
        """Every row, fetched at once."""
        return self.rows(question)

    def peak_memory(self) -> int:
        """Of this process, in which the rows arrive."""
        return peak_of()

    def _coverage(self, region: Any) -> script.Coverage:
        (row,) = self.rows(Question("", (region,), Match.EXACT))
        return script.pairs(row[SAMPLES])

    def _select(self, columns: str, question: Question) -> list[tuple[Any, ...]]:
        where, values = condition(question)
        return self._fetch(f"SELECT {columns} FROM junction WHERE {where}", values)
