"""Packed samples beside the narrow table: about two bytes a pair, turned back into text for every
answer that wants text.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import psycopg

from analysis.storage.layout import (
    EXACT,
    INSIDE,
    Cut,
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
_HEAD, _TAIL = (
    ", ".join(f'"{name}"' for name in part) for part in (NAMES[:SAMPLES], NAMES[SAMPLES + 1 :])
)
_LINE = f"SELECT concat_ws(E'\\t', {_HEAD}), samples, concat_ws(E'\\t', {_TAIL}) {_JOINED}"
_BATCH = 200  # rows; of those with many samples, as many pairs as stay in the cache


class Packed:
    """One bytea a row; PostgreSQL's own compression is left on."""

    name = "packed"
    tables = ("packed_row", "packed_samples")
    payload = "packed_samples"

    def __init__(self, compression: str) -> None:
        self.compression = compression

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Two COPYs side by side, then the indexes."""
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
        into_narrow, into_wide = (
            copy_narrow("packed_row", "row"),
            "COPY packed_samples FROM STDIN (FORMAT binary)",
        )
        with (
            connection.cursor().copy(into_narrow) as narrow,
            second.cursor().copy(into_wide) as wide,
        ):
            wide.set_types(["int4", "bytea"])
            for rows in chunks:
                numbers = list(itertools.islice(counter, len(rows)))
                narrow.write(narrow_lines(rows, numbers))
                for row in zip(numbers, pack(rows.pairs), strict=True):
                    wide.write_row(row)

    def export(self, connection: Any) -> Iterator[bytes]:
        """Text made here, since SQL cannot read varints."""
        return self._lines(connection, f"{_LINE} ORDER BY row", None)

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """The same for rows with that many samples."""
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

    def subset(self, connection: Any, window: Window, wanted: SampleSet) -> Cut:
        """Arrays first; text of what is left."""
        found = fetch(
            connection, f"SELECT samples {_JOINED} WHERE {INSIDE} ORDER BY row", vars(window)
        )
        samples, coverages, rows = unpack([packed for (packed,) in found])
        keep = wanted.contains(samples)
        before = np.concatenate(([0], np.cumsum(keep)))[rows]
        bounds = np.append(before[:-1][np.diff(before) > 0], before[-1])
        samples, coverages = samples[keep], coverages[keep]
        sums = np.diff(np.concatenate(([0], np.cumsum(coverages)))[bounds])
        return Cut(render(samples, coverages, bounds), np.diff(bounds), sums)

    def one(self, connection: Any, place: Window) -> Pairs:
        """Through text, to give what the others give."""
        ((packed,),) = fetch(connection, f"SELECT samples {_JOINED} WHERE {EXACT}", vars(place))
        return parse_pairs(render(*unpack([packed])))
