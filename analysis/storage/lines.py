"""Text lines: the complete line of each row, ready to be sent, in a table beside the narrow table."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

from analysis.storage.layout import (
    EXACT,
    INSIDE,
    Subset,
    Window,
    batched_bytes,
    copy_narrow,
    fetch,
    narrow_ddl,
    narrow_lines,
    restrict,
    stream,
)  # fmt: skip
from snapshard.junction import SAMPLES
from snapshard.pairs import Pairs, SampleSet, parse_pairs
from snapshard.rows import Rows

_JOINED = "FROM lines_row JOIN lines_line USING (row)"


class Lines:
    """Default storage, compressed with lz4 if the server has it. PostgreSQL compresses only values
    above 2 kB.
    """

    name = "lines"
    tables = ("lines_row", "lines_line")
    payload = "lines_line"

    def __init__(self, compression: str) -> None:
        self.compression = compression

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Fills both tables with concurrent COPYs, then builds the indexes."""
        with psycopg.connect(dsn) as connection, psycopg.connect(dsn) as second:
            connection.execute(narrow_ddl("lines_row", key="row integer"))
            connection.execute(
                f"CREATE TABLE lines_line (row integer, line text COMPRESSION {self.compression})"
            )
            connection.commit()
            self._copy(connection, second, chunks)
            connection.execute('CREATE INDEX ON lines_row (chromosome, start, "end")')
            connection.execute("CREATE INDEX ON lines_row USING brin (snaptron_id)")
            second.execute("ALTER TABLE lines_line ADD PRIMARY KEY (row)")

    def _copy(self, connection: Any, second: Any, chunks: Iterable[Rows]) -> None:
        counter = itertools.count()
        with (
            connection.cursor().copy(copy_narrow("lines_row", "row")) as narrow,
            second.cursor().copy("COPY lines_line FROM STDIN (FORMAT binary)") as wide,
        ):
            wide.set_types(["int4", "bytea"])
            for rows in chunks:
                numbers = list(itertools.islice(counter, len(rows)))
                narrow.write(narrow_lines(rows, numbers))
                for number, line in zip(numbers, rows.lines(), strict=True):
                    wide.write_row((number, line))

    def export(self, connection: Any) -> Iterator[bytes]:
        """The lines as they are stored."""
        return batched_bytes(
            stream(connection, "SELECT line FROM lines_line ORDER BY row", binary=True)
        )

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """The lines of rows selected in the narrow table."""
        query = f"SELECT line {_JOINED} WHERE samples_count >= %s ORDER BY row"
        return batched_bytes(stream(connection, query, arguments=(least,), binary=True))

    def subset(self, connection: Any, window: Window, members: SampleSet) -> Subset:
        """Parses the lines of the window."""
        lines = fetch(
            connection, f"SELECT line {_JOINED} WHERE {INSIDE} ORDER BY row", vars(window)
        )
        return restrict([line.split(b"\t", SAMPLES + 1)[SAMPLES] for (line,) in lines], members)

    def junction(self, connection: Any, locus: Window) -> Pairs:
        """Parses one line."""
        ((line,),) = fetch(connection, f"SELECT line {_JOINED} WHERE {EXACT}", vars(locus))
        return parse_pairs(Rows(line).texts("samples"))
