"""Text beside the narrow table: the whole line of each row, ready to be sent, in a table of its
own.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

from analysis.storage.layout import (
    EXACT,
    INSIDE,
    Cut,
    Window,
    copy_narrow,
    cut,
    fetch,
    gathered,
    narrow_ddl,
    narrow_lines,
    stream,
)  # fmt: skip
from snapshard.junction import SAMPLES
from snapshard.pairs import Pairs, SampleSet, parse_pairs
from snapshard.rows import Rows

_JOINED = "FROM lines_row JOIN lines_line USING (row)"


class Lines:
    """Default storage; compressed by lz4 where the server has it. PostgreSQL compresses values
    above 2 kB only.
    """

    name = "lines"
    tables = ("lines_row", "lines_line")
    payload = "lines_line"

    def __init__(self, compression: str) -> None:
        self.compression = compression

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Two COPYs side by side, then the indexes."""
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
        into_narrow, into_wide = (
            copy_narrow("lines_row", "row"),
            "COPY lines_line FROM STDIN (FORMAT binary)",
        )
        with (
            connection.cursor().copy(into_narrow) as narrow,
            second.cursor().copy(into_wide) as wide,
        ):
            wide.set_types(["int4", "bytea"])
            for rows in chunks:
                numbers = list(itertools.islice(counter, len(rows)))
                narrow.write(narrow_lines(rows, numbers))
                for number, line in zip(numbers, rows.lines(), strict=True):
                    wide.write_row((number, line))

    def export(self, connection: Any) -> Iterator[bytes]:
        """Lines as they are kept."""
        return gathered(stream(connection, "SELECT line FROM lines_line ORDER BY row", binary=True))

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """Rows found in the narrow table."""
        query = f"SELECT line {_JOINED} WHERE samples_count >= %s ORDER BY row"
        return gathered(stream(connection, query, arguments=(least,), binary=True))

    def subset(self, connection: Any, window: Window, wanted: SampleSet) -> Cut:
        """Lines of the window, parsed."""
        lines = fetch(
            connection, f"SELECT line {_JOINED} WHERE {INSIDE} ORDER BY row", vars(window)
        )
        return cut([line.split(b"\t", SAMPLES + 1)[SAMPLES] for (line,) in lines], wanted)

    def one(self, connection: Any, place: Window) -> Pairs:
        """One line, parsed."""
        ((line,),) = fetch(connection, f"SELECT line {_JOINED} WHERE {EXACT}", vars(place))
        return parse_pairs(Rows(line).texts("samples"))
