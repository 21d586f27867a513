"""Where a gene's name points: the intervals of a symbol, the span of a versioned id, introns of the
canonical transcript.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg import sql

from snapshard.catalog.catalog import Catalog
from snapshard.errors import NotFound
from snapshard.genes import symbol_intervals
from snapshard.region import Region
from snapshard.release import Release

_SPANS = sql.SQL("""
SELECT symbol, chromosome, start, "end" FROM {}.transcript WHERE upper(symbol) = %s AND file = %s ORDER BY number
""")
_HAS_REFFLAT = sql.SQL(
    "SELECT EXISTS (SELECT FROM {}.file WHERE name = 'refseq_transcripts_by_hgvs.tsv')"
)
_GENE = sql.SQL(
    'SELECT chromosome, start, "end" FROM {}.gene WHERE upper(gene_id) = %s ORDER BY number DESC LIMIT 1'
)
_CANONICAL = sql.SQL("""
SELECT chromosome, strand, exon_starts, exon_ends FROM {}.transcript
WHERE upper(symbol) = %s AND file = 'canonical' AND chromosome ~ '^chr[12]?[0-9XYM]$' AND cardinality(exon_starts) > 1
ORDER BY number DESC LIMIT 1
""")


@dataclass(frozen=True)
class _Span:
    symbol: str
    chrom: str
    start: int
    end: int


class Symbols:
    """The names of a release's genes."""

    def __init__(self, catalog: Catalog, release: Release) -> None:
        self._catalog = catalog
        self._schema = sql.Identifier(release.schema)

    def intervals(self, symbol: str) -> list[Region]:
        """The intervals of a symbol, in any case, in the order to ask for them (see
        genes.symbol_intervals); none if unknown.
        """
        spans = [_Span(*row) for row in self._rows(_SPANS, symbol.upper(), self._table)]
        return symbol_intervals(spans).get(symbol.upper(), [])

    def versioned(self, gene_id: str) -> list[Region]:
        """The span of a gene id with its version, in any case; none if unknown."""
        return [Region(*row) for row in self._rows(_GENE, gene_id.upper())]

    def introns(self, symbol: str, numbers: Sequence[int]) -> list[Region]:
        """These introns of the symbol's canonical transcript, counted from 1 in the direction of
        transcription; none if unknown.

        Raises NotFound for a number that no intron has. Between exons that touch lies an intron
        without a base: it is counted, and left out.
        """
        rows = self._rows(_CANONICAL, symbol.upper())
        if not rows:
            return []
        chrom, strand, starts, ends = rows[0]
        introns = [(end + 1, start - 1) for end, start in zip(ends[:-1], starts[1:], strict=True)]
        ordered = introns[::-1] if strand == "-" else introns
        beyond = [number for number in numbers if not 1 <= number <= len(ordered)]
        if beyond:
            raise NotFound("intron", f"{symbol}:{beyond[0]}", f"1 to {len(ordered)}")
        wanted = [ordered[number - 1] for number in numbers]
        return [Region(chrom, start, end) for start, end in wanted if start <= end]

    @cached_property
    def _table(self) -> str:
        """Symbols are those of the table by symbol; a release without one has those of its
        annotation.
        """
        return "refflat" if self._rows(_HAS_REFFLAT)[0][0] else "annotation"

    def _rows(self, statement: sql.SQL, *values: str) -> list[tuple[Any, ...]]:
        with self._catalog.connect() as connection:
            return connection.execute(statement.format(self._schema), values).fetchall()
