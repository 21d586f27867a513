"""Parquet, one file per chromosome (zstd): queried by DuckDB in SQL, and by pyarrow with filters on
columns.
"""

import operator
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from analysis.benchmark.compilation import Compilation
from analysis.benchmark.groups import read_groups
from analysis.benchmark.question import Question
from analysis.benchmark.systems import script
from analysis.benchmark.systems.sql import SqlSession, condition
from analysis.benchmark.systems.system import bytes_in, create_empty, peak_of
from snapshard.filters import OPERATORS
from snapshard.junction import COLUMNS, NAMES, SUMMARY, ColumnType
from snapshard.match import Match
from snapshard.region import Region

_ROW_GROUP = 65_536
"""Rows: few enough that a window reads little, enough to compress well."""
_TYPES = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DECIMAL: pa.float64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.FLAG: pa.string(),
}


@dataclass(frozen=True)
class Parquet:
    """The folder of files, loaded by pyarrow; `connect` opens it with the system under test."""

    name: str
    title: str
    connect: Any

    def files(self, folder: Path) -> Path:
        """The folder of files."""
        return folder / "parquet"

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Parsed by pyarrow, written one row group at a time."""
        if self.files(folder).exists():
            return {}
        # Two systems share the files: what an interrupted run left must not pass for them.
        incomplete = self.files(folder).with_suffix(".part")
        create_empty(incomplete)
        began = time.perf_counter()
        _write(compilation.text, incomplete)
        incomplete.rename(self.files(folder))
        return {"rows": time.perf_counter() - began}

    def sizes(self, folder: Path) -> dict[str, int]:
        """The total of all files."""
        return {"all": bytes_in(self.files(folder))}

    @contextmanager
    def session(self, folder: Path) -> Iterator[Any]:
        """The files, opened with the system under test."""
        with self.connect(self.files(folder), read_groups(folder / "compilation")) as session:
            yield session


def _write(text: Path, folder: Path) -> None:
    schema = pa.schema([(column.name, _TYPES[column.type]) for column in COLUMNS])
    reading = pyarrow.csv.ReadOptions(column_names=list(NAMES), block_size=16 << 20)
    columns = pyarrow.csv.ConvertOptions(column_types=schema)
    writers: dict[str, pyarrow.parquet.ParquetWriter] = {}
    waiting: dict[str, list[pa.RecordBatch]] = {}
    for batch in pyarrow.csv.open_csv(
        text, reading, pyarrow.csv.ParseOptions(delimiter="\t"), columns
    ):
        for chrom in batch["chromosome"].unique().to_pylist():
            # Rows are in genome order: a new chromosome completes the one before.
            for previous in waiting.keys() - {chrom}:
                _flush(folder, previous, waiting.pop(previous), writers)
            waiting.setdefault(chrom, []).append(batch.filter(pc.equal(batch["chromosome"], chrom)))
            if sum(map(len, waiting[chrom])) >= _ROW_GROUP:
                _flush(folder, chrom, waiting.pop(chrom), writers)
    for chrom, batches in waiting.items():
        _flush(folder, chrom, batches, writers)
    for writer in writers.values():
        writer.close()


def _flush(
    folder: Path, chrom: str, batches: list[pa.RecordBatch], writers: dict[str, Any]
) -> None:
    table = pa.Table.from_batches(batches)
    if chrom not in writers:
        writers[chrom] = pyarrow.parquet.ParquetWriter(
            folder / f"{chrom}.parquet", table.schema, compression="zstd"
        )
    writers[chrom].write_table(table, row_group_size=_ROW_GROUP)


class DuckdbSession(SqlSession):
    """SQL over the files; rows with samples are returned as Arrow, which DuckDB builds without Python
    objects.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, groups: dict[str, set[int]]
    ) -> None:
        self._connection = connection
        self._folder = folder
        super().__init__(self._fetch_from, groups)

    def rows(self, question: Question) -> Any:
        """An Arrow table of all columns."""
        where, values = condition(question)
        statement = f"SELECT * FROM {self._source(values)} WHERE {where}"
        return self._connection.sql(statement, params=values).to_arrow_table()

    def subset(self, question: Question) -> list[list[object]]:
        """Restricted by the script."""
        return script.subset(_tuples(self.rows(question)), question.samples)

    def _coverage(self, region: Region) -> script.Coverage:
        where, values = condition(Question("", (region,), Match.EXACT))
        ((samples,),) = self._fetch_from(f"SELECT samples FROM junction WHERE {where}", values)
        return script.pairs(samples)

    def _fetch_from(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        query = statement.replace("FROM junction", f"FROM {self._source(values)}")
        return self._connection.execute(query, values).fetchall()

    def _source(self, values: Sequence[object]) -> str:
        """The file of the chromosome if the first value is one, else all files."""
        name = str(values[0]) if values and str(values[0]).startswith("chr") else "*"
        return f"read_parquet('{self._folder}/{name}.parquet')"


@contextmanager
def _duckdb(folder: Path, groups: dict[str, set[int]]) -> Iterator[DuckdbSession]:
    with closing(duckdb.connect()) as connection:
        yield DuckdbSession(connection, folder, groups)


class PyarrowSession:
    """Tables filtered while they are read; row groups that cannot match are skipped by their
    statistics.
    """

    def __init__(self, folder: Path, groups: dict[str, set[int]]) -> None:
        self._folder = folder
        self._groups = groups

    def rows(self, question: Question) -> pa.Table:
        """All columns."""
        return self._read(question, list(NAMES))

    def summaries(self, question: Question) -> pa.Table:
        """All columns except the samples."""
        return self._read(question, list(SUMMARY))

    def count(self, question: Question) -> int:
        """Counted by the scanner."""
        return int(self._dataset(question).count_rows(filter=_expression(question)))

    def subset(self, question: Question) -> list[list[object]]:
        """Restricted by the script."""
        return script.subset(_tuples(self.rows(question)), question.samples)

    def coverage(self, question: Question) -> script.Coverage:
        """The parsed samples of one row."""
        return self._coverage(question.region)

    def psi(self, question: Question) -> dict[int, float]:
        """Computed by the script from three rows."""
        return script.psi(*[self._coverage(region) for region in question.regions])

    def tissues(self, question: Question) -> dict[str, tuple[int, int]]:
        """Computed by the script from one row."""
        return script.tissues(self._coverage(question.region), self._groups)

    def export(self, question: Question) -> pa.Table:
        """All rows."""
        return self.rows(question)

    def peak_memory(self) -> int:
        """The peak of this process."""
        return peak_of()

    def _coverage(self, region: Region) -> script.Coverage:
        table = self._read(Question("", (region,), Match.EXACT), ["samples"])
        (samples,) = table["samples"].to_pylist()
        return script.pairs(samples)

    def _read(self, question: Question, columns: list[str]) -> pa.Table:
        return self._dataset(question).to_table(columns=columns, filter=_expression(question))

    def _dataset(self, question: Question) -> Any:
        path = self._folder
        if question.regions:
            path = path / f"{question.regions[0].chrom}.parquet"
        return pyarrow.dataset.dataset(path, format="parquet")


def _expression(question: Question) -> Any:
    """The condition of a question; None for all rows."""
    start, end = pc.field("start"), pc.field("end")
    conditions = []
    for region in question.regions:
        conditions += {
            Match.CONTAINS: [start >= region.start, end <= region.end],
            Match.OVERLAP: [start <= region.end, end >= region.start],
            Match.EXACT: [start == region.start, end == region.end],
        }[question.match]
    for filter in question.filters:
        operand = filter.operand if isinstance(filter.operand, int | str) else float(filter.operand)
        conditions.append(OPERATORS[filter.operator](pc.field(filter.column), operand))
    if question.ids:
        conditions.append(pc.field("snaptron_id").isin(question.ids))
    return reduce(operator.and_, conditions) if conditions else None


def _tuples(table: pa.Table) -> Iterator[tuple[object, ...]]:
    return zip(*[table[name].to_pylist() for name in NAMES], strict=True)


@contextmanager
def _pyarrow(folder: Path, groups: dict[str, set[int]]) -> Iterator[PyarrowSession]:
    yield PyarrowSession(folder, groups)


DUCKDB = Parquet("duckdb", "Parquet, DuckDB", _duckdb)
PYARROW = Parquet("pyarrow", "Parquet, pyarrow", _pyarrow)
