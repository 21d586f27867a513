"""The blocks that hold rows with given ids: the first id of every block of a shard, kept in memory.

In most compilations ids ascend with the rows of an interval. The loader checks that for each shard and
kind of rows, and records it by the kind of the index on ids: a brin if they ascend, a btree if not (see
sql/index.sql). If they ascend, a binary search in the first ids leads to the only block that can hold
an id, and the shard reads that block alone. If they do not, the btree finds the rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from snapshard.index.statements import Statement
from snapshard.pairs import Integers
from snapshard.release import Content
from snapshard.rows import Rows

COLUMNS = ("block", "snaptron_id")
# The rows of a block lie in the order of their positions, so the search for the first ends at once.
_FIRST_IDS = sql.SQL("""
SELECT b.block,
       (SELECT r.snaptron_id FROM {rows} r WHERE r.block = b.block AND r.position = 0 LIMIT 1)
FROM {blocks} b
WHERE EXISTS (
    SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    WHERE i.indrelid = {name}::regclass AND a.amname = 'brin'
)
ORDER BY b.block
""")


@dataclass(frozen=True)
class IdBlocks:
    """The blocks of a shard, ascending by number, and the first id of each. Empty if the ids of the
    shard's intervals do not ascend with the rows.
    """

    block: NDArray[np.int32]
    first_id: Integers

    @classmethod
    def from_lines(cls, lines: bytes) -> "IdBlocks":
        """The blocks in lines with the columns COLUMNS."""
        rows = Rows(lines, COLUMNS)
        return cls(rows.integers("block").astype(np.int32), rows.integers("snaptron_id"))

    def holding(self, ids: Iterable[int], contents: Iterable[Content]) -> tuple[Integers, Integers]:
        """The ids that these intervals may hold, and the block of each. Not for a shard without ascending
        ids.
        """
        wanted = np.unique(np.fromiter(ids, np.int64))
        nothing = np.empty(0, np.int64), np.empty(0, np.int64)
        parts = [nothing, *(self._inside(wanted, content) for content in contents)]
        return np.concatenate([part[0] for part in parts]), np.concatenate(
            [part[1] for part in parts]
        )

    def _inside(self, ids: Integers, content: Content) -> tuple[Integers, Integers]:
        first, stop = np.searchsorted(self.block, [content.first_block, content.last_block + 1])
        inside = ids[(ids >= content.min_id) & (ids <= content.max_id)]
        # The smallest id of an interval is the first of its first block, so no place is negative.
        places = np.searchsorted(self.first_id[first:stop], inside, "right") - 1
        return inside, self.block[first:stop][places].astype(np.int64)


def id_blocks_statement(schema: str, kind: str) -> Statement:
    """The lines for `IdBlocks.from_lines`, of all blocks of a kind of rows in a shard."""
    table = sql.Identifier(schema, kind)
    text = _FIRST_IDS.format(
        rows=table,
        blocks=sql.Identifier(schema, f"{kind}_block"),
        name=sql.Literal(table.as_string()),
    )
    return Statement(text.as_string(), {})
