"""Groups of samples (`samples.groups.tsv`): a line of column names, then name, long name, number of
samples, their rail_ids.

Snaptron's files name these columns differently from compilation to compilation; only their places
count.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from snapshard.errors import BadRow
from snapshard_populate.reading import ErrorBudget, Source

_NUMBERS = re.compile(r"[0-9,]*")
_COLUMNS = ("name", "long name", "number of samples", "rail_ids")


@dataclass(frozen=True)
class GroupLine:
    """A group that queries may name, and its members in the order of the file."""

    name: str
    long_name: str
    members: tuple[int, ...]


def read_groups(source: Source, *, errors: ErrorBudget) -> Iterator[GroupLine]:
    """The groups of a file, in its order. Bad lines, and groups of the name of an earlier one, are
    spent on the error budget.
    """
    first: dict[str, int] = {}
    for number, line in source.lines():
        fields = line.split("\t")
        if number == 1 and _names_columns(fields):
            continue
        try:
            group = _group(fields)
            if group.name in first:
                raise ValueError(
                    f"expected every group once, got {group.name!r} again (first on line {first[group.name]})"
                )
        except ValueError as error:
            errors.spend(BadRow(source.name, number, str(error)))
        else:
            first[group.name] = number
            yield group


def unknown_members(
    groups: Iterable[GroupLine], known: Container[int]
) -> dict[str, tuple[int, ...]]:
    """By group name, the members that are no sample of the compilation; groups that have none such
    are left out.
    """
    unknown = {
        group.name: tuple(member for member in group.members if member not in known)
        for group in groups
    }
    return {name: members for name, members in unknown.items() if members}


def _names_columns(fields: list[str]) -> bool:
    return not any(_NUMBERS.fullmatch(text) for text in fields[2:4])


def _group(fields: list[str]) -> GroupLine:
    if len(fields) != len(_COLUMNS):
        raise ValueError(
            f"expected {len(_COLUMNS)} tab-separated columns ({', '.join(_COLUMNS)}), got {len(fields)}"
        )
    name, long_name, count, ids = fields
    if not name:
        raise ValueError("expected a name of the group, got ''")
    members = tuple(_rail_id(text) for text in ids.split(",")) if ids else ()
    if len(set(members)) != len(members):
        twice = next(member for place, member in enumerate(members) if member in members[:place])
        raise ValueError(f"group {name!r}: expected every sample once, got {twice} again")
    if count != str(len(members)):
        raise ValueError(
            f"group {name!r}: expected {count} samples as the third column says, got {len(members)}"
        )
    return GroupLine(name, long_name, members)


def _rail_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"expected rail_ids separated by commas, got {text[:80]!r}")
    return int(text)
