"""The ancestor's layout: one wide table of the 17 columns with samples as text, and one B-tree; and
its restriction to samples in pure Python.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import psycopg

from analysis.storage.layout import (
    EXACT,
    INSIDE,
    Subset,
    Window,
    batched_bytes,
    fetch,
    restrict,
    stream,
)
from snapshard.pairs import Pairs, SampleSet, parse_pairs
from snapshard.rows import Rows

_DDL = """
CREATE TABLE ancestor (
    snaptron_id integer, chromosome text COLLATE "C", start integer, "end" integer, length integer,
    strand text, annotated text, left_motif text, right_motif text, left_annotated text,
    right_annotated text, samples text, samples_count integer, coverage_sum integer,
    coverage_avg numeric, coverage_median numeric, source_dataset_id integer
)"""
_SAMPLES = f'SELECT samples FROM ancestor WHERE {INSIDE} ORDER BY start, "end"'


class Ancestor:
    """All columns in one table, as in Snapthunder (2018)."""

    name = "ancestor"
    tables = ("ancestor",)
    payload = "ancestor"

    def load(self, dsn: str, chunks: Iterable[Rows]) -> None:
        """Copies the raw text, then builds the index."""
        with psycopg.connect(dsn) as connection:
            connection.execute(_DDL)
            with connection.cursor().copy("COPY ancestor FROM STDIN (NULL '')") as copy:
                for rows in chunks:
                    copy.write(rows.text)
            connection.execute('CREATE INDEX ON ancestor (chromosome, start, "end")')

    def export(self, connection: Any) -> Iterator[bytes]:
        """All lines in the order of the table, which is its best case."""
        return batched_bytes(stream(connection, "SELECT * FROM ancestor"))

    def filtered(self, connection: Any, least: int) -> Iterator[bytes]:
        """The same for rows with at least this many samples."""
        return batched_bytes(
            stream(
                connection, "SELECT * FROM ancestor WHERE samples_count >= %s", arguments=(least,)
            )
        )

    def subset(self, connection: Any, window: Window, members: SampleSet) -> Subset:
        """Restricts with the library's array parser."""
        return restrict(self._samples(connection, window), members)

    def subset_in_python(self, connection: Any, window: Window, members: SampleSet) -> Subset:
        """Restricts pair by pair, as a script would."""
        texts, counts, sums, ids = [], [], [], set(members.ids.tolist())
        for samples in self._samples(connection, window):
            pairs = []
            for pair in samples.decode()[1:].split(","):
                sample, coverage = pair.split(":")
                if int(sample) in ids:
                    pairs.append((pair, int(coverage)))
            if pairs:
                texts.append(("," + ",".join([pair for pair, _ in pairs])).encode())
                counts.append(len(pairs))
                sums.append(sum([coverage for _, coverage in pairs]))
        return Subset(texts, np.array(counts), np.array(sums))

    def junction(self, connection: Any, locus: Window) -> Pairs:
        """Looks the junction up in the B-tree."""
        query = f"SELECT samples FROM ancestor WHERE {EXACT}"
        return parse_pairs([fetch(connection, query, vars(locus))[0][0]])

    def _samples(self, connection: Any, window: Window) -> list[bytes]:
        return [samples for (samples,) in fetch(connection, _SAMPLES, vars(window))]
