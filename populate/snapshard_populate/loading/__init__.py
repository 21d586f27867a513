"""Loading: from the files of a compilation to the tables of a release.

The path of a row, and the module of each step:

    source ──▶ rows ──▶ checks ──▶ interval ──▶ pieces ──▶ (pipe) ──▶ blocks ──▶ COPY
    reading    formats  reading    pieces       pieces     workers    blocks     fill

- `load` begins the release, decides which process reads the sources, verifies and publishes.
- `compilation` lists the files; `side_files` reads the small ones into the `description`, which
  goes into the catalog.
- `pieces` reads the files of rows and divides the rows by interval.
- `workers` runs one process per shard. If the sources are read once, in the main process, pieces
  cross a pipe to the worker of their shard; if they have a tabix index, each worker reads its own.
- `shard` is what a worker does, in one transaction: `fill` cuts `blocks`, derives `hot_lines`,
  counts in a `tally` and copies; then indexes are built and the tally goes into the catalog.
- `verify` reads everything back and compares it with the tallies; `guards` hold for every release.
- `check` reads everything and loads nothing.
"""

from snapshard_populate.loading.check import Findings, check_compilation
from snapshard_populate.loading.compilation import Compilation, has_junctions, read_folder
from snapshard_populate.loading.load import (
    UNKNOWN_ASSEMBLY,
    LoadPlan,
    begin_compilation,
    load_compilation,
    load_shards,
)
from snapshard_populate.loading.shard import Progress
from snapshard_populate.loading.verify import verify_release

__all__ = [
    "UNKNOWN_ASSEMBLY",
    "Compilation",
    "Findings",
    "LoadPlan",
    "Progress",
    "begin_compilation",
    "check_compilation",
    "has_junctions",
    "load_compilation",
    "load_shards",
    "read_folder",
    "verify_release",
]
