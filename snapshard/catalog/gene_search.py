"""Genes of a release by symbol or id, as people type them."""

from dataclasses import replace
from typing import Any

from psycopg import sql

from snapshard.catalog.catalog import Catalog
from snapshard.catalog.genes import Gene
from snapshard.catalog.unicode_forms import unicode_forms
from snapshard.errors import Ambiguous, NotFound
from snapshard.region import Region
from snapshard.release import Release

# In ORDER BY, false sorts before true, so exact matches come first. The database itself makes the
# name upper case: Python and a database differ in the letters of which they know a capital.
_SELECT = sql.SQL("""
SELECT gene_id, symbol, chromosome, start, "end", strand, biotype, source FROM {}.gene
WHERE upper(symbol) LIKE upper(%(pattern)s) OR upper(gene_id) LIKE upper(%(pattern)s)
   OR upper(gene_id) LIKE upper(%(versions)s)
ORDER BY upper(symbol) <> upper(%(name)s) AND upper(gene_id) <> upper(%(name)s), length(symbol),
   symbol, number
LIMIT %(limit)s
""")
_OF_TRANSCRIPTS = sql.SQL("""
SELECT min(gene_id), symbol, chromosome, min(start), max("end"), strand, '', min(source)
FROM {}.transcript
WHERE upper(symbol) LIKE upper(%(pattern)s)
GROUP BY symbol, chromosome, strand, CASE WHEN upper(symbol) = upper(%(name)s) THEN number END
ORDER BY upper(symbol) <> upper(%(name)s), length(symbol), symbol, chromosome, min(start)
LIMIT %(limit)s
""")
"""Transcripts as genes, for a release that has transcripts by symbol but no genes. Transcripts of
the exact name are not grouped here, because only their overlaps show how many loci there are.
"""
_PLACE = ("start", "end", "strand")
_MOST_LOCI = 1_000
_CONTAINING = sql.SQL("""
SELECT gene_id, symbol, chromosome, start, "end", strand, biotype, source FROM {}.gene
WHERE chromosome = %(chrom)s AND start <= %(start)s AND "end" >= %(end)s
ORDER BY "end" - start, number
""")
_TRANSCRIPTS_CONTAINING = sql.SQL("""
SELECT min(gene_id), symbol, chromosome, min(start), max("end"), strand, '', min(source)
FROM {}.transcript
WHERE chromosome = %(chrom)s AND start <= %(start)s AND "end" >= %(end)s
GROUP BY symbol, chromosome, strand
ORDER BY max("end") - min(start), symbol
""")


def genes_by_prefix(catalog: Catalog, release: Release, prefix: str, *, limit: int) -> list[Gene]:
    """The first genes whose symbol or id starts with the prefix, ignoring case: exact matches
    first, then shorter symbols before longer ones.
    """
    # Fetch extra rows, because merging overlapping genes shortens the list.
    genes, _ = _read_genes(
        catalog, release, prefix, pattern=_literal(prefix) + "%", limit=limit + _MOST_LOCI
    )
    exact = [
        gene for gene in genes if prefix.upper() in (gene.symbol.upper(), gene.gene_id.upper())
    ]
    # The statement puts exact matches first, so the others start after them.
    return [*merged_loci(exact), *genes[len(exact) :]][:limit]


def gene_loci(catalog: Catalog, release: Release, name: str) -> list[Gene]:
    """The loci of all genes that have this name. Raises NotFound."""
    return _loci(catalog, release, name)[0]


def gene_places(catalog: Catalog, release: Release, name: str) -> list[Gene]:
    """The places of a gene, in genome order: one, or those at which the annotation has its id on
    one chromosome, such as the parts of a trans-spliced gene.

    Raises NotFound, or Ambiguous with the choices if several genes have the name.
    """
    loci, have_ids = _loci(catalog, release, name)
    return places_of(name, loci, have_ids=have_ids)


