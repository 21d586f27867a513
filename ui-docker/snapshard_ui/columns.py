"""The columns of an answer, and how rows come to have them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from snapshard.errors import BadQuery
from snapshard.filters import CLASS
from snapshard.index import Index
from snapshard.junction import COLUMNS, NAME, SUMMARY, Column, ColumnType, annotation_class
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows

STABLE_NAME = Column(
    NAME,
    ColumnType.TEXT,
    "stable name: assembly, chromosome, first and last base of the intron, strand",
)
RAIL_ID = Column("rail_id", ColumnType.INTEGER, "sample (tidy rows)")
COVERAGE = Column(
    "coverage", ColumnType.INTEGER, "reads of the junction in that sample (tidy rows)"
)
CHOOSABLE = {column.name: column for column in (*COLUMNS, CLASS, STABLE_NAME)}
ALL = {**CHOOSABLE, RAIL_ID.name: RAIL_ID, COVERAGE.name: COVERAGE}
DEFAULT = (*SUMMARY, CLASS.name, NAME)
TIDY_DEFAULT = ("snaptron_id", "chromosome", "start", "end", "strand")
ID = "snaptron_id"
_JUNCTION_BYTES = 45
"""What a tidy row or a name says of its junction, about."""


class Shape(StrEnum):
    """One row per junction, or one row per junction and sample."""

    WIDE = "wide"
    TIDY = "tidy"


@dataclass(frozen=True)
class Choice:
    """What an answer shows of each junction."""

    columns: tuple[str, ...]
    shape: Shape = Shape.WIDE

    def __post_init__(self) -> None:
        for name in self.columns:
            if name not in CHOOSABLE:
                raise BadQuery("columns", name, f"some of {', '.join(CHOOSABLE)}")
        if len(set(self.columns)) < len(self.columns):
            raise BadQuery("columns", ",".join(self.columns), "each column once")
        if self.shape is Shape.TIDY and "samples" in self.columns:
            raise BadQuery(
                "columns", "samples", "other columns: tidy rows have rail_id and coverage instead"
            )

    @property
    def written(self) -> tuple[Column, ...]:
        """The columns in the order of the answer."""
        tidy = (RAIL_ID, COVERAGE) if self.shape is Shape.TIDY else ()
        return (*[CHOOSABLE[name] for name in self.columns], *tidy)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The columns to ask for: those of the answer, and the id by which a page ends."""
        return self.columns if ID in self.columns else (*self.columns, ID)

    def size(self, text: bytes) -> int:
        """About how many bytes these rows take as text: tidy rows repeat the junction for every
        sample, names are made of it.
        """
        repeated = (
            text.count(b":")
            if self.shape is Shape.TIDY
            else text.count(b"\n")
            if NAME in self.columns
            else 0
        )
        return len(text) + _JUNCTION_BYTES * repeated

    def stored(self, query: Query) -> bool:
        """Whether stored columns suffice; samples, and statistics over some of them, need the whole
        rows.
        """
        return self.shape is Shape.WIDE and "samples" not in self.columns and query.samples is None

    def read(
        self, index: Index, release: Release, query: Query, *, limit: int | None = None
    ) -> Iterator[Rows]:
        """Matching rows with at least the columns of the answer, lazily, in genome order."""
        if self.stored(query):
            return index.summaries(
                release, query, columns=self.asked if limit else self.columns, limit=limit
            )
        return index.rows(release, query, limit=limit)

    def shown(self, rows: Rows, release: Release) -> Rows:
        """The rows as the answer shows them."""
        if self.shape is Shape.TIDY:
            return tidy(with_columns(rows, (*self.columns, "samples"), release))
        return with_columns(rows, self.columns, release)


def with_columns(rows: Rows, columns: Sequence[str], release: Release) -> Rows:
    """The rows with these columns; class and name are made of the others where the rows do not have
    them.
    """
    wanted = tuple(columns)
    if wanted == rows.columns or not rows.text:
        return Rows(rows.text, wanted)
    cells = dict(zip(rows.columns, rows.cells(), strict=True))
    if CLASS.name in wanted and CLASS.name not in cells:
        cells[CLASS.name] = _classes(rows, cells["strand"])
    if NAME in wanted and NAME not in cells:
        places = zip(
            cells["chromosome"], cells["start"], cells["end"], cells["strand"], strict=True
        )
        cells[NAME] = [b"%s:%s:%s-%s:%s" % (release.assembly.encode(), *place) for place in places]
    lines = zip(*[cells[name] for name in wanted], strict=True)
    return Rows(b"".join([b"\t".join(line) + b"\n" for line in lines]), wanted)


def _classes(rows: Rows, strands: list[bytes]) -> list[bytes]:
    known = (
        rows.flags(name).tolist() for name in ("annotated", "left_annotated", "right_annotated")
    )
    return [
        annotation_class(pair=pair, left=left, right=right, strand=strand.decode()).encode()
        for pair, left, right, strand in zip(*known, strands, strict=True)
    ]


def tidy(rows: Rows) -> Rows:
    """A row per pair of rows whose last column is `samples`, in record order: the columns before
    it, rail_id and coverage.
    """
    lines = []
    for line in rows.lines():
        before, _, samples = line[:-1].rpartition(b"\t")
        lines.append(samples.replace(b":", b"\t").replace(b",", b"\n" + before + b"\t"))
    columns = (*rows.columns[:-1], RAIL_ID.name, COVERAGE.name)
    text = b"".join(lines)
    return Rows(text[1:] + b"\n" if text else b"", columns)
