"""Jobs over the published files of a whole release, and over recount3's matrices, in DuckDB or Spark.

- `jobs` defines each job once, as SQL that both engines run.
- `duckdb_engine` and `spark_engine` read files, run the SQL and write its result.
- `studies` reads recount3's matrices; `junction_file` writes a result as a junction file.
"""

from snapshard.engines.duckdb_engine import DuckDBEngine
from snapshard.engines.jobs import (
    PublishedFolder,
    compare_prevalence,
    field_members,
    group_members,
    summarise_groups,
    transpose_studies,
)
from snapshard.engines.junction_file import write_junction_file
from snapshard.engines.spark_engine import SparkEngine
from snapshard.engines.studies import find_studies

__all__ = [
    "DuckDBEngine",
    "PublishedFolder",
    "SparkEngine",
    "compare_prevalence",
    "field_members",
    "find_studies",
    "group_members",
    "summarise_groups",
    "transpose_studies",
    "write_junction_file",
]
