"""What must hold for every release, whatever its sources and their indexes say.

- Every row of the sources is published, unless it was refused and the load allowed that.
- No two rows of a kind have the same number.
- A row is seen in n of N samples with n at most N.
- Groups have only members that the samples file has. (The samples of rows are compared with it while
  they are read.)
- Every table names at least one chromosome that the junctions name, too. A table that names none
  names them differently, and would answer every question with nothing.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import groupby
from operator import attrgetter
from typing import Any

import psycopg
from psycopg import sql

from snapshard.catalog import file_names
from snapshard.connections import ShardMap
from snapshard.connections.fanout import gather
from snapshard.errors import BadSource
from snapshard.row_kinds import JUNCTION
from snapshard_populate.formats import FileCount, count_rows
from snapshard_populate.loading.source_count import SourceCount
from snapshard_populate.reading import file_name, open_source
from snapshard_populate.releases import ReleaseStatus, session

Connection = psycopg.Connection[Any]

_KIND = JUNCTION.name
_MOST_NAMED = 3

_SELECT_CHROMOSOMES = """
SELECT 'annotation', array_agg(DISTINCT chromosome) FROM {schema}.gene HAVING count(*) > 0
UNION ALL
SELECT file, array_agg(DISTINCT chromosome) FROM {schema}.transcript GROUP BY file
"""
"""The chromosomes of genes and transcripts, by the file that they are from."""

_SELECT_UNKNOWN_MEMBERS = """
SELECT name, member FROM {schema}.sample_group, unnest(members) AS member
WHERE EXISTS (SELECT FROM {schema}.sample)
AND member NOT IN (SELECT rail_id FROM {schema}.sample) LIMIT 1
"""
"""A member of a group that the samples file lacks; no row without a samples file."""


_SELECT_READINGS = """
SELECT kind, source, complete, row_count, bad_rows, text_bytes, chromosomes
FROM reading WHERE schema = %s ORDER BY kind, reader
"""
"""What the readers of a release's sources counted."""

_FIND_READINGS = "SELECT to_regclass('reading')"
"""The table of readings; null in the catalog of an older version."""

_SELECT_MOST_SAMPLES = "SELECT max(samples_count) FROM {schema}.junction"
"""The largest number of samples that a junction of a shard is seen in."""


def read_counts(catalog: Connection, schema: str) -> list[SourceCount]:
    """What the readers of a release's sources counted; empty for a release that a version without
    such counts has loaded.
    """
    if catalog.execute(_FIND_READINGS).fetchone() == (None,):
        return []
    records = catalog.execute(_SELECT_READINGS, [schema]).fetchall()
    return [
        SourceCount(kind, source, complete, rows, bad, text_bytes, set(chromosomes))
        for kind, source, complete, rows, bad, text_bytes, chromosomes in records
    ]


def count_parts(counts: Sequence[SourceCount], *, jobs: int) -> dict[str, FileCount]:
    """The rows of every file of which no reader read all, by the kind of its rows; this reads the
    files once more, from front to back.
    """
    complete = {count.kind for count in counts if count.complete}
    parts = {count.kind: count.source for count in counts if count.kind not in complete}
    files = gather(_count_file, list(parts.values()), threads=jobs)
    return dict(zip(parts, files, strict=True))


def check_rows_complete(
    counts: Sequence[SourceCount], files: Mapping[str, FileCount], published: Mapping[str, int]
) -> None:
    """Raises BadSource if rows of a source would not be published. Rows are given by kind."""
    for kind, of_kind in groupby(counts, attrgetter("kind")):
        readers = list(of_kind)
        problem = _rows_problem(readers, files.get(kind), published.get(kind, 0))
        if problem is not None:
            raise BadSource(readers[0].source, problem)


def refused_notices(counts: Sequence[SourceCount]) -> Iterator[str]:
    """Yields a notice for each source of which rows were refused and the load went on."""
    for _, of_kind in groupby(counts, attrgetter("kind")):
        readers = list(of_kind)
        bad = sum(count.bad_rows for count in _complete(readers)[:1] or readers)
        if bad:
            yield f"{file_name(readers[0].source)}: {refused_notice(bad, 'row')}"


