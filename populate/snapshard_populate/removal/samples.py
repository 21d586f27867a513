"""The samples of a release that are to be removed, and the tables of those that remain."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from snapshard.errors import BadQuery, NotFound
from snapshard_populate.formats import GroupLine
from snapshard_populate.formats.samples import KEY
from snapshard_populate.merging import SampleRow, group_columns, groups_by
from snapshard_populate.releases import StoredRelease

_MOST_NAMED = 5


@dataclass(frozen=True)
class Removal:
    """The samples to remove from a release, and those that remain, by rail_id. Raises BadQuery if none
    would remain.
    """

    removed: frozenset[int]
    remaining: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.remaining:
            raise BadQuery("sample", f"all {len(self.removed)}", "samples of which some remain")

    def __str__(self) -> str:
        count = len(self.removed)
        return f"{count} samples" if count > 1 else "1 sample"


def find_samples(release: StoredRelease, names: Iterable[str], column: str = KEY) -> Removal:
    """The samples whose cells in a column of the samples file are these names; a name of several
    samples, such as a donor's, stands for all of them.

    Raises NotFound for names that no sample has, BadQuery for a column that the file lacks.
    """
    columns, *lines = release.samples()
    if column not in columns:
        raise BadQuery("column", column, f"one of {', '.join(columns)}")
    number, wanted = columns.index(column), frozenset(names)
    missing = sorted(wanted - {cells[number] for cells in lines})
    if missing:
        few = ", ".join(missing[:_MOST_NAMED])
        raise NotFound(f"sample of {release.name} with this {column}", few)
    removed = frozenset(int(cells[0]) for cells in lines if cells[number] in wanted)
    rail_ids = (int(cells[0]) for cells in lines)
    return Removal(removed, tuple(rail_id for rail_id in rail_ids if rail_id not in removed))


def remaining_sample_lines(release: StoredRelease, removal: Removal) -> Iterator[str]:
    """Yields the lines of the samples file without the removed samples."""
    columns, *lines = release.samples()
    yield "\t".join(columns) + "\n"
    for cells in lines:
        if int(cells[0]) not in removal.removed:
            yield "\t".join(cells) + "\n"


def remaining_groups(release: StoredRelease, removal: Removal) -> list[GroupLine]:
    """The groups without the removed samples; those without a member are left out.

    Groups that are the values of columns are made again, so that no name tells of one that is gone.
    """
    groups = release.groups()
    columns, *lines = release.samples()
    by = group_columns(columns, groups)
    if by:
        return groups_by(columns, _sample_rows(lines, removal.removed), by)
    remaining = (
        GroupLine(group.name, group.long_name, _without(group.members, removal.removed))
        for group in groups
    )
    return [group for group in remaining if group.members]


def _sample_rows(lines: Iterable[tuple[str, ...]], removed: Collection[int]) -> Iterator[SampleRow]:
    for cells in lines:
        if int(cells[0]) not in removed:
            yield SampleRow(int(cells[0]), cells)


def _without(members: Sequence[int], removed: Collection[int]) -> tuple[int, ...]:
    return tuple(member for member in members if member not in removed)
