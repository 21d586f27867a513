"""Genes of a release, found by symbol or id as people type them."""

from dataclasses import replace
from typing import Any

from psycopg import sql

from snapshard.catalog.catalog import Catalog
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
_OF_TRANSCRIPTS = sql.SQL("""
SELECT min(gene_id), symbol, chromosome, min(start), max("end"), strand, '', min(source) FROM {}.transcript
WHERE upper(symbol) LIKE %(pattern)s
GROUP BY symbol, chromosome, strand, CASE WHEN upper(symbol) = %(name)s THEN number END
ORDER BY upper(symbol) <> %(name)s, length(symbol), symbol, chromosome, min(start)
LIMIT %(limit)s
""")
"""Transcripts as genes, for a release that has transcripts by symbol and no genes. Those of the
exact name stay single, since only their overlaps tell how many places there are.
"""
_MOST_PLACES = 1_000


def genes_by_prefix(catalog: Catalog, release: Release, prefix: str, *, limit: int) -> list[Gene]:
    """The first genes whose symbol or id begins so, in any case: an exact one first, then the
    shorter symbols.
    """
    # What merging takes away must not leave fewer than there are.
    found = _genes(
        catalog, release, prefix, pattern=_literal(prefix) + "%", limit=limit + _MOST_PLACES
    )
    exact = [
        gene for gene in found if prefix.upper() in (gene.symbol.upper(), gene.gene_id.upper())
    ]
    return [*_merged(exact), *found[len(exact) :]][:limit]


def gene_places(catalog: Catalog, release: Release, name: str) -> list[Gene]:
    """The genes of this symbol, or of this id with or without its version, those of one place as
    one. Raises NotFound.
    """
    found = _genes(catalog, release, name, pattern=_literal(name), limit=_MOST_PLACES)
    if not found:
        raise NotFound("gene", name)
    return _merged(found)


def gene_region(catalog: Catalog, release: Release, name: str) -> Region:
    """Where a gene lies. Raises NotFound, or Ambiguous with the choices for a symbol of several
    places: nobody guesses.
    """
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


def _genes(
    catalog: Catalog, release: Release, name: str, *, pattern: str, limit: int
) -> list[Gene]:
    values: dict[str, Any] = {
        "pattern": pattern.upper(),
        "versions": _literal(name).upper() + ".%",
        "name": name.upper(),
        "limit": limit,
    }
    with catalog.connect() as connection:
        for statement in (_SELECT, _OF_TRANSCRIPTS):
            found = connection.execute(
                statement.format(sql.Identifier(release.schema)), values
            ).fetchall()
            if found:
                return [Gene(*row) for row in found]
    return []


def _literal(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _merged(genes: list[Gene]) -> list[Gene]:
    """Genes that overlap on one strand are one place, such as the same gene of two annotations, or
    its transcripts.
    """
    places: list[Gene] = []
    for gene in sorted(genes, key=lambda gene: (gene.chrom, gene.strand, gene.start, gene.end)):
        if places and _overlap(places[-1], gene):
            places[-1] = replace(places[-1], end=max(places[-1].end, gene.end))
        else:
            places.append(gene)
    return places


def _overlap(one: Gene, other: Gene) -> bool:
    return (one.chrom, one.strand) == (other.chrom, other.strand) and other.start <= one.end
