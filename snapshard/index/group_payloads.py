"""The stored group summaries of single junctions, in one round trip."""

from functools import lru_cache

from psycopg import sql

from snapshard.connections import Ask, ask
from snapshard.index.index import Index
from snapshard.index.statements import array_literal
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Release

_SEARCH = sql.SQL("""
SELECT r.position, s.payload FROM {rows} r JOIN {summaries} s ON s.block = r.block
WHERE r.block = ANY ($1::integer[]) AND r.chromosome = $2 AND r.start = $3 AND r."end" = $4
ORDER BY r.block, r.position
""")
_SCHEMAS = 100
"""Releases whose statement is cached."""


def group_payloads(index: Index, release: Release, junction: Region) -> list[tuple[int, bytes]]:
    """For each row with exactly these first and last bases, in the order of the rows: its position in
    its block, and the payload of the block's group summaries.

    Empty for a release without sample groups. Errors are those of `Index.summaries`.
    """
    span = index.facts.of(release).stored_region(junction)
    asks = []
    for interval in release.intervals:
        is_holder = interval.holds_start(span.chrom, span.start, release.named_chroms)
        if "junction" in interval.content and is_holder:
            directory = index.reader(release, Query((span,)), interval).directory()
            blocks = [block for _, block in directory.starting_at([span.start])]
            values = (array_literal(blocks), span.chrom, span.start, span.end)
            texts = tuple(str(value).encode() for value in values)
            asks.append(Ask(interval.shard, _search(release.schema), texts, kept=True, binary=True))
    return [
        (int.from_bytes(result.get_value(row, 0) or b"", "big"), result.get_value(row, 1) or b"")
        for result in ask(index.pools, asks)
        for row in range(result.ntuples)
    ]


@lru_cache(_SCHEMAS)
def _search(schema: str) -> bytes:
    tables = {
        "rows": sql.Identifier(schema, "junction"),
        "summaries": sql.Identifier(schema, "junction_summary"),
    }
    return _SEARCH.format(**tables).as_string().encode()