def refused_notice(count: int, noun: str) -> str:
    """The notice about rows or lines that were refused and the load went on."""
    lines = f"{count} {noun}s were" if count > 1 else f"1 {noun} was"
    return f"{lines} refused and left out, as --max-errors allows"


def check_catalog(catalog: Connection, schema: str, counts: Sequence[SourceCount]) -> None:
    """Raises BadSource if a group has an unknown sample, or a table other chromosomes than the
    junctions.
    """
    unknown = catalog.execute(_statement(_SELECT_UNKNOWN_MEMBERS, schema)).fetchone()
    if unknown is not None:
        group, member = unknown
        raise BadSource(
            file_names.GROUPS,
            f"group {group!r}: expected samples of the samples file, got {member}",
        )
    chromosomes = {count.source: set(count.chromosomes) for count in counts if count.kind != _KIND}
    for file, names in catalog.execute(_statement(_SELECT_CHROMOSOMES, schema)).fetchall():
        chromosomes.setdefault(file, set()).update(names)
    of_junctions = [count.chromosomes for count in counts if count.kind == _KIND]
    check_chromosomes(set().union(*of_junctions), chromosomes)


def check_chromosomes(of_junctions: Set[str], of_others: Mapping[str, Set[str]]) -> None:
    """Raises BadSource for a table, given by name, that names no chromosome of the junctions."""
    for name, chromosomes in of_others.items():
        if chromosomes and of_junctions and not chromosomes & of_junctions:
            raise BadSource(
                name,
                f"expected chromosomes named as in the junctions ({_few(of_junctions)}), "
                f"got {_few(chromosomes)}: none is the same",
            )


def check_sample_count(shards: ShardMap, status: ReleaseStatus, names: Sequence[str]) -> None:
    """Raises BadSource if a junction is seen in more samples than there are."""
    for shard in names:
        with session(shard, shards.address(shard)) as connection:
            record = connection.execute(_statement(_SELECT_MOST_SAMPLES, status.schema)).fetchone()
        most = record[0] if record else None
        if most is not None and status.sample_count is not None and most > status.sample_count:
            raise BadSource(
                status.source,
                f"has a junction in {most} samples, but the samples file has {status.sample_count}",
            )


def _rows_problem(
    counts: Sequence[SourceCount], file: FileCount | None, published: int
) -> str | None:
    """The reason why the published rows are not those of their source; None if they are.

    `counts` are those of the readers of one source. `file` is needed if each read only a part.
    """
    complete = _complete(counts)
    if len({(count.row_count, count.text_bytes) for count in complete}) > 1:
        numbers = " and then ".join(str(count.row_count) for count in complete[:2])
        return f"was changed while it was loaded: it had {numbers} rows; load it again"
    rows = sum(count.row_count for count in complete[:1] or counts)
    bad = sum(count.bad_rows for count in complete[:1] or counts)
    text_bytes = sum(count.text_bytes for count in complete[:1] or counts)
    if file is not None and (rows != file.row_count or (not bad and text_bytes != file.text_bytes)):
        return index_reason(
            f"{file.row_count} rows ({file.text_bytes} bytes)", f"{rows} ({text_bytes} bytes)"
        )
    if published != rows - bad:
        return (
            f"has {rows} rows, of which {bad} were refused, but {published} would be published; "
            "load it again"
        )
    return None


def index_reason(of_file: object, through_index: object) -> str:
    """The error message for an index that does not give all rows of its file."""
    return (
        f"has {of_file}, but its tabix index gave {through_index}: the index belongs to another "
        "file, or to another version of this one; make it again (tabix -f -s 2 -b 3 -e 4 FILE), "
        "or remove it. Rows without a valid position are missing in any index: "
        "snapshard load --check lists them"
    )


def _complete(counts: Sequence[SourceCount]) -> list[SourceCount]:
    """The counts of readers that read all of the source; each counted the same rows."""
    return [count for count in counts if count.complete]


def _few(names: Set[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:_MOST_NAMED]) + (", …" if len(ordered) > _MOST_NAMED else "")


def _count_file(location: str) -> FileCount:
    with open_source(location) as source:
        return count_rows(source, source.name)


def _statement(query: str, schema: str) -> sql.Composed:
    return sql.SQL(query).format(schema=sql.Identifier(schema))
