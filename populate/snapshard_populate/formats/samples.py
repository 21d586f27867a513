"""The table of samples (`samples.tsv`), and the types of its columns."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from snapshard.errors import BadRow, BadSource
from snapshard.junction import parse_id
from snapshard_populate.reading import ErrorBudget, Source

KEY = "rail_id"
MISSING = ("", "NA")
TYPES = ("i", "f", "t")
"""Whole numbers, decimals, text: the letters of Snaptron's types files."""
# A pseudo-field of those files, which stands for the text of all columns.
_ALL = "all"
# Rows at a time when types are inferred, so that a table of 300,000 samples needs little memory.
_BATCH = 10_000
_INTEGER = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class SampleField:
    """A column of the table: its name, and its type as one of TYPES."""

    name: str
    type: str


@dataclass(frozen=True)
class SampleTable:
    """A well-formed samples file: its bytes, its columns, and the rail_ids of its rows."""

    content: bytes
    fields: tuple[SampleField, ...]
    rail_ids: tuple[int, ...]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yields the text of every sample's columns, in the order of the file, which is that of the
        rail_ids.
        """
        # splitlines() would also split at other line separators of Unicode, which text may contain.
        for line in self.content.decode().split("\n")[1:-1]:
            yield tuple(line.split("\t"))


def read_samples(
    source: Source, *, errors: ErrorBudget, types: dict[str, str] | None = None
) -> SampleTable:
    """The samples file, completely in memory; `types` (of `read_types`) override inferred types.

    Its text is kept, except for bad lines, which are spent on the error budget, and a missing
    newline at the end, which is added. Raises BadSource if the first line does not name the columns,
    or if the types name other columns.
    """
    lines = list(source.lines(errors))
    if not lines or lines[0][0] != 1:
        raise BadSource(source.name, "expected a first line of column names, got none")
    header = lines[0][1]
    names = header.split("\t")
    _check_names(names, types or {}, source.name)
    good, rail_ids = _good_lines(lines[1:], len(names), source.name, errors)
    if not good:
        raise BadSource(source.name, "expected samples below the column names, got none")
    fields = tuple(
        SampleField(name, (types or {}).get(name, inferred))
        for name, inferred in zip(names, _inferred_types(good, len(names)), strict=True)
    )
    return SampleTable("\n".join([header, *good, ""]).encode(), fields, rail_ids)


def read_types(source: Source) -> dict[str, str]:
    """The types of columns, by name, of `samples.types.tsv` or `lucene_indexed_numeric_types.tsv`.
    Raises BadRow.
    """
    types: dict[str, str] = {}
    for number, line in source.lines():
        name, _, letter = line.partition("\t")
        if letter not in TYPES:
            expected = f"a column name, a tab and one of {', '.join(TYPES)}"
            raise BadRow(source.name, number, f"expected {expected}, got {line[:80]!r}")
        types[name] = letter
    types.pop(_ALL, None)
    return types


def _check_names(names: Sequence[str], types: dict[str, str], file: str) -> None:
    if names[0] != KEY:
        raise BadSource(
            file, f"expected {KEY} as the name of the first column, got {names[0][:80]!r}"
        )
    bad = [name for name, count in Counter(names).items() if count > 1 or not name]
    if bad:
        raise BadSource(file, f"expected unique, non-empty column names, got {bad}")
    if unknown := [name for name in types if name not in names]:
        raise BadSource(
            file,
            f"has no column {unknown[0]!r}, which the types name; its columns: {', '.join(names)}",
        )


def _good_lines(
    lines: Sequence[tuple[int, str]], columns: int, file: str, errors: ErrorBudget
) -> tuple[list[str], tuple[int, ...]]:
    """The lines that are samples, and their rail_ids, which ascend."""
    good: list[str] = []
    line_of: dict[int, int] = {}
    for number, line in lines:
        text = line.partition("\t")[0]
        reason = _reason(line, text, columns) or _order_reason(int(text), line_of)
        if reason:
            errors.spend(BadRow(file, number, reason))
        else:
            good.append(line)
            line_of[int(text)] = number
    return good, tuple(line_of)


def _reason(line: str, rail_id: str, columns: int) -> str | None:
    count = line.count("\t") + 1
    if count != columns:
        expected = f"expected {columns} tab-separated columns, as in the first line"
        return f"{expected}, got {count} in {line[:80]!r}"
    if parse_id(rail_id) is None:
        return f"{KEY}: expected a whole number, got {rail_id[:80]!r}"
    return None


def _order_reason(rail_id: int, line_of: dict[int, int]) -> str | None:
    """The reason why a sample may not follow those before, given with their line numbers."""
    last = next(reversed(line_of), -1)
    if rail_id > last:
        return None
    # Clients merge the rows of several tables by rail_id, so samples must be sorted by it.
    if rail_id in line_of:
        first = f"(first on line {line_of[rail_id]})"
        return f"{KEY}: expected every sample once, got {rail_id} again {first}"
    return f"{KEY}: expected ascending numbers, got {rail_id} after {last}; sort the lines: sort -n"


def _inferred_types(lines: Sequence[str], columns: int) -> list[str]:
    """The type of every column: text, or a number if most of its values are.

    The name of the column counts as one text, as in Snaptron's own inference
    (`scripts/infer_sample_metadata_field_types.pl`), but yields to one number.
    """
    counts: list[Counter[str]] = [Counter() for _ in range(columns)]
    remaining = iter(lines)
    # Batches limit the memory for the transposed table.
    while batch := list(islice(remaining, _BATCH)):
        rows = (line.split("\t") for line in batch)
        for counter, column in zip(counts, zip(*rows, strict=True), strict=True):
            for value, count in Counter(column).items():
                counter[_type_of(value)] += count
    return [_prevailing(counter) for counter in counts]


def _type_of(value: str) -> str:
    if value in MISSING:
        return "missing"
    if _INTEGER.fullmatch(value):
        return "i"
    return "f" if _DECIMAL.fullmatch(value) else "t"


def _prevailing(counts: Counter[str]) -> str:
    numbers = counts["i"] + counts["f"]
    if numbers < counts["t"] + 1:
        return "t"
    return "f" if counts["f"] else "i"
