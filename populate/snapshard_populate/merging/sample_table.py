"""The files `samples.tsv` and `samples.groups.tsv` of a compilation that is made of junction files."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard_populate.formats import GroupLine
from snapshard_populate.formats.samples import KEY, MISSING

_SEPARATOR = ": "
"""Stands between column and value in the long name of a group."""


@dataclass(frozen=True)
class SampleRow:
    """A sample of a release: its number, and its cells in the metadata."""

    rail_id: int
    cells: tuple[str, ...]


def sample_lines(columns: Sequence[str], samples: Iterable[SampleRow]) -> Iterator[str]:
    """Yields the lines of `samples.tsv`: the number of each sample first, then its other cells."""
    others = [number for number, name in enumerate(columns) if name != KEY]
    yield "\t".join([KEY, *(columns[number] for number in others)]) + "\n"
    for sample in samples:
        cells = (sample.cells[number] for number in others)
        yield "\t".join([str(sample.rail_id), *cells]) + "\n"


def groups_by(
    columns: Sequence[str], samples: Iterable[SampleRow], by: Sequence[str]
) -> list[GroupLine]:
    """A group for each value of each of the columns `by`; a value of several columns gets the column's
    name behind it. Raises BadQuery for a column that the samples lack.
    """
    members: dict[tuple[str, str], list[int]] = {}
    rows = list(samples)
    for column in by:
        if column not in columns:
            raise BadQuery("group-by", column, f"one of the columns {', '.join(columns)}")
        number = columns.index(column)
        for sample in rows:
            if sample.cells[number] not in MISSING:
                members.setdefault((column, sample.cells[number]), []).append(sample.rail_id)
    counts = Counter(value for _, value in members)
    return [
        GroupLine(
            value if counts[value] == 1 else f"{value} ({column})",
            f"{column}{_SEPARATOR}{value}",
            tuple(rail_ids),
        )
        for (column, value), rail_ids in sorted(members.items())
    ]


def group_columns(columns: Sequence[str], groups: Iterable[GroupLine]) -> tuple[str, ...] | None:
    """The columns whose values these groups are; None if they were not made by `groups_by`."""
    names = [group.long_name.partition(_SEPARATOR)[0] for group in groups]
    return tuple(dict.fromkeys(names)) if {*names} <= {*columns} else None


def group_lines(groups: Iterable[GroupLine]) -> Iterator[str]:
    """Yields the lines of `samples.groups.tsv`."""
    yield "group\tlong name\tsamples\trail_ids\n"
    for group in groups:
        ids = ",".join(map(str, group.members))
        yield f"{group.name}\t{group.long_name}\t{len(group.members)}\t{ids}\n"