def places_of(name: str, loci: list[Gene], *, have_ids: bool) -> list[Gene]:
    """The loci of a name in genome order, if they are places of one gene, else Ambiguous is raised.

    Genes that were made of transcripts have no ids.
    """
    # Different genes may share a symbol, but not an id.
    is_one_gene = have_ids and len({(gene.gene_id, gene.chrom) for gene in loci}) == 1
    if len(loci) > 1 and not is_one_gene:
        raise Ambiguous("gene", name, [gene_members(gene) for gene in loci])
    return sorted(loci, key=lambda gene: (gene.start, gene.end))


def gene_regions(catalog: Catalog, release: Release, name: str) -> list[Region]:
    """The regions of a gene, one for each of its places. Raises as `gene_places` does."""
    places = gene_places(catalog, release, name)
    return [Region(gene.chrom, gene.start, gene.end) for gene in places]


def genes_containing(catalog: Catalog, release: Release, region: Region) -> list[Gene]:
    """The genes of either strand that contain a whole region, the shortest first. In a release that
    has transcripts but no genes, a gene is the transcripts of one symbol that contain the region.
    """
    values = {"chrom": region.chrom, "start": region.start, "end": region.end}
    with catalog.connect() as connection:
        for statement in (_CONTAINING, _TRANSCRIPTS_CONTAINING):
            query = statement.format(sql.Identifier(release.schema))
            records = connection.execute(query, values).fetchall()
            if records:
                return [Gene(*record) for record in records]
    return []


def gene_members(gene: Gene) -> dict[str, object]:
    """The members of a gene in a JSON response."""
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


def placed_gene_members(places: list[Gene]) -> dict[str, object]:
    """The members of a gene with `parts`, its places; with several, it has no start and end, because a
    span from the first part to the last would hold what is not of the gene.
    """
    members = gene_members(places[0])
    parts = [{name: gene_members(place)[name] for name in _PLACE} for place in places]
    if len(parts) > 1:
        strands = {place.strand for place in places}
        strand = places[0].strand if len(strands) == 1 else "?"
        members |= {"start": None, "end": None, "strand": strand}
    return {**members, "parts": parts}


def _read_genes(
    catalog: Catalog, release: Release, name: str, *, pattern: str, limit: int
) -> tuple[list[Gene], bool]:
    """The genes, and whether they have ids; those of a table of transcripts have only symbols."""
    values: dict[str, Any] = {
        "pattern": pattern,
        "versions": _literal(name) + ".%",
        "name": name,
        "limit": limit,
    }
    # No text of a database contains NUL.
    if "\x00" in name:
        return [], False
    with catalog.connect() as connection:
        for statement in (_SELECT, _OF_TRANSCRIPTS):
            query = statement.format(sql.Identifier(release.schema))
            records = connection.execute(query, values).fetchall()
            if records:
                return [Gene(*record) for record in records], statement is _SELECT
    return [], False


def _loci(catalog: Catalog, release: Release, name: str) -> tuple[list[Gene], bool]:
    """The loci of a symbol, or of an id with or without its version, and whether they have ids;
    overlapping genes are one locus. Genes with exactly this name come alone, without those that have
    it in other letters. Raises NotFound.
    """
    for form in unicode_forms(name):
        genes, have_ids = _read_genes(
            catalog, release, form, pattern=_literal(form), limit=_MOST_LOCI
        )
        if genes:
            exact = [gene for gene in genes if form in (gene.symbol, gene.gene_id)]
            return merged_loci(exact or genes), have_ids
    raise NotFound("gene", name)


def _literal(text: str) -> str:
    """The text as a LIKE pattern that matches only itself."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def merged_loci(genes: list[Gene]) -> list[Gene]:
    """The genes, with those that overlap on one strand merged into one locus: the same gene of two
    annotations, or the transcripts of a gene.
    """
    loci: list[Gene] = []
    for gene in sorted(genes, key=lambda gene: (gene.chrom, gene.strand, gene.start, gene.end)):
        if loci and _overlaps(loci[-1], gene):
            loci[-1] = replace(loci[-1], end=max(loci[-1].end, gene.end))
        else:
            loci.append(gene)
    return loci


def _overlaps(locus: Gene, gene: Gene) -> bool:
    same_strand = (locus.chrom, locus.strand) == (gene.chrom, gene.strand)
    return same_strand and gene.start <= locus.end
