"""Groups of samples (`samples.groups.tsv`): a line of column names, then lines of name, long name,
number of samples, and their rail_ids.

Snaptron's files name these columns differently from compilation to compilation, so only their order
counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from snapshard.errors import BadRow
from snapshard_populate.reading import ErrorBudget, Source

_NUMBERS = re.compile(r"[0-9,]*")
_COLUMNS = ("name", "long name", "number of samples", "rail_ids")


@dataclass(frozen=True)
class GroupLine:
    """One line of a groups file, with the members in the order of the file."""

    name: str
    long_name: str
    members: tuple[int, ...]


def read_groups(source: Source, *, errors: ErrorBudget) -> Iterator[GroupLine]:
    """Yields the groups of a file in its order.

    Bad lines, and groups with the name of an earlier one, are spent on the error budget. Members
    are not compared with the samples of the compilation, which may lack a samples file.
    """
    lines: dict[str, int] = {}
    for number, line in source.lines():
        fields = line.split("\t")
        if number == 1 and _are_column_names(fields):
            continue
        try:
            group = _parse_group(fields)
            if group.name in lines:
                first = f"(first on line {lines[group.name]})"
                raise ValueError(f"expected every group once, got {group.name!r} again {first}")
        except ValueError as error:
            errors.spend(BadRow(source.name, number, str(error)))
        else:
            lines[group.name] = number
            yield group


def _are_column_names(fields: list[str]) -> bool:
    # The wording of column names differs, but no name is made of digits and commas only.
    return not any(_NUMBERS.fullmatch(text) for text in fields[2:4])


def _parse_group(fields: list[str]) -> GroupLine:
    if len(fields) != len(_COLUMNS):
        raise ValueError(
            f"expected {len(_COLUMNS)} tab-separated columns ({', '.join(_COLUMNS)}), "
            f"got {len(fields)}"
        )
    name, long_name, count, ids = fields
    if not name:
        raise ValueError("expected a name of the group, got ''")
    members = tuple(_parse_rail_id(text) for text in ids.split(",")) if ids else ()
    if len(set(members)) != len(members):
        repeated = next(member for i, member in enumerate(members) if member in members[:i])
        raise ValueError(f"group {name!r}: expected every sample once, got {repeated} again")
    # A count that differs from the list shows that the list was truncated.
    if count != str(len(members)):
        raise ValueError(
            f"group {name!r}: expected {count} samples (third column), got {len(members)}"
        )
    return GroupLine(name, long_name, members)


def _parse_rail_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"expected rail_ids separated by commas, got {text[:80]!r}")
    return int(text)
