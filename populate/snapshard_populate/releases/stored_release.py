"""A release that is read back from its shards and the catalog, as the source of a new one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import zstandard
from psycopg import sql

from snapshard.catalog import AnnotatedIntrons, file_names
from snapshard.connections import CATALOG, ShardMap
from snapshard.errors import BadRelease
from snapshard.release import Interval
from snapshard.row_kinds import BASE, ROW_KINDS
from snapshard.rows import Rows
from snapshard.transcripts import introns_between
from snapshard_populate.formats import GroupLine
from snapshard_populate.releases.release import ReleaseStatus, read_intervals, release_statuses
from snapshard_populate.releases.sessions import lock_shared, session

_BATCH_BYTES = 4 << 20
"""Text of rows that is read at a time, about."""

_SELECT_BLOCKS = "SELECT payload FROM {} WHERE interval = %s ORDER BY block"
"""The blocks of an interval in the order of its rows."""

_SELECT_FILE = "SELECT content FROM {}.file WHERE name = %s"
"""A small file of a release."""

_SELECT_GROUPS = "SELECT name, long_name, members FROM {}.sample_group ORDER BY number"
"""The groups of samples of a release."""

_SELECT_EXONS = """
SELECT chromosome, strand, exon_starts, exon_ends FROM {}.transcript WHERE file = 'annotation'
"""
"""The exons of the annotation of a release."""

_SELECT_SIMULATED = "SELECT simulated FROM compilation WHERE name = %s"
"""Whether the data of a compilation are simulated."""

_SELECT_NUMBERS = """
SELECT kind, sum(row_count)::bigint, min(min_id), max(max_id) FROM content WHERE schema = %s GROUP BY kind
"""
"""The number of rows of each kind, their smallest and their greatest id."""


class StoredRelease:
    """A published release; prune does not drop it meanwhile (see `open_release`)."""

    def __init__(self, shards: ShardMap, status: ReleaseStatus) -> None:
        self.status = status
        self.intervals: tuple[Interval, ...] = read_intervals(shards.catalog, status.schema)
        self._shards = shards
        self._schema = sql.Identifier(status.schema)

    @property
    def name(self) -> str:
        """`compilation/release`."""
        return str(self.status)

    def named_notices(self) -> Iterator[str]:
        """Yields its notices behind its name; those that it has of earlier releases have their names."""
        for text in self.status.notices:
            is_named = text.startswith(f"{self.status.compilation}/")
            yield text if is_named else f"{self.name}: {text}"

    def simulated(self) -> bool:
        """Whether the data of its compilation are simulated."""
        return bool(self._records(_SELECT_SIMULATED, self.status.compilation)[0][0])

    def kinds(self) -> dict[str, bool]:
        """The kinds of rows that it has, and whether their ids are numbers from 1 without a gap."""
        numbers = self._records(_SELECT_NUMBERS, self.status.schema)
        return {
            kind: (first, last) == (1, count) for kind, count, first, last in numbers if count > 0
        }

    def file(self, name: str) -> bytes | None:
        """The content of one of its small files; None if it does not have it."""
        contents = self._records(_SELECT_FILE, name)
        return zstandard.ZstdDecompressor().decompress(contents[0][0]) if contents else None

    def samples(self) -> tuple[tuple[str, ...], ...]:
        """The cells of its samples file, line by line: first the names of the columns, of which the
        first is rail_id. Raises BadRelease for a release without samples.
        """
        content = self.file(file_names.SAMPLES)
        if content is None:
            raise BadRelease(f"{self.name} has no samples file, which says what its samples are")
        return tuple(tuple(line.split("\t")) for line in content.decode().split("\n")[:-1])

    def groups(self) -> list[GroupLine]:
        """Its groups of samples."""
        records = self._records(_SELECT_GROUPS)
        return [GroupLine(name, long_name, tuple(members)) for name, long_name, members in records]

    def introns(self) -> AnnotatedIntrons | None:
        """The introns of its annotation; None without one."""
        introns = [
            (chrom, strand, start, end)
            for chrom, strand, starts, ends in self._records(_SELECT_EXONS)
            for start, end in introns_between(list(zip(starts, ends, strict=True)))
            if start <= end
        ]
        return AnnotatedIntrons(introns) if introns else None

    def rows(self, kind: str) -> Iterator[Rows]:
        """Yields the rows of a kind in genome order, some megabytes of one interval at a time."""
        columns = ROW_KINDS[kind].columns
        if kind == BASE.name:
            columns = tuple((self.file(file_names.BASES_HEADER) or b"").decode().split())
        for interval in self.intervals:
            for text in self._texts(kind, interval):
                yield Rows(text, columns)

    def _texts(self, kind: str, interval: Interval) -> Iterator[bytes]:
        table = sql.Identifier(self.status.schema, ROW_KINDS[kind].block_table)
        decompressor = zstandard.ZstdDecompressor()
        with session(interval.shard, self._shards.address(interval.shard)) as connection:
            texts: list[bytes] = []
            statement = sql.SQL(_SELECT_BLOCKS).format(table)
            with connection.cursor() as cursor:
                # Streamed, because the payloads of a large interval need not fit into memory.
                for (payload,) in cursor.stream(statement, [interval.number], binary=True):
                    texts.append(decompressor.decompress(payload))
                    if sum(map(len, texts)) >= _BATCH_BYTES:
                        yield b"".join(texts)
                        texts = []
            if texts:
                yield b"".join(texts)

    def _records(self, query: str, *parameters: str) -> list[tuple[Any, ...]]:
        with session(CATALOG, self._shards.catalog) as catalog:
            return catalog.execute(sql.SQL(query).format(self._schema), parameters).fetchall()


@contextmanager
def open_release(shards: ShardMap, compilation: str) -> Iterator[StoredRelease]:
    """The served release of a compilation; prune does not drop it until the context ends. Raises
    BadRelease if there is none.
    """
    statuses = release_statuses(shards.catalog, compilation)
    status = next((status for status in statuses if status.current), None)
    if status is None:
        raise BadRelease(f"compilation {compilation!r} has no published release; load one first")
    with session(CATALOG, shards.catalog) as catalog:
        lock_shared(catalog, status.schema)
        yield StoredRelease(shards, status)
