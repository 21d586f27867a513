"""The positions that a gene name stands for: the intervals of a symbol, the span of a versioned
id, introns of the canonical transcript.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg import sql

from snapshard.assembly import PRIMARY
from snapshard.catalog import file_names
from snapshard.catalog.catalog import Catalog
from snapshard.catalog.genes import symbol_intervals
from snapshard.errors import NotFound
from snapshard.region import Region
from snapshard.release import Release
from snapshard.transcripts import introns_between

_SPANS = sql.SQL("""
SELECT symbol, chromosome, start, "end" FROM {}.transcript
WHERE upper(symbol) = upper(%s) AND file = %s ORDER BY number
""")
# For genes without transcripts, such as those of a GFF3 file of genes alone.
_GENES = sql.SQL("""
SELECT symbol, chromosome, start, "end" FROM {}.gene WHERE upper(symbol) = upper(%s) ORDER BY number
""")
_HAS_FILE = sql.SQL("SELECT EXISTS (SELECT FROM {}.file WHERE name = %s)")
_GENE = sql.SQL("""
SELECT chromosome, start, "end" FROM {}.gene WHERE upper(gene_id) = upper(%s) ORDER BY number
""")
# If a canonical transcript occurs several times, the last line of its file counts, as in Snaptron.
_CANONICAL = sql.SQL("""
SELECT chromosome, strand, exon_starts, exon_ends FROM {}.transcript
WHERE upper(symbol) = upper(%s) AND file = 'canonical' AND chromosome ~ %s AND cardinality(exon_starts) > 1
ORDER BY number DESC LIMIT 1
""")


@dataclass(frozen=True)
class _Span:
    symbol: str
    chrom: str
    start: int
    end: int


class Symbols:
    """The gene names of a release."""

    def __init__(self, catalog: Catalog, release: Release) -> None:
        self._catalog = catalog
        self._schema = sql.Identifier(release.schema)

    def intervals(self, symbol: str) -> list[Region]:
        """The intervals of a symbol, ignoring case, in the order to query them (see
        genes.symbol_intervals); empty if the symbol is unknown.
        """
        records = self._read(_SPANS, symbol, self._table)
        if not records and self._table == "annotation":
            records = self._read(_GENES, symbol)
        spans = [_Span(*record) for record in records]
        return symbol_intervals(spans).get(symbol.upper(), [])

    def versioned(self, gene_id: str) -> list[Region]:
        """The span of a gene id with its version at each place that the annotation has it, ignoring
        case; empty if the id is unknown.
        """
        return [Region(*record) for record in self._read(_GENE, gene_id)]

    def introns(self, symbol: str, numbers: Sequence[int]) -> list[Region]:
        """These introns of the symbol's canonical transcript, counted from 1 in the direction of
        transcription; empty if the symbol is unknown.

        Raises NotFound for a number that no intron has. The intron without a base between exons
        that touch is counted, and left out.
        """
        records = self._read(_CANONICAL, symbol, f"^{PRIMARY}$")
        if not records:
            return []
        chrom, strand, starts, ends = records[0]
        introns = introns_between(list(zip(starts, ends, strict=True)))
        if strand == "-":
            introns.reverse()
        for number in numbers:
            if not 1 <= number <= len(introns):
                raise NotFound("intron", f"{symbol}:{number}", f"1 to {len(introns)}")
        spans = [introns[number - 1] for number in numbers]
        return [Region(chrom, start, end) for start, end in spans if start <= end]

    @cached_property
    def _table(self) -> str:
        """The table whose symbols count: refFlat; for a release without it, the annotation."""
        has_refflat = self._read(_HAS_FILE, file_names.REFFLAT)[0][0]
        return "refflat" if has_refflat else "annotation"

    def _read(self, statement: sql.SQL, *values: str) -> list[tuple[Any, ...]]:
        # No text of a database contains NUL.
        if any("\x00" in value for value in values):
            return []
        with self._catalog.connect() as connection:
            return connection.execute(statement.format(self._schema), values).fetchall()
