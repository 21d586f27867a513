"""The place of a junction: the annotated junctions at its two sites and of its gene, whose reads tell
whether a sample could have shown the junction. docs/evidence.md has the definitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from snapshard.catalog import genes_containing
from snapshard.catalog.genes import Gene
from snapshard.filters import Filter
from snapshard.index import Index
from snapshard.match import Match
from snapshard.measures import CONFIDENCE, Basis, PlaceReads, Thresholds, reads_by_sample
from snapshard.pairs import Integers
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.splice_sites import role_of

MOST_OF_GENE = 20
"""Annotated junctions of a gene whose reads are used: those that most samples have."""
_ANNOTATED = Filter("annotated", "=", "1")


@dataclass(frozen=True)
class Site:
    """A splice site with the number and the reads of its annotated junctions."""

    base: Region
    role: str
    junctions: int
    reads: int

    def members(self) -> dict[str, object]:
        """The site as JSON members."""
        site = f"{self.base.chrom}:{self.base.start}"
        return {"site": site, "role": self.role, "junctions": self.junctions, "reads": self.reads}


@dataclass(frozen=True)
class GenePlace:
    """A gene with the number and the reads of its annotated junctions, MOST_OF_GENE at most."""

    gene: Gene
    junctions: int
    reads: int

    def members(self) -> dict[str, object]:
        """The gene as JSON members."""
        return {
            "gene_id": self.gene.gene_id,
            "symbol": self.gene.symbol,
            "junctions": self.junctions,
            "reads": self.reads,
        }


@dataclass(frozen=True)
class Place:
    """The two sites and the gene of a junction, with the reads of every sample of the release.

    `sample_ids` ascend and are the order of the arrays of `reads`.
    """

    sample_ids: Integers
    reads: PlaceReads
    start: Site
    end: Site
    gene: GenePlace | None

    def places_of(self, samples: Integers) -> Integers:
        """The places of these samples in the order of `sample_ids`."""
        return np.searchsorted(self.sample_ids, samples)

    def rule(self, thresholds: Thresholds) -> str:
        """In words, what a sample needs to be informative."""
        reads = f"at least {thresholds.min_reads:,} reads"
        if self.reads.basis is Basis.SITES:
            return f"{reads} of annotated junctions at either splice site"
        if self.reads.basis is Basis.GENE and self.gene is not None:
            return f"{reads} per annotated junction of {self.gene.gene.symbol} on average"
        return f"{reads} (there is no annotated junction at its sites or in its gene)"

    def members(self, thresholds: Thresholds) -> dict[str, object]:
        """The place as JSON members, with the thresholds and the rule."""
        return {
            "basis": self.reads.basis,
            "min_reads": thresholds.min_reads,
            "min_samples": thresholds.min_samples,
            "confidence": CONFIDENCE,
            "rule": self.rule(thresholds),
            "start": self.start.members(),
            "end": self.end.members(),
            "gene": self.gene and self.gene.members(),
        }


def read_place(index: Index, release: Release, region: Region, strand: str | None) -> Place | None:
    """The place of the junction with these first and last bases on a strand; on another sign than +
    and -, or None, on both strands. None if the samples of the release are unknown.
    """
    if release.sample_count is None:
        return None
    sample_ids = np.sort(index.facts.of(release).samples.ids)
    on_strand = (Filter("strand", "=", strand),) if strand in ("+", "-") else ()
    filters = (_ANNOTATED, *on_strand)
    first_base = Region(region.chrom, region.start, region.start)
    last_base = Region(region.chrom, region.end, region.end)
    starts = Query((first_base,), match=Match.START, filters=filters)
    ends = Query((last_base,), match=Match.END, filters=filters)
    start, start_reads = _read_site(index, release, starts, strand, sample_ids)
    end, end_reads = _read_site(index, release, ends, strand, sample_ids)
    gene, gene_reads = _read_gene(index, release, region, filters, sample_ids)
    gene_mean = None if gene is None or gene_reads is None else gene_reads / gene.junctions
    return Place(sample_ids, PlaceReads(start_reads, end_reads, gene_mean), start, end, gene)


def _read_site(
    index: Index, release: Release, query: Query, strand: str | None, sample_ids: Integers
) -> tuple[Site, Integers | None]:
    """The site that is the only region of a query, with the reads of every sample."""
    parts = list(index.rows(release, query, limit=index.settings.max_rows))
    junctions, reads = _sums(parts, sample_ids)
    total = 0 if reads is None else int(reads.sum())
    return Site(query.regions[0], role_of(query.match, strand), junctions, total), reads


def _read_gene(
    index: Index,
    release: Release,
    region: Region,
    filters: Sequence[Filter],
    sample_ids: Integers,
) -> tuple[GenePlace | None, Integers | None]:
    """The shortest gene that contains the junction and has annotated junctions, with their reads in
    every sample.
    """
    strand = next((condition.value for condition in filters if condition.column == "strand"), None)
    for gene in genes_containing(index.catalog, release, region):
        if strand is not None and gene.strand != strand:
            continue
        ids = _annotated_ids(index, release, gene)
        if ids:
            parts = list(index.rows(release, Query(ids=ids), limit=MOST_OF_GENE))
            junctions, reads = _sums(parts, sample_ids)
            total = 0 if reads is None else int(reads.sum())
            return GenePlace(gene, junctions, total), reads
    return None, None


def _annotated_ids(index: Index, release: Release, gene: Gene) -> tuple[int, ...]:
    """The ids of the gene's annotated junctions that most samples have."""
    query = Query(
        (Region(gene.chrom, gene.start, gene.end),),
        match=Match.CONTAINS,
        filters=(_ANNOTATED, Filter("strand", "=", gene.strand)),
    )
    columns = ("snaptron_id", "samples_count")
    counts: list[tuple[int, int]] = []
    for rows in index.summaries(release, query, columns=columns, limit=index.settings.max_rows):
        counts += zip(
            (-rows.integers("samples_count")).tolist(),
            rows.integers("snaptron_id").tolist(),
            strict=True,
        )
    return tuple(snaptron_id for _, snaptron_id in sorted(counts)[:MOST_OF_GENE])


def _sums(parts: Sequence[Rows], sample_ids: Integers) -> tuple[int, Integers | None]:
    """The number of rows, and their reads in every sample; None without rows."""
    count = sum(len(rows) for rows in parts)
    return (count, reads_by_sample(parts, sample_ids)) if count else (0, None)
