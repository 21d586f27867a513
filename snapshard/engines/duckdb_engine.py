"""DuckDB: the engine of one machine."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from snapshard.engines.studies import CELL, Study
from snapshard.errors import MissingExtra

_FILES = "SELECT * FROM read_parquet($1, hive_partitioning = true, hive_types_autocast = false)"
_CHROMOSOME = """
SELECT * EXCLUDE (chromosome) FROM result WHERE chromosome = $1 ORDER BY start, "end", strand
"""
_PAIR = """
CREATE OR REPLACE VIEW pair AS
SELECT chromosome, snaptron_id, start, "end", strand, unnest(samples) AS rail_id, unnest(coverages) AS reads
FROM pair_file
"""


class DuckDBEngine:
    """A DuckDB in memory; what does not fit is spilled to a temporary folder. Use it in a `with`."""

    SAMPLE_LIST = "string_agg(',' || rail_id || ':' || reads, '' ORDER BY rail_id)"

    def __init__(self, *, memory: str = "4GB") -> None:
        """`memory` limits what it holds, such as 4GB. Raises MissingExtra without duckdb."""
        try:
            # Imported on first use: duckdb is an extra.
            import duckdb
        except ModuleNotFoundError as exc:
            raise MissingExtra("DuckDB", exc.name, "duckdb") from exc
        self._connection = duckdb.connect(config={"memory_limit": memory})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def add_pairs(self, release: Path, files: Sequence[Path]) -> None:
        """Adds the table `pair`, as Engine describes it."""
        relation = self._connection.sql(_FILES, params=[[str(file) for file in files]])
        relation.create_view("pair_file", replace=True)
        self._connection.execute(_PAIR)

    def add_table(self, name: str, table: pa.Table) -> None:
        """Adds a small table."""
        self._connection.register(name, table)

    def add_cells(self, studies: Sequence[Study]) -> None:
        """Adds the table `cell`, as Engine describes it."""

        def batches() -> Iterator[pa.RecordBatch]:
            for study in studies:
                yield from study.cells()

        self._connection.register("cells", pa.RecordBatchReader.from_batches(CELL, batches()))
        self._connection.execute("CREATE OR REPLACE TABLE cell AS SELECT * FROM cells")

    def read(self, query: str) -> pa.Table:
        """The rows of a query, in any order."""
        return self._connection.sql(query).to_arrow_table()

    def write(self, query: str, folder: Path) -> None:
        """Writes the rows of a query as Parquet, as Engine describes it."""
        self._connection.execute(f"CREATE OR REPLACE TABLE result AS {query}")
        chroms = self._connection.execute("SELECT DISTINCT chromosome FROM result").fetchall()
        for (chrom,) in chroms:
            part = folder / f"chromosome={chrom}"
            part.mkdir(parents=True)
            rows = self._connection.sql(_CHROMOSOME, params=[chrom])
            rows.write_parquet(str(part / "part-0.parquet"), compression="zstd")
