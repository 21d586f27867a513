"""The counts of one kind of rows in one interval, taken while the rows pass into the shard."""

import hashlib
from dataclasses import dataclass, field

from snapshard.pairs import Integers
from snapshard.rows import Rows


@dataclass
class Tally:
    """Counts, sums and exact bounds of the rows so far, and the digest of their text in order.

    Bounds are None without rows. For base coverage, which has no ids, reads or pairs, those bounds
    stay None and those sums 0.
    """

    interval: int
    kind: str
    row_count: int = 0
    first_block: int | None = None
    last_block: int | None = None
    max_end: int | None = None
    longest: int | None = None
    min_id: int | None = None
    max_id: int | None = None
    ids_ascend: bool = True
    coverage_sum: int = 0
    pair_count: int = 0
    text_bytes: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256, repr=False, compare=False)

    @property
    def sha256(self) -> str:
        """The digest of the text so far, in hexadecimal."""
        return self.digest.hexdigest()

    def add_block(self, block: int, text: bytes, *, starts: Integers, ends: Integers) -> None:
        """Counts the lines of one block; starts and ends are 1-based and closed."""
        self.row_count += len(starts)
        self.first_block = block if self.first_block is None else self.first_block
        self.last_block = block
        self.max_end = max(self.max_end or 0, int(ends.max()))
        self.longest = max(self.longest or 0, int((ends - starts).max()) + 1)
        self.text_bytes += len(text)
        self.digest.update(text)

    def add_rows(self, rows: Rows) -> None:
        """Counts the ids, reads and pairs of junctions, genes or exons."""
        # Ids must ascend from block to block, too: a brin index finds an id quickly only if the ids
        # of the whole table are in order.
        ids = rows.integers("snaptron_id")
        low, high = int(ids.min()), int(ids.max())
        follows = self.max_id is None or low > self.max_id
        self.ids_ascend = self.ids_ascend and follows and bool((ids[1:] > ids[:-1]).all())
        self.min_id = low if self.min_id is None else min(self.min_id, low)
        self.max_id = high if self.max_id is None else max(self.max_id, high)
        self.coverage_sum += int(rows.integers("coverage_sum").sum())
        self.pair_count += len(rows.pairs.samples)
