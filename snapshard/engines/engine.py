"""What a job needs of an engine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from snapshard.engines.studies import Study


class Engine(Protocol):
    """A query engine with named tables. SAMPLE_LIST is its expression for the sample list of a junction."""

    SAMPLE_LIST: str

    def add_pairs(self, release: Path, files: Sequence[Path]) -> None:
        """Adds the table `pair`: a row per junction and sample of these files of pairs, which are in
        folders chromosome=... of the release.
        """

    def add_table(self, name: str, table: pa.Table) -> None:
        """Adds a small table."""

    def add_cells(self, studies: Sequence[Study]) -> None:
        """Adds the table `cell`: a row per junction and sample of the studies."""

    def read(self, query: str) -> pa.Table:
        """The rows of a query, in any order."""

    def write(self, query: str, folder: Path) -> None:
        """Writes the rows of a query as Parquet, a folder chromosome=... for each chromosome, its rows
        by start, end and strand. The folder must not exist.
        """
