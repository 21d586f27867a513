"""The spellings of chromosomes in a source, and the one name that each of them is stored under.

Rows are renamed as they are read, before they are checked and ordered, so that everything after the
readers sees one name for each chromosome. The order of a source is checked on that name.
"""

from collections import Counter
from itertools import pairwise

import numpy as np

from snapshard.chromosome import chromosome_name
from snapshard.errors import BadRegion
from snapshard.pairs import PADDING
from snapshard.rows import Rows
from snapshard_populate.reading.checks import LONGEST_NAME, chromosomes, run_starts
from snapshard_populate.reading.fields import Mask, quoted

_MOST_NAMED = 30
"""New names that a notice lists."""


class Spellings:
    """The spellings that one source has for chromosomes so far.

    `rows` counts the rows of every spelling that is not the name under which they are stored, and
    `added_bytes` by how much renaming has lengthened them.
    """

    def __init__(self, assembly: str | None) -> None:
        self.assembly = assembly
        self.rows: Counter[str] = Counter()
        self.added_bytes = 0
        self._names: dict[str, str] = {}
        self._reasons: dict[str, str] = {}

    @property
    def names(self) -> frozenset[str]:
        """The names of the chromosomes so far, each in its one spelling."""
        return frozenset(self._names.values())

    def of(self, name: str) -> list[str]:
        """The spellings of one chromosome, in the order of the source."""
        return [spelling for spelling, one_name in self._names.items() if one_name == name]

    def renamed(self) -> dict[str, str]:
        """The one name by each spelling that differs from it, in the order of the source."""
        return {spelling: self._names[spelling] for spelling in self.rows}

    def notices(self, noun: str = "row") -> list[str]:
        """What a load must report: the names that were given to rows (or another noun), and
        chromosomes that the source spells in several ways.
        """
        if not self.rows:
            return []
        renamed = [f"{spelling} to {name}" for spelling, name in self.renamed().items()]
        examples = ", ".join(renamed[:_MOST_NAMED] + ["…"] * (len(renamed) > _MOST_NAMED))
        total = self.rows.total()
        rows = f"{total:,} {noun}s" if total > 1 else f"1 {noun}"
        notices = [f"chromosomes were renamed in {rows}: {examples}"]
        for name in dict.fromkeys(self.renamed().values()):
            if len(spellings := self.of(name)) > 1:
                notices.append(f"{name} is named {' and '.join(spellings)}")
        return notices

    def reason(self, spelling: str) -> str:
        """The reason why rows with a spelling are refused; empty for any other."""
        return self._reasons.get(spelling, "")

    def name(self, spelling: str) -> str:
        """The one name of a chromosome; the spelling itself if it is refused (see `reason`)."""
        if spelling not in self._names:
            try:
                self._names[spelling] = chromosome_name(spelling, self.assembly)
            except BadRegion as error:
                self._names[spelling] = spelling
                self._reasons[spelling] = _reason(spelling, error)
        return self._names[spelling]

    def rename(self, spelling: str) -> str:
        """The one name of the chromosome of one line, which is counted like a row. Raises ValueError
        for a chromosome that is refused.
        """
        name = self.name(spelling)
        if reason := self.reason(spelling):
            raise ValueError(reason)
        if name != spelling:
            self.rows[spelling] += 1
        return name

    def unify_lines(self, text: bytes) -> bytes:
        """Lines whose first column is a chromosome, on the names of their chromosomes; comments stay."""
        lines = text.splitlines(keepends=True)
        return b"".join(
            [line if line.startswith(b"#") else self._unify_line(line) for line in lines]
        )

    def _unify_line(self, line: bytes) -> bytes:
        spelling, tab, rest = line.partition(b"\t")
        return (
            self.name(spelling.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
            + tab
            + rest
        )

    def unify(self, rows: Rows) -> tuple[Rows, Mask]:
        """The rows on the names of their chromosomes, and the mask of those that are not refused."""
        spellings = chromosomes(rows)
        bounds = [*run_starts(spellings).tolist(), len(spellings)]
        runs = [text.decode("utf-8", "replace") for text in spellings[bounds[:-1]].tolist()]
        good = np.ones(len(spellings), np.bool_)
        renamed: list[tuple[int, int, bytes]] = []
        for (first, last), spelling in zip(pairwise(bounds), runs, strict=True):
            # A longer name is truncated here, and refused by the check of its form.
            if len(spelling) > LONGEST_NAME or (name := self.name(spelling)) == spelling:
                good[first:last] = not self.reason(spelling)
                continue
            self.rows[spelling] += last - first
            self.added_bytes += (len(name.encode()) - len(spelling.encode())) * (last - first)
            renamed.append((first, last, name.encode()))
        return _rename(rows, renamed), good


def _rename(rows: Rows, runs: list[tuple[int, int, bytes]]) -> Rows:
    """The rows with a new name in some runs of rows: the first row, the one after the last, the name."""
    # Canonical names are the rule: their text is passed on as it is.
    if not runs:
        return rows
    _, starts, ends = rows.spans("chromosome")
    text, pieces, position = memoryview(rows.text), list[memoryview | bytes](), 0
    for first, last, name in runs:
        fields = (starts[first:last] - PADDING).tolist(), (ends[first:last] - PADDING).tolist()
        for start, end in zip(*fields, strict=True):
            pieces += (text[position:start], name)
            position = end
    return Rows(b"".join([*pieces, text[position:]]), rows.columns)


def _reason(spelling: str, error: BadRegion) -> str:
    return f"chromosome: expected {error.expected}, got {quoted(spelling)}"
