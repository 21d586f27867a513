"""The ancestor's layout: one wide table of the 17 columns, samples as text in it, one B-tree. Also
the pure Python subset.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import psycopg

from analysis.storage.layout import EXACT, INSIDE, Cut, Window, cut, fetch, gathered, stream
from snapshard.pairs import Pairs, SampleSet, parse_pairs
from snapshard.rows import Rows

_DDL = """
CREATE TABLE ancestor (
    snaptron_id integer, chromosome text COLLATE "C", start integer, "end" integer, length integer, strand text, annotated text,
    left_motif text, right_motif text, left_annotated text, right_annotated text, samples text, samples_count integer,
    coverage_sum integer, coverage_avg numeric, coverage_median numeric, source_dataset_id integer
)"""
_SAMPLES = f'SELECT samples FROM ancestor WHERE {INSIDE} ORDER BY start, "end"'


class Ancestor:
    """Everything in one table, as Snapthunder (2018) had it."""

    name = "ancestor"
    tables = ("ancestor",)
    payload = "ancestor"

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Raw COPY of the text, then the index."""
        with psycopg.connect(dsn) as connection:
            connection.execute(_DDL)
            with connection.cursor().copy("COPY ancestor FROM STDIN (NULL '')") as copy:
                for rows in chunks:
                    copy.write(rows.text)
            connection.execute('CREATE INDEX ON ancestor (chromosome, start, "end")')

    def export(self, connection: Any) -> Iterator[bytes]:
        """In the order of the table, which is its best case."""
        return gathered(stream(connection, "SELECT * FROM ancestor"))

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """The same for rows with that many samples."""
        return gathered(
            stream(
                connection, "SELECT * FROM ancestor WHERE samples_count >= %s", arguments=(least,)
            )
        )

    def subset(self, connection: Any, window: Window, wanted: SampleSet) -> Cut:
        """Our array parser on the ancestor's table."""
        return cut(self._samples(connection, window), wanted)

    def subset_in_python(self, connection: Any, window: Window, wanted: SampleSet) -> Cut:
        """Pair by pair, as a script would."""
        texts, counts, sums, ids = [], [], [], set(wanted.ids.tolist())
        for samples in self._samples(connection, window):
            kept = []
            for pair in samples.decode()[1:].split(","):
                sample, coverage = pair.split(":")
                if int(sample) in ids:
                    kept.append((pair, int(coverage)))
            if kept:
                texts.append(("," + ",".join([pair for pair, _ in kept])).encode())
                counts.append(len(kept))
                sums.append(sum([coverage for _, coverage in kept]))
        return Cut(texts, np.array(counts), np.array(sums))

    def one(self, connection: Any, place: Window) -> Pairs:
        """By the B-tree."""
        query = f"SELECT samples FROM ancestor WHERE {EXACT}"
        return parse_pairs([fetch(connection, query, vars(place))[0][0]])

    def _samples(self, connection: Any, window: Window) -> list[bytes]:
        return [samples for (samples,) in fetch(connection, _SAMPLES, vars(window))]
