"""All systems, in the order of the tables."""

from analysis.benchmark.systems.parquet import DUCKDB, PYARROW
from analysis.benchmark.systems.postgres import COPY, ONE_CHROMOSOME, WHOLE
from analysis.benchmark.systems.snapshard_http import HTTPS
from analysis.benchmark.systems.snapshard_library import APART, LIBRARIES
from analysis.benchmark.systems.sqlite import Sqlite
from analysis.benchmark.systems.system import System
from analysis.benchmark.systems.tabix import PYSAM, TABIX, TEXT

SQLITE = Sqlite("sqlite", "SQLite, one file (the ancestor)", per_chromosome=False)
SQLITE_CHROMOSOMES = Sqlite(
    "sqlite-chr", "SQLite, a file per chromosome (the ancestor)", per_chromosome=True
)
SYSTEMS: tuple[System, ...] = (
    *LIBRARIES,
    APART,
    *HTTPS,
    SQLITE,
    SQLITE_CHROMOSOMES,
    WHOLE,
    ONE_CHROMOSOME,
    COPY,
    PYSAM,
    TABIX,
    DUCKDB,
    PYARROW,
    TEXT,
)
