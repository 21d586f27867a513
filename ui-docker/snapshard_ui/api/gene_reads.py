"""The reads of a gene in every sample of a release: those of its annotated junctions, and its expression.
They are the same for every junction of the gene, so the facts of a release keep those of recent genes.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from snapshard.catalog import genes_containing
from snapshard.catalog.genes import Gene
from snapshard.filters import ANNOTATED, Filter
from snapshard.index import Index, rows_at, summaries_of_each
from snapshard.match import Match
from snapshard.measures import reads_by_sample
from snapshard.pairs import Integers
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows

MOST_OF_GENE = 20
"""Annotated junctions of a gene whose reads are used: those that most samples have."""
_GENE_COLUMN = "right_annotated"
"""The column of a gene's row that begins with the id of the gene and a colon, as Snaptron writes it."""


@dataclass(frozen=True)
class GeneReads:
    """A gene with its reads in every sample, in the order of the release's samples.

    `reads` are those of `junctions` annotated junctions, MOST_OF_GENE at most. `expression` is the
    coverage of the gene's own row; None if the release has no such row.
    """

    gene: Gene
    junctions: int
    reads: Integers
    expression: Integers | None


def read_gene_reads(
    index: Index, release: Release, region: Region, strand: str | None
) -> GeneReads | None:
    """The reads of the shortest gene on a strand (None means both) that contains a region and has
    annotated junctions; None if there is no such gene. The samples of the release must be known.

    Raises as `Index.rows` does.
    """
    facts = index.facts.of(release)
    for gene in genes_containing(index.catalog, release, region):
        if strand in (None, gene.strand):
            read_value = partial(_read, index, release, gene)
            found: GeneReads | None = facts.gene_reads.get(gene, read_value)
            if found is not None:
                return found
    return None


def _read(index: Index, release: Release, gene: Gene) -> GeneReads | None:
    """The reads of a gene; None if it has no annotated junctions."""
    region = Region(gene.chrom, gene.start, gene.end)
    on_strand = Filter("strand", "=", gene.strand)
    query = Query((region,), match=Match.CONTAINS, filters=(ANNOTATED, on_strand))
    [annotated] = summaries_of_each(
        index,
        release,
        [query],
        columns=("snaptron_id", "samples_count"),
        limit=index.settings.max_rows,
    )
    if not annotated.addresses:
        return None
    counts = annotated.rows.integers("samples_count")
    order = np.lexsort((annotated.rows.integers("snaptron_id"), -counts))
    best = sorted(order[:MOST_OF_GENE].tolist())
    rows = rows_at(index, release, [annotated.addresses[number] for number in best])
    sample_ids = index.facts.of(release).sample_order.ids
    reads = reads_by_sample(rows.pairs.samples, rows.pairs.coverages, sample_ids)
    return GeneReads(gene, len(rows), reads, _read_expression(index, release, gene, sample_ids))


def _read_expression(
    index: Index, release: Release, gene: Gene, sample_ids: Integers
) -> Integers | None:
    """The coverage of the row of the gene with its id in every sample."""
    region = Region(gene.chrom, gene.start, gene.end)
    query = Query(
        (region,),
        match=Match.EXACT,
        filters=(Filter("strand", "=", gene.strand),),
        kind="gene",
    )
    parts = index.rows(release, query, limit=index.settings.max_rows)
    rows = Rows(b"".join(part.text for part in parts))
    names = rows.texts(_GENE_COLUMN) if rows.text else []
    gene_id = gene.gene_id.encode()
    numbers = [number for number, name in enumerate(names) if name.split(b":")[0] == gene_id]
    if not numbers:
        return None
    return reads_by_sample(*rows.pairs.of_rows(numbers[:1]), sample_ids)
