"""The metadata of samples: any table with a row per sample, and the row of each junction file.

A sample keeps its number as long as its row keeps its place in the table: numbers count all rows,
also those without a junction file. A table with a column `rail_id` brings its own numbers.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from snapshard.errors import BadQuery, BadSource, MissingExtra
from snapshard.junction import parse_id
from snapshard_populate.formats.samples import KEY, MISSING
from snapshard_populate.merging.sample_files import SampleFile
from snapshard_populate.merging.sample_table import SampleRow
from snapshard_populate.reading import open_source

EXTRA = "excel"
"""The extra that installs the reader of workbooks."""
FILE, SAMPLE = "junction_file", "sample"
"""Columns that are added to the metadata: the file's name, and the sample's if no column has it."""
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
_MOST_NAMED = 5


@dataclass(frozen=True)
class Metadata:
    """A table of samples: the names of its columns, and its rows, each with a cell per column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> tuple[str, ...]:
        """The cells of a column. Raises BadQuery for one that the table lacks."""
        if name not in self.columns:
            raise BadQuery("column", name, f"a column of {self.name}: {', '.join(self.columns)}")
        number = self.columns.index(name)
        return tuple(row[number] for row in self.rows)


@dataclass(frozen=True)
class Sample(SampleRow):
    """A sample of a junction file: its number, its cells in the metadata, and the file."""

    file: SampleFile


@dataclass(frozen=True)
class Matches:
    """Which file belongs to which row.

    column: the column that names samples, None without metadata. columns: the names of the cells of
    samples. unmatched: what is wrong with each file that has no row of its own, by the file's name.
    rows_without_file: the samples of rows that no file has. earlier: the samples of the release to
    which others are added.
    """

    column: str | None
    columns: tuple[str, ...]
    samples: tuple[Sample, ...]
    unmatched: Mapping[str, str]
    rows_without_file: tuple[str, ...]
    earlier: tuple[SampleRow, ...] = ()

    def rows(self) -> tuple[SampleRow, ...]:
        """All samples by their numbers, new and earlier ones."""
        return tuple(sorted((*self.samples, *self.earlier), key=lambda sample: sample.rail_id))


def read_metadata(location: str) -> Metadata:
    """The table at a path or address: tab-separated, comma- or semicolon-separated with quotes, or the
    first sheet of a workbook (.xlsx, a path).

    Blanks and control characters inside a cell become one blank. Raises BadSource for a table without
    rows, with a column name that is missing or repeated, or with a row of another length; MissingExtra
    for a workbook without the extra `excel`.
    """
    if location.lower().endswith(".xlsx"):
        return _table(Path(location).name, _cleaned(_sheet(location)))
    with open_source(location) as source:
        text = source.read().decode("utf-8-sig", errors="strict")
    first = text.partition("\n")[0]
    separator = next((sign for sign in "\t,;" if sign in first), "\t")
    return _table(Path(location).name, _cleaned(csv.reader(text.splitlines(), delimiter=separator)))


def _sheet(location: str) -> Iterator[list[str]]:
    """Yields the rows of the first sheet of a workbook, as text."""
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError as exc:
        raise MissingExtra("reading an .xlsx workbook", str(exc.name), EXTRA) from exc
    try:
        # Openpyxl raises errors of zipfile and its own for files that are no workbooks.
        workbook = load_workbook(location, read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise BadSource(location, f"expected an .xlsx workbook: {error}") from error
    try:
        for row in workbook.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else str(cell) for cell in row]
    finally:
        workbook.close()


