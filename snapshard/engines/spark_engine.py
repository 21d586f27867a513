"""Spark: the engine of several machines; with the master `local[2]`, of two cores of this one.

Reads and writes are paths that every executor has: a shared folder, or an object store that Spark is
configured for.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from snapshard.engines.studies import CELL, Study
from snapshard.errors import MissingExtra

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OPTIONS = {
    # The jobs quote names as standard SQL does: "end".
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    # A contig named 1 is no number.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_PAIR = """
SELECT chromosome, snaptron_id, start, "end", strand,
    inline(arrays_zip(samples, coverages)) AS (rail_id, reads)
FROM pair_file
"""
_CELL_TYPES = {pa.string(): "STRING", pa.int32(): "INT", pa.int64(): "BIGINT"}


class SparkEngine:
    """A Spark session, which this object owns. Use it in a `with`."""

    SAMPLE_LIST = (
        "concat_ws('', transform(array_sort(collect_list(struct(rail_id, reads))),"
        " p -> concat(',', p.rail_id, ':', p.reads)))"
    )

    def __init__(self, master: str = "local[*]", options: Mapping[str, str] | None = None) -> None:
        """`master` is Spark's address of the cluster; `options` are further ones of Spark. Raises
        MissingExtra without pyspark.
        """
        self._session = _start_session(master, {**_OPTIONS, **(options or {})})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._session.stop()

    def add_pairs(self, release: Path, files: Sequence[Path]) -> None:
        """Adds the table `pair`, as Engine describes it."""
        reader = self._session.read.option("basePath", str(release))
        reader.parquet(*map(str, files)).createOrReplaceTempView("pair_file")
        self._session.sql(_PAIR).createOrReplaceTempView("pair")

    def add_table(self, name: str, table: pa.Table) -> None:
        """Adds a small table."""
        self._session.createDataFrame(table).createOrReplaceTempView(name)

    def add_cells(self, studies: Sequence[Study]) -> None:
        """Adds the table `cell`, as Engine describes it; a study is read by one task."""
        paths = self._session.createDataFrame(pa.table({"path": [study.path for study in studies]}))
        cells = paths.repartition(len(studies)).mapInArrow(_read_studies, _cell_columns())
        cells.createOrReplaceTempView("cell")

    def read(self, query: str) -> pa.Table:
        """The rows of a query, in any order."""
        return self._session.sql(query).toArrow()

    def write(self, query: str, folder: Path) -> None:
        """Writes the rows of a query as Parquet, as Engine describes it."""
        rows = self._session.sql(query).repartition("chromosome")
        ordered = rows.sortWithinPartitions("chromosome", "start", "end", "strand")
        ordered.write.partitionBy("chromosome").parquet(str(folder))


def _start_session(master: str, options: Mapping[str, str]) -> "SparkSession":
    try:
        # Imported on first use: pyspark is an extra, of 450 MB.
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as exc:
        raise MissingExtra("Spark", exc.name, "spark") from exc
    # Otherwise an executor runs the first python3 of its PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("snapshard")
    for name, value in options.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _read_studies(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The cells of the studies whose paths are in the batches; runs on an executor."""
    for batch in batches:
        for path in batch.column("path").to_pylist():
            yield from Study(path).cells()


def _cell_columns() -> str:
    return ", ".join(f"`{field.name}` {_CELL_TYPES[field.type]}" for field in CELL)
