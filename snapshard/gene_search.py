"""Genes of a release, found by symbol or id as people type them."""

from itertools import pairwise
from typing import Any

from psycopg import sql

from snapshard.catalog import Catalog
from snapshard.errors import Ambiguous, NotFound
from snapshard.genes import Gene
from snapshard.region import Region
from snapshard.release import Release

_SELECT = sql.SQL("""
SELECT gene_id, symbol, chromosome, start, "end", strand, biotype, source FROM {}.gene
WHERE upper(symbol) LIKE %(pattern)s OR upper(gene_id) LIKE %(pattern)s OR upper(gene_id) LIKE %(versions)s
ORDER BY upper(symbol) <> %(name)s AND upper(gene_id) <> %(name)s, length(symbol), symbol, number
LIMIT %(limit)s
""")
_MOST_PLACES = 100


def genes_by_prefix(catalog: Catalog, release: Release, prefix: str, *, limit: int) -> list[Gene]:
    """Genes whose symbol or id begins so, in any case: an exact one first, then the shorter symbols."""
    return _genes(catalog, release, prefix, pattern=_literal(prefix) + "%", limit=limit)


def gene_places(catalog: Catalog, release: Release, name: str) -> list[Gene]:
    """The genes of this symbol, or of this id with or without its version, those of one place as one. Raises NotFound."""
    found = _genes(catalog, release, name, pattern=_literal(name), limit=_MOST_PLACES)
    if not found:
        raise NotFound("gene", name)
    return _merged(found)


def gene_region(catalog: Catalog, release: Release, name: str) -> Region:
    """Where a gene lies. Raises NotFound, or Ambiguous with the choices for a symbol of several places: nobody guesses."""
    places = gene_places(catalog, release, name)
    if len(places) > 1:
        raise Ambiguous("gene", name, [gene_members(gene) for gene in places])
    return Region(places[0].chrom, places[0].start, places[0].end)


def gene_members(gene: Gene) -> dict[str, object]:
    """What an answer says of a gene."""
    return {
        "gene_id": gene.gene_id,
        "symbol": gene.symbol,
        "chromosome": gene.chrom,
        "start": gene.start,
        "end": gene.end,
        "strand": gene.strand,
        "biotype": gene.biotype,
        "source": gene.source,
    }


def _genes(catalog: Catalog, release: Release, name: str, *, pattern: str, limit: int) -> list[Gene]:
    values: dict[str, Any] = {
        "pattern": pattern.upper(),
        "versions": _literal(name).upper() + ".%",
        "name": name.upper(),
        "limit": limit,
    }
    with catalog.connect() as connection:
        return [Gene(*row) for row in connection.execute(_SELECT.format(sql.Identifier(release.schema)), values)]


def _literal(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _merged(genes: list[Gene]) -> list[Gene]:
    """Genes that overlap on one strand are one place, such as the same gene of two annotations."""
    ordered = sorted(genes, key=lambda gene: (gene.chrom, gene.strand, gene.start, gene.end))
    breaks = [0, *[n for n, (one, other) in enumerate(pairwise(ordered), 1) if not _overlap(one, other)], len(ordered)]
    return [_union(ordered[first:last]) for first, last in pairwise(breaks) if first < last]


def _overlap(one: Gene, other: Gene) -> bool:
    return (one.chrom, one.strand) == (other.chrom, other.strand) and other.start <= one.end


def _union(genes: list[Gene]) -> Gene:
    first, end = genes[0], max(gene.end for gene in genes)
    return Gene(first.gene_id, first.symbol, first.chrom, first.start, end, first.strand, first.biotype, first.source)
