"""Questions as SQL over one table of 17 columns, as the ancestor wrote them; SQLite, PostgreSQL and
DuckDB all accept it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from analysis.benchmark.question import Question
from analysis.benchmark.systems import script
from analysis.benchmark.systems.system import peak_of
from snapshard.junction import SAMPLES, SUMMARY
from snapshard.match import Match

TABLE = """
CREATE TABLE junction (
    snaptron_id integer, chromosome text, start integer, "end" integer, length integer,
    strand text, annotated text, left_motif text, right_motif text, left_annotated text,
    right_annotated text, samples text, samples_count integer, coverage_sum integer,
    coverage_avg numeric, coverage_median numeric, source_dataset_id integer
)"""
Fetch = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
"""Runs a statement with a `?` for each value, and returns all rows."""

_MATCHES = {
    Match.CONTAINS: ('start >= ? AND "end" <= ?', lambda region: (region.start, region.end)),
    Match.OVERLAP: ('start <= ? AND "end" >= ?', lambda region: (region.end, region.start)),
    Match.EXACT: ('start = ? AND "end" = ?', lambda region: (region.start, region.end)),
}
_NO_SAMPLES = ", ".join(f'"{name}"' for name in SUMMARY)


def condition(question: Question) -> tuple[str, list[object]]:
    """The WHERE clause of a question, and its values."""
    parts, values = ["1 = 1"], []
    for region in question.regions:
        text, bounds = _MATCHES[question.match]
        parts.append(f"chromosome = ? AND {text}")
        values += [region.chrom, *bounds(region)]
    for filter in question.filters:
        parts.append(f'"{filter.column}" {filter.operator} ?')
        values.append(filter.operand)
    if question.ids:
        parts.append(f"snaptron_id IN ({', '.join('?' * len(question.ids))})")
        values += question.ids
    return " AND ".join(parts), values


class SqlSession:
    """One table in an SQL database; a script does the work that SQL cannot express."""

    def __init__(self, fetch: Fetch, groups: dict[str, set[int]]) -> None:
        self._fetch = fetch
        self._groups = groups

    def rows(self, question: Question) -> list[tuple[Any, ...]]:
        """All columns, fetched at once."""
        return self._select("*", question)

    def summaries(self, question: Question) -> list[tuple[Any, ...]]:
        """All columns except the samples."""
        return self._select(_NO_SAMPLES, question)

    def count(self, question: Question) -> int:
        """Counted by the database."""
        return int(self._select("count(*)", question)[0][0])

    def subset(self, question: Question) -> list[list[object]]:
        """Rows with all samples, which the script restricts."""
        return script.subset(self.rows(question), question.samples)

    def coverage(self, question: Question) -> script.Coverage:
        """The parsed sample list of one row."""
        return self._coverage(question.region)

    def psi(self, question: Question) -> dict[int, float]:
        """Computed by the script from three rows."""
        return script.psi(*[self._coverage(region) for region in question.regions])

    def tissues(self, question: Question) -> dict[str, tuple[int, int]]:
        """Computed by the script from one row."""
        return script.tissues(self._coverage(question.region), self._groups)

    def export(self, question: Question) -> list[tuple[Any, ...]]:
        """All rows, fetched at once."""
        return self.rows(question)

    def peak_memory(self) -> int:
        """The peak of this process, which receives the rows."""
        return peak_of()

    def _coverage(self, region: Any) -> script.Coverage:
        (row,) = self.rows(Question("", (region,), Match.EXACT))
        return script.pairs(row[SAMPLES])

    def _select(self, columns: str, question: Question) -> list[tuple[Any, ...]]:
        where, values = condition(question)
        return self._fetch(f"SELECT {columns} FROM junction WHERE {where}", values)