def _cleaned(records: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """The rows that have a cell, with one blank for blanks and control characters."""
    rows = [tuple(_BLANKS.sub(" ", cell).strip() for cell in record) for record in records]
    return [row for row in rows if any(row)]


def _table(name: str, records: Sequence[tuple[str, ...]]) -> Metadata:
    if len(records) < 2:
        raise BadSource(name, "expected a line of column names and a row per sample, got none")
    columns, rows = records[0], records[1:]
    repeated = [column for column, count in Counter(columns).items() if count > 1 or not column]
    if repeated:
        raise BadSource(name, f"expected unique, non-empty column names, got {repeated}")
    for number, row in enumerate(rows, 2):
        if len(row) != len(columns):
            reason = f"row {number}: expected {len(columns)} cells, as in the first line"
            raise BadSource(name, f"{reason}, got {len(row)}: {' '.join(row)[:80]!r}")
    return Metadata(name, columns, tuple(rows))


def match_samples(
    files: Sequence[SampleFile], metadata: Metadata | None, *, column: str | None = None
) -> Matches:
    """The rows of files; without metadata, a sample per file, numbered in their order unless
    their names are numbers.

    The column that names samples is the given one, or else the one that has the names of the most
    files. Raises BadSource if no column has any.
    """
    unmatched = _ambiguous(files)
    good = [file for file in files if file.name not in unmatched]
    if metadata is None:
        numbers = _numbers([file.sample for file in good])
        ordered_samples = [
            Sample(number, (file.sample, file.name), file)
            for number, file in zip(numbers, good, strict=True)
        ]
        ordered_samples.sort(key=lambda sample: sample.rail_id)
        return Matches(None, (SAMPLE, FILE), tuple(ordered_samples), unmatched, ())
    column = column or _sample_column(good, metadata)
    rows = _rows_by_sample(metadata, column)
    numbers = _rail_ids(metadata)
    samples = tuple(
        Sample(numbers[rows[file.sample]], (*metadata.rows[rows[file.sample]], file.name), file)
        for file in good
        if file.sample in rows
    )
    for file in good:
        if file.sample not in rows:
            unmatched[file.name] = (
                f"expected a sample of column {column!r} of {metadata.name}, got {file.sample!r}"
            )
    of_files = {sample.file.sample for sample in samples}
    return Matches(
        column,
        (*metadata.columns, FILE),
        tuple(sorted(samples, key=lambda sample: sample.rail_id)),
        unmatched,
        tuple(sample for sample in rows if sample not in of_files),
    )


def _ambiguous(files: Sequence[SampleFile]) -> dict[str, str]:
    """What is wrong with files that name no sample, or the sample of an earlier file."""
    problems: dict[str, str] = {}
    first: dict[str, str] = {}
    for file in files:
        if not file.sample:
            problems[file.name] = "expected a name that fits --sample-pattern"
        elif file.sample in first:
            reason = f"names the sample {file.sample!r} again; {first[file.sample]} names it, too"
            problems[file.name] = reason
        first.setdefault(file.sample, file.name)
    return problems


def _sample_column(files: Sequence[SampleFile], metadata: Metadata) -> str:
    names = {file.sample for file in files}
    counts = {name: len(names & {*metadata.column(name)}) for name in metadata.columns}
    best = max(counts, key=lambda name: counts[name])
    if counts[best]:
        return best
    few = ", ".join(sorted(names)[:_MOST_NAMED])
    raise BadSource(
        metadata.name,
        f"expected a column with the samples of the files ({few}), got none in the columns "
        f"{', '.join(metadata.columns)}; name the column (--sample-column), or say which part of a "
        "file's name is the sample (--sample-pattern)",
    )


def _rows_by_sample(metadata: Metadata, column: str) -> dict[str, int]:
    """The number of the row (from 0) of each sample."""
    rows: dict[str, int] = {}
    for number, sample in enumerate(metadata.column(column)):
        if sample in MISSING:
            continue
        if sample in rows:
            places = f"rows {rows[sample] + 2} and {number + 2}"
            raise BadSource(
                metadata.name, f"{places}: expected every {column!r} once, got {sample!r} twice"
            )
        rows[sample] = number
    return rows


def _numbers(samples: Sequence[str]) -> list[int]:
    """The numbers of samples without metadata: their names, if all are whole numbers, as in recount3;
    else their places.
    """
    numbers = [parse_id(sample) for sample in samples]
    stated_numbers = [number for number in numbers if number is not None]
    if len(stated_numbers) == len(samples) == len({*stated_numbers}):
        return stated_numbers
    return list(range(1, len(samples) + 1))


def _rail_ids(metadata: Metadata) -> list[int]:
    """The number of the sample of each row."""
    if KEY not in metadata.columns:
        return list(range(1, len(metadata.rows) + 1))
    numbers: list[int] = []
    for row, text in enumerate(metadata.column(KEY), 2):
        number = parse_id(text)
        if number is None or number in numbers:
            reason = f"row {row}: {KEY}: expected a whole number of its own, got {text!r}"
            raise BadSource(metadata.name, reason)
        numbers.append(number)
    return numbers
