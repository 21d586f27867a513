"""The kinds of rows that a compilation has, and how each is stored, counted and verified.

Junctions, genes and exons share the 17 columns of a junction file. Each kind has a table of blocks
(whole lines, compressed) and a hot table (every column but the samples, one record per row). Base
coverage has blocks only. A new kind of rows is one more RowKind here, and its DDL in sql/.
"""

from dataclasses import dataclass

from snapshard.junction import NAMES


@dataclass(frozen=True)
class RowKind:
    """One kind of rows. Its tables are `<name>`, if it has a hot table, and `<name>_block`.

    columns: names of the columns of a line; base coverage has one more per sample.
    counted_from: the number of a chromosome's first base in those lines. From 1, `end` is included;
        from 0, it is excluded, so that `end` is the same number in both.
    block_columns: the columns of `<name>_block`, in the order of COPY.
    table_ddl, index_ddl: files of sql/ to run before and after the rows are copied.
    has_summaries: the rows have an annotation class, and the shard also has summaries per sample
        group and counts per window of the genome.
    """

    name: str
    columns: tuple[str, ...]
    counted_from: int
    block_columns: tuple[str, ...]
    table_ddl: tuple[str, ...]
    index_ddl: tuple[str, ...]
    has_hot_table: bool
    has_summaries: bool = False

    @property
    def block_table(self) -> str:
        """The name of the table of its blocks."""
        return f"{self.name}_block"


_BLOCK_COLUMNS = (
    "block",
    "interval",
    "row_count",
    "min_start",
    "max_start",
    "max_end",
    "text_bytes",
    "payload",
)

JUNCTION = RowKind(
    "junction",
    columns=NAMES,
    counted_from=1,
    block_columns=_BLOCK_COLUMNS,
    table_ddl=("shard.sql", "shard_extras.sql"),
    index_ddl=("index.sql", "extras_index.sql"),
    has_hot_table=True,
    has_summaries=True,
)
GENE = RowKind(
    "gene",
    columns=NAMES,
    counted_from=1,
    block_columns=_BLOCK_COLUMNS,
    table_ddl=("shard.sql",),
    index_ddl=("index.sql",),
    has_hot_table=True,
)
EXON = RowKind(
    "exon",
    columns=NAMES,
    counted_from=1,
    block_columns=_BLOCK_COLUMNS,
    table_ddl=("shard.sql",),
    index_ddl=("index.sql",),
    has_hot_table=True,
)
BASE = RowKind(
    "base",
    columns=("chromosome", "start", "end"),
    counted_from=0,
    block_columns=tuple(name for name in _BLOCK_COLUMNS if name != "max_start"),
    table_ddl=("base.sql",),
    index_ddl=("base_index.sql",),
    has_hot_table=False,
)

ROW_KINDS = {kind.name: kind for kind in (JUNCTION, GENE, EXON, BASE)}
"""Every kind of rows by name; the catalog names kinds by these."""

HOT_KINDS = tuple(kind.name for kind in ROW_KINDS.values() if kind.has_hot_table)
"""The kinds that a Query can select from."""
