"""Groups of samples (`samples.groups.tsv`): a line of column names, then lines of name, long name,
number of samples, and their rail_ids.

Snaptron's files name these columns differently from compilation to compilation, so only their order
counts.
"""

import re
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

from snapshard.errors import BadRow
from snapshard.junction import MOST_DIGITS, parse_id
from snapshard_populate.reading import ErrorBudget, Source

_NUMBERS = re.compile(r"[0-9,]*")
_COLUMNS = ("name", "long name", "number of samples", "rail_ids")


@dataclass(frozen=True)
class GroupLine:
    """One line of a groups file, with the members in the order of the file."""

    name: str
    long_name: str
    members: tuple[int, ...]


def read_groups(
    source: Source, *, errors: ErrorBudget, samples: Set[int] | None = None
) -> Iterator[GroupLine]:
    """Yields the groups of a file in its order.

    Bad lines and groups with the name of an earlier one are spent on the error budget. Members that
    are none of the samples (None: unknown) are left out and noted: they would count in N, and can
    never count in n.
    """
    lines: dict[str, int] = {}
    for number, line in source.lines(errors):
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
            unknown = set() if samples is None else {*group.members} - samples
            if unknown:
                errors.note(source.name, _unknown_text(number, group, unknown))
            yield replace(group, members=tuple(m for m in group.members if m not in unknown))


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
        repeated = next(member for member, count in Counter(members).items() if count > 1)
        raise ValueError(f"group {name!r}: expected every sample once, got {repeated} again")
    # A count that differs from the list shows that the list was truncated.
    if count != str(len(members)):
        raise ValueError(
            f"group {name!r}: expected {count} samples (third column), got {len(members)}"
        )
    return GroupLine(name, long_name, members)


def _parse_rail_id(text: str) -> int:
    rail_id = parse_id(text)
    if rail_id is None:
        expected = f"expected rail_ids of at most {MOST_DIGITS} digits, separated by commas"
        raise ValueError(f"{expected}, got {text[:80]!r}")
    return rail_id


def _unknown_text(line: int, group: GroupLine, unknown: Set[int]) -> str:
    more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
    return (
        f"line {line}: group {group.name!r} has sample {min(unknown)}{more}, which the samples file "
        "lacks, and which was left out"
    )
