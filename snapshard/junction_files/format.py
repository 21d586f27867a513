"""A format of junction files: how it is recognised, and how its rows become introns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from snapshard.errors import BadQuery
from snapshard.junction_files.convention import CONVENTIONS
from snapshard.junction_files.introns import Introns
from snapshard.junction_files.table import Head
from snapshard.rows import Rows

READ_KINDS = ("unique", "multi", "both")
"""The reads that STAR counts apart: mapped to one place, to several, or both together."""
MAPPED = ("chromosome", "start", "end", "strand", "reads")
"""What a column of a table can be mapped to."""


@dataclass(frozen=True)
class ReadOptions:
    """What a reader may be told. Raises BadQuery.

    star_reads: which reads of STAR to count. min_overhang: STAR's junctions with a shorter overhang
    are left out. columns: for a table, the names of its columns by those in MAPPED; positions: how
    it counts, one of CONVENTIONS.
    """

    star_reads: str = "unique"
    min_overhang: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    positions: str = "intron"

    def __post_init__(self) -> None:
        if self.star_reads not in READ_KINDS:
            raise BadQuery("star_reads", self.star_reads, f"one of {', '.join(READ_KINDS)}")
        if self.positions not in CONVENTIONS:
            raise BadQuery("positions", self.positions, f"one of {', '.join(CONVENTIONS)}")
        for name in self.columns:
            if name not in MAPPED:
                raise BadQuery("column", name, f"one of {', '.join(MAPPED)}")
        missing = [name for name in MAPPED[:3] if self.columns and name not in self.columns]
        if missing:
            raise BadQuery("column", ",".join(self.columns), f"also {' and '.join(missing)}")


@dataclass(frozen=True)
class JunctionFormat:
    """One format.

    positions: how it counts, for people. source: where that is written. fits: whether a file that
    starts like this is of the format. columns: the names of its columns. read: the introns of rows;
    raises BadCell. needs_names: the columns are found by their names, so that a file that does not
    fit cannot be read even if a user names the format.
    """

    name: str
    meaning: str
    positions: str
    source: str
    fits: Callable[[Head], bool]
    columns: Callable[[Head], tuple[str, ...]]
    read: Callable[[Rows, ReadOptions], Introns]
    needs_names: bool = False


def own_names(head: Head) -> tuple[str, ...]:
    """The names of the columns that the file's header gives."""
    return head.columns


def fixed_names(names: tuple[str, ...]) -> Callable[[Head], tuple[str, ...]]:
    """The names of the first columns of a file without header; further ones are numbered."""

    def columns(head: Head) -> tuple[str, ...]:
        return (*names[: len(head.columns)], *head.columns[len(names) :])

    return columns
