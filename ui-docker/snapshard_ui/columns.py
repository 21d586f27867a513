"""The vocabulary of columns, and rows as a response shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from snapshard.errors import BadQuery
from snapshard.filters import CLASS
from snapshard.junction import COLUMNS, NAME, SUMMARY, Column, ColumnType, annotation_class
from snapshard.name import name_prefix
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
"""The columns that a request can choose."""
ALL = {**CHOOSABLE, RAIL_ID.name: RAIL_ID, COVERAGE.name: COVERAGE}
DEFAULT = (*SUMMARY, CLASS.name, NAME)
TIDY_DEFAULT = ("snaptron_id", "chromosome", "start", "end", "strand")
ID = "snaptron_id"
_JUNCTION_BYTES = 45
"""Typical length of the columns that a tidy row repeats, and of a stable name."""


class Shape(StrEnum):
    """One row per junction, or one row per junction and sample."""

    WIDE = "wide"
    TIDY = "tidy"


@dataclass(frozen=True)
class Projection:
    """The columns and the shape of a response's rows. Raises BadQuery for columns that do not exist
    or do not go with the shape.
    """

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
    def header(self) -> tuple[Column, ...]:
        """The columns of the response, in its order."""
        tidy_columns = (RAIL_ID, COVERAGE) if self.shape is Shape.TIDY else ()
        return (*[CHOOSABLE[name] for name in self.columns], *tidy_columns)

    @cached_property
    def page_columns(self) -> tuple[str, ...]:
        """The columns to read for a page: those of the response, and the id for its `next`."""
        return self.columns if ID in self.columns else (*self.columns, ID)

    def text_size(self, text: bytes) -> int:
        """The approximate size in bytes of these rows in the response: tidy rows repeat the
        junction for every sample, and names are composed from other columns.
        """
        if self.shape is Shape.TIDY:
            return len(text) + _JUNCTION_BYTES * text.count(b":")
        if NAME in self.columns:
            return len(text) + _JUNCTION_BYTES * text.count(b"\n")
        return len(text)

    def reads_stored_columns(self, query: Query) -> bool:
        """Whether the database's columns suffice. Samples, and statistics over some of them, need
        the whole rows.
        """
        return self.shape is Shape.WIDE and "samples" not in self.columns and query.samples is None

    def project(self, rows: Rows, release: Release) -> Rows:
        """The rows with the columns and the shape of the response."""
        if self.shape is Shape.TIDY:
            return tidy(with_columns(rows, (*self.columns, "samples"), release))
        return with_columns(rows, self.columns, release)


def with_columns(rows: Rows, columns: Sequence[str], release: Release) -> Rows:
    """The rows with these columns. Class and stable name are composed from other columns if the
    rows lack them.
    """
    names = tuple(columns)
    # Usually the database sends exactly the columns of the response, and the text stays untouched.
    if names == rows.columns or not rows.text:
        return Rows(rows.text, names)
    cells = dict(zip(rows.columns, rows.cells(), strict=True))
    if CLASS.name in names and CLASS.name not in cells:
        cells[CLASS.name] = _classes(rows, cells["strand"])
    if NAME in names and NAME not in cells:
        loci = zip(*[cells[part] for part in ("chromosome", "start", "end", "strand")], strict=True)
        prefix = name_prefix(release.assembly).encode()
        cells[NAME] = [b"%s%s:%s-%s:%s" % (prefix, *locus) for locus in loci]
    lines = zip(*[cells[name] for name in names], strict=True)
    return Rows(b"".join([b"\t".join(line) + b"\n" for line in lines]), names)


def _classes(rows: Rows, strands: list[bytes]) -> list[bytes]:
    flags = [
        rows.flags(name).tolist() for name in ("annotated", "left_annotated", "right_annotated")
    ]
    return [
        annotation_class(pair=pair, left_end=start, right_end=end, strand=strand.decode()).encode()
        for pair, start, end, strand in zip(*flags, strands, strict=True)
    ]


def tidy(rows: Rows) -> Rows:
    """One row per junction and sample, from rows whose last column is `samples`: the columns before
    it, then rail_id and coverage.
    """
    # Samples are `,rail_id:coverage` in a row. Replacing each comma by a newline and the junction
    # makes all of a junction's rows at once; the newline before the first of all is cut off.
    lines = []
    for line in rows.lines():
        junction, _, samples = line[:-1].rpartition(b"\t")
        lines.append(samples.replace(b":", b"\t").replace(b",", b"\n" + junction + b"\t"))
    columns = (*rows.columns[:-1], RAIL_ID.name, COVERAGE.name)
    text = b"".join(lines)
    return Rows(text[1:] + b"\n" if text else b"", columns)
