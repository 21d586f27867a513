"""Simulated base coverage over the exons of a few genes: intervals with 0-based start, exclusive
end, one value per sample.
"""

from collections.abc import Iterator
from itertools import chain, islice, pairwise

import numpy as np

from snapshard_populate.simulate.distributions import Floats
from snapshard_populate.simulate.genes import Genes, simulate_genes
from snapshard_populate.simulate.plan import FIRST_RAIL_ID, Plan, Segment
from snapshard_populate.simulate.tissues import Tissues, simulate_tissues

GENES = 3
# Intervals times samples, approximately: base coverage is an example and must stay small.
CELLS = 400_000
# Several intervals per exon, so that adjacent intervals with different values occur.
PIECES = 3
FEWEST = 12


def base_header(plan: Plan) -> str:
    """The names of the columns: three of the interval, then the samples' rail_ids."""
    rail_ids = (str(FIRST_RAIL_ID + number) for number in range(plan.samples))
    return "\t".join(("chromosome", "start", "end", *rail_ids)) + "\n"


def base_lines(plan: Plan) -> Iterator[str]:
    """Yields one line per interval, in genome order. An exon has several intervals; an intron is one
    interval with almost no reads.
    """
    tissues = simulate_tissues(plan)
    lines = chain.from_iterable(
        _gene_lines(plan, segment, tissues) for segment in plan.segments[:GENES]
    )
    return islice(lines, max(FEWEST, CELLS // plan.samples))


def _gene_lines(plan: Plan, segment: Segment, tissues: Tissues) -> Iterator[str]:
    """Lines of the segment's gene with the most exons."""
    genes = simulate_genes(plan, segment)
    gene = int(np.argmax(np.diff(genes.first_exon)))
    random = plan.generator("bases", segment.number)
    for start, end, exonic in _intervals(genes, gene):
        values = _values(random, genes, gene, tissues, exonic=exonic)
        yield "\t".join((segment.chromosome.name, str(start), str(end), *values)) + "\n"


def _intervals(genes: Genes, gene: int) -> list[tuple[int, int, bool]]:
    """Start (0-based), end (exclusive) and whether exonic, without gaps from the gene's first base
    to its last.
    """
    intervals: list[tuple[int, int, bool]] = []
    before = int(genes.start[gene]) - 1
    for exon in range(int(genes.first_exon[gene]), int(genes.first_exon[gene + 1])):
        start, end = int(genes.exon_start[exon]) - 1, int(genes.exon_end[exon])
        if start > before:
            intervals.append((before, start, False))
        # Exons shorter than PIECES bases repeat a bound; the set drops these empty intervals.
        cuts = sorted({start + (end - start) * piece // PIECES for piece in range(PIECES + 1)})
        intervals += [(first, last, True) for first, last in pairwise(cuts)]
        before = end
    return intervals


def _values(
    random: np.random.Generator, genes: Genes, gene: int, tissues: Tissues, *, exonic: bool
) -> list[str]:
    mean = (20.0 if exonic else 0.02) * np.exp(0.5 * genes.level[gene])
    rates: Floats = mean * genes.profile[gene][tissues.of] * tissues.depth
    return [f"{value}.0" for value in random.poisson(rates).tolist()]
