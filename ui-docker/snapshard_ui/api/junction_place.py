"""The place of a junction: the annotated junctions at its two sites and of its gene, whose reads tell
whether a sample could have shown the junction. docs/evidence.md has the definitions.
"""

from dataclasses import dataclass

from snapshard.catalog.genes import Gene
from snapshard.match import Match
from snapshard.measures import CONFIDENCE, Basis, PlaceReads, Thresholds, reads_by_sample
from snapshard.name import JunctionName
from snapshard.pairs import Integers
from snapshard.region import Region
from snapshard.sample_order import SampleOrder
from snapshard_ui.api.gene_reads import GeneReads
from snapshard_ui.api.junction_surroundings import Surroundings
from snapshard_ui.api.splice_sites import role_of


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
    """A gene with the number and the reads of its annotated junctions, MOST_OF_GENE at most, and its
    expression over all samples, None if the release does not have it.
    """

    gene: Gene
    junctions: int
    reads: int
    expression: int | None

    def members(self) -> dict[str, object]:
        """The gene as JSON members."""
        return {
            "gene_id": self.gene.gene_id,
            "symbol": self.gene.symbol,
            "junctions": self.junctions,
            "reads": self.reads,
            "expression": self.expression,
        }


@dataclass(frozen=True)
class Place:
    """The two sites and the gene of a junction, with the reads of every sample of the release.

    `samples` is the order of the arrays of `reads`.
    """

    samples: SampleOrder
    reads: PlaceReads
    start: Site
    end: Site
    gene: GenePlace | None

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


def measure_place(
    samples: SampleOrder,
    name: JunctionName,
    surroundings: Surroundings,
    of_gene: GeneReads | None,
) -> Place:
    """The place of the junction with this name, for these samples."""
    region = name.region
    first_base = Region(region.chrom, region.start, region.start)
    last_base = Region(region.chrom, region.end, region.end)
    start_reads, end_reads = (
        reads_by_sample(*surroundings.pairs_of(numbers), samples.ids) if len(numbers) else None
        for numbers in (surroundings.at_start, surroundings.at_end)
    )
    reads = PlaceReads(start_reads, end_reads, None, None)
    if of_gene is not None:
        gene_mean = of_gene.reads / of_gene.junctions
        reads = PlaceReads(start_reads, end_reads, gene_mean, of_gene.expression)
    return Place(
        samples,
        reads,
        _site(first_base, Match.START, name, surroundings.at_start, start_reads),
        _site(last_base, Match.END, name, surroundings.at_end, end_reads),
        None if of_gene is None else _gene_place(of_gene),
    )


def _gene_place(of_gene: GeneReads) -> GenePlace:
    expression = None if of_gene.expression is None else int(of_gene.expression.sum())
    return GenePlace(of_gene.gene, of_gene.junctions, int(of_gene.reads.sum()), expression)


def _site(
    base: Region, match: Match, name: JunctionName, numbers: Integers, reads: Integers | None
) -> Site:
    total = 0 if reads is None else int(reads.sum())
    return Site(base, role_of(match, name.strand), len(numbers), total)
