"""Packed samples beside the narrow table: about two bytes per pair, converted back to text for
answers in text.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import psycopg

from analysis.storage.layout import (
    EXACT,
    INSIDE,
    Subset,
    Window,
    copy_narrow,
    fetch,
    narrow_ddl,
    narrow_lines,
)
from analysis.storage.varints import pack, render, unpack
from snapshard.junction import NAMES, SAMPLES
from snapshard.pairs import Pairs, SampleSet, parse_pairs
from snapshard.rows import Rows

_JOINED = "FROM packed_row JOIN packed_samples USING (row)"
_QUOTED = [f'"{name}"' for name in NAMES]
_HEAD, _TAIL = ", ".join(_QUOTED[:SAMPLES]), ", ".join(_QUOTED[SAMPLES + 1 :])
_LINE = f"SELECT concat_ws(E'\\t', {_HEAD}), samples, concat_ws(E'\\t', {_TAIL}) {_JOINED}"
_BATCH = 200
"""Rows; even with many samples, their pairs fit in the processor's cache."""


class Packed:
    """One bytea per row, with PostgreSQL's default compression."""

    name = "packed"
    tables = ("packed_row", "packed_samples")
    payload = "packed_samples"

    def __init__(self, compression: str) -> None:
        self.compression = compression

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Fills both tables with concurrent COPYs, then builds the indexes."""
        with psycopg.connect(dsn) as connection, psycopg.connect(dsn) as second:
            connection.execute(narrow_ddl("packed_row", key="row integer"))
            connection.execute(
                f"CREATE TABLE packed_samples (row integer, samples bytea COMPRESSION {self.compression})"
            )
            connection.commit()
            self._copy(connection, second, chunks)
            connection.execute('CREATE INDEX ON packed_row (chromosome, start, "end")')
            connection.execute("CREATE INDEX ON packed_row USING brin (snaptron_id)")
            second.execute("ALTER TABLE packed_samples ADD PRIMARY KEY (row)")

    def _copy(self, connection: Any, second: Any, chunks: Iterable[Rows]) -> None:
        counter = itertools.count()
        with (
            connection.cursor().copy(copy_narrow("packed_row", "row")) as narrow,
            second.cursor().copy("COPY packed_samples FROM STDIN (FORMAT binary)") as wide,
        ):
            wide.set_types(["int4", "bytea"])
            for rows in chunks:
                numbers = list(itertools.islice(counter, len(rows)))
                narrow.write(narrow_lines(rows, numbers))
                for row in zip(numbers, pack(rows.pairs), strict=True):
                    wide.write_row(row)

    def export(self, connection: Any) -> Iterator[bytes]:
        """Formats the text here, because SQL cannot read varints."""
        return self._lines(connection, f"{_LINE} ORDER BY row", None)

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """The same for rows with at least this many samples."""
        return self._lines(connection, f"{_LINE} WHERE samples_count >= %s ORDER BY row", (least,))

    def _lines(self, connection: Any, query: str, arguments: Any) -> Iterator[bytes]:
        with connection.cursor("packed", withhold=False) as cursor:
            cursor.execute(query, arguments, binary=True)
            while batch := cursor.fetchmany(_BATCH):
                heads, packed, tails = zip(*batch, strict=True)
                texts = render(*unpack(packed))
                lines = [
                    f"{h}\t{s.decode()}\t{t}\n" for h, s, t in zip(heads, texts, tails, strict=True)
                ]
                yield "".join(lines).encode()

    def subset(self, connection: Any, window: Window, members: SampleSet) -> Subset:
        """Restricts the arrays, then formats them."""
        packed_lists = fetch(
            connection, f"SELECT samples {_JOINED} WHERE {INSIDE} ORDER BY row", vars(window)
        )
        samples, coverages, rows = unpack([packed for (packed,) in packed_lists])
        keep = members.contains(samples)
        before = np.concatenate(([0], np.cumsum(keep)))[rows]
        bounds = np.append(before[:-1][np.diff(before) > 0], before[-1])
        samples, coverages = samples[keep], coverages[keep]
        sums = np.diff(np.concatenate(([0], np.cumsum(coverages)))[bounds])
        return Subset(render(samples, coverages, bounds), np.diff(bounds), sums)

    def junction(self, connection: Any, locus: Window) -> Pairs:
        """Converted to text and parsed, to return the same type as the other layouts."""
        ((packed,),) = fetch(connection, f"SELECT samples {_JOINED} WHERE {EXACT}", vars(locus))
        return parse_pairs(render(*unpack([packed])))
