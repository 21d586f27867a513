"""Tables with a row per junction whose columns have names, and the format `table`: any such table,
with a mapping of its columns and a convention that the user names.
"""

from dataclasses import dataclass, field

import numpy as np

from snapshard.errors import BadQuery
from snapshard.junction_files.cells import chromosomes, reads_or_none, strands, texts, whole_numbers
from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.format import MAPPED, JunctionFormat, ReadOptions, own_names
from snapshard.junction_files.introns import Introns
from snapshard.rows import Rows


@dataclass(frozen=True)
class ColumnMap:
    """The names of columns, and the convention of their positions (see CONVENTIONS). motifs: the
    columns of the two bases at the left and at the right end.
    """

    chromosome: str
    start: str
    end: str
    strand: str | None = None
    reads: str | None = None
    positions: str = "intron"
    motifs: tuple[str, str] | None = field(default=None, kw_only=True)

    def introns(self, rows: Rows) -> Introns:
        """The intron of every row. Raises BadCell, and BadQuery for a column that the table lacks."""
        for name in (self.chromosome, self.start, self.end, self.strand, self.reads):
            if name is not None and name not in rows.columns:
                raise BadQuery("column", name, f"one of {', '.join(filter(None, rows.columns))}")
        convention = CONVENTIONS[self.positions]
        return Introns(
            np.arange(len(rows)),
            chromosomes(rows, self.chromosome),
            whole_numbers(rows, self.start) + convention.start,
            whole_numbers(rows, self.end) + convention.end,
            strands(rows, self.strand),
            reads_or_none(rows, self.reads),
            None if self.motifs is None else self._motifs(rows, *self.motifs),
        )

    def _motifs(self, rows: Rows, left: str, right: str) -> list[str]:
        ends = zip(texts(rows, left), texts(rows, right), strict=True)
        return [f"{first}/{last}" for first, last in ends]


def _read(rows: Rows, options: ReadOptions) -> Introns:
    if not options.columns:
        raise BadQuery("column", "", "the columns chromosome, start and end by their names")
    names = options.columns
    chromosome, start, end = (names[name] for name in MAPPED[:3])
    strand, reads = names.get("strand"), names.get("reads")
    return ColumnMap(chromosome, start, end, strand, reads, options.positions).introns(rows)


TABLE = JunctionFormat(
    "table",
    "any table with a row per junction; name its columns and how it counts",
    "as the option `positions` says",
    "the user",
    lambda head: False,
    own_names,
    _read,
)
