"""What one reader has read of the source of one kind of rows.

Readers count what passes, rows that are refused included. Later, `guards` compares the counts with
the lines of the file and with the rows that were published, so that no row is lost between them,
whoever read which part.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from snapshard_populate.reading import Chunk, ErrorBudget, chromosomes, run_starts


@dataclass
class SourceCount:
    """Rows, refused rows, and bytes of the text of good rows, of all of a source or, with an index,
    of a part.
    """

    kind: str
    source: str
    complete: bool
    row_count: int = 0
    bad_rows: int = 0
    text_bytes: int = 0
    chromosomes: set[str] = field(default_factory=set)

    def counted(self, chunks: Iterable[Chunk], errors: ErrorBudget) -> Iterator[Chunk]:
        """Yields the chunks, and counts their rows and the bad rows spent on the budget."""
        spent = errors.spent
        for chunk in chunks:
            names = chromosomes(chunk.rows)
            self.chromosomes.update(name.decode() for name in names[run_starts(names)].tolist())
            self.row_count += len(chunk.rows)
            self.text_bytes += len(chunk.rows.text)
            yield chunk
        self.bad_rows += errors.spent - spent
        self.row_count += errors.spent - spent

    def record(self) -> tuple[object, ...]:
        """The count as the catalog keeps it: kind, source, complete, row_count, bad_rows,
        text_bytes, chromosomes.
        """
        counts = self.row_count, self.bad_rows, self.text_bytes
        return self.kind, self.source, self.complete, *counts, sorted(self.chromosomes)
