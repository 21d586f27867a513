"""Simulated genes: their exons, the annotations that contain their introns, and their expression by
tissue.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard_populate.simulate.distributions import ANNOTATED, Floats, Integers, lengths
from snapshard_populate.simulate.genome import MEGABASE
from snapshard_populate.simulate.plan import Plan, Segment
from snapshard_populate.simulate.tissues import TISSUES

# The share of genes without an intron, as in GENCODE.
SINGLE_EXON = 0.3
# The share of genes that one tissue expresses far more than all others.
SPECIFIC = 0.3
# The share of inner exons that a second transcript skips: they make annotated exon skipping.
ALTERNATIVE = 0.1
SOURCES = (
    "gC38",
    "gC38,vG19",
    "gC19,gC38,vG19",
    "aC19,gC19,gC38,sG19,sG38,vG19",
    "aC19,gC19,gC38,kG19,kG38,mG19,mG38,sG19,sG38,vG19",
    "aC19,cG19,cG38,gC19,gC38,kG19,kG38,mG19,mG38,rG19,rG38,sG19,sG38,vG19",
)
"""Sets of annotations that contain an intron, each a subset of the next, in the words of real rows. A
site has the largest set of its introns.
"""
_SOURCE_SHARES = (0.12, 0.05, 0.1, 0.12, 0.06, 0.55)


@dataclass(frozen=True)
class Genes:
    """The genes of one segment in order of start (1-based, closed), as parallel arrays.

    Gene i has exons first_exon[i] to first_exon[i + 1] of `exon_start` and `exon_end`. Intron k
    lies between exons left[k] and right[k] (right = left + 1, or + 2 if an alternative transcript
    skips one) and is in the annotations SOURCES[source[k]]. `level` is expression, standard
    normal; `profile` is each tissue's relative level.
    """

    start: Integers
    end: Integers
    strand: Integers
    level: Floats
    profile: Floats
    first_exon: Integers
    exon_start: Integers
    exon_end: Integers
    exon_gene: Integers
    left: Integers
    right: Integers
    source: Integers

    def __len__(self) -> int:
        return len(self.start)

    @property
    def bases(self) -> Integers:
        """Exonic bases of every gene's main transcript."""
        return np.add.reduceat(self.exon_end - self.exon_start + 1, self.first_exon[:-1])


def simulate_genes(plan: Plan, segment: Segment) -> Genes:
    """The genes of one segment; the same at every call."""
    random = plan.generator("genes", segment.number)
    introns = _intron_numbers(
        random, segment, annotated=plan.frequencies.shares[ANNOTATED] * segment.rows
    )
    first_exon = np.concatenate(([0], np.cumsum(introns + 1)))
    exon_gene = np.repeat(np.arange(segment.genes), introns + 1)
    offsets, ends = _exon_offsets(
        random, first_exon, exon_gene, room=segment.end - segment.start + 1
    )
    start = _starts(random, segment, ends[first_exon[1:] - 1])
    left_exon, right_exon, source = _introns(random, first_exon, exon_gene)
    return Genes(
        start=start,
        end=start + ends[first_exon[1:] - 1] - 1,
        strand=random.integers(0, 2, segment.genes),
        level=random.standard_normal(segment.genes),
        profile=_profiles(random, segment.genes),
        first_exon=first_exon,
        exon_start=start[exon_gene] + offsets,
        exon_end=start[exon_gene] + ends - 1,
        exon_gene=exon_gene,
        left=left_exon,
        right=right_exon,
        source=source,
    )


def _intron_numbers(random: np.random.Generator, segment: Segment, *, annotated: float) -> Integers:
    """Introns of each gene's main transcript, enough of them for the segment's annotated junctions."""
    several = 1 + np.exp(random.normal(np.log(7), 0.8, segment.genes)).astype(np.int64)
    introns = np.where(random.random(segment.genes) < SINGLE_EXON, 0, np.minimum(several, 150))
    # There are more introns than annotated junctions, because no reads cover some introns of weakly
    # expressed genes.
    missing = 1.25 * annotated - introns.sum()
    return introns + max(0, int(np.ceil(missing / segment.genes)))


def _exon_offsets(
    random: np.random.Generator, first_exon: Integers, exon_gene: Integers, *, room: int
) -> tuple[Integers, Integers]:
    """Start (from 0) and end (exclusive) of every exon within its gene; genes too long for the room
    have shorter introns.
    """
    exons = len(exon_gene)
    exon = np.exp(random.normal(np.log(130), 0.6, exons)).astype(np.int64) + 20
    last = first_exon[1:] - 1
    exon[last] += np.exp(random.normal(np.log(800), 0.9, len(last))).astype(np.int64)
    # Small segments, such as chrM with its 16,569 bases, have no room for long exons.
    exon = np.minimum(exon, max(room // 400, 10))
    intron = lengths(ANNOTATED, random.random(exons))
    intron[last] = 0
    spans = np.add.reduceat(intron, first_exon[:-1])
    shrink = np.minimum(1.0, 0.3 * room / np.maximum(spans, 1))
    intron = np.maximum((intron * shrink[exon_gene]).astype(np.int64), 30)
    intron[last] = 0
    # One running sum places the exons of all genes without a loop. Subtracting the first offset of
    # each gene then lets every gene start at 0.
    ends = np.cumsum(exon + intron) - intron
    offsets = ends - exon
    base = offsets[first_exon[:-1]][exon_gene]
    return offsets - base, ends - base


def _starts(random: np.random.Generator, segment: Segment, spans: Integers) -> Integers:
    """First bases in ascending order, denser in megabases with more introns; every gene lies within
    the segment.
    """
    first, last = (segment.start - 1) // MEGABASE, (segment.end - 1) // MEGABASE
    weights = segment.chromosome.weights()[first : last + 1]
    megabase = random.choice(len(weights), len(spans), p=weights / weights.sum()) + first
    start = np.sort(megabase * MEGABASE + random.integers(1, MEGABASE, len(spans)))
    fitting = np.clip(start, segment.start, np.maximum(segment.end - spans, segment.start))
    # Clipping may put long genes before their predecessors. From the last gene to the first, each
    # start is lowered to at least one base before the next start: so starts ascend, and no gene is
    # moved beyond the end of the segment.
    order = np.arange(len(spans))
    return np.maximum(np.minimum.accumulate((fitting - order)[::-1])[::-1] + order, segment.start)


def _introns(
    random: np.random.Generator, first_exon: Integers, exon_gene: Integers
) -> tuple[Integers, Integers, Integers]:
    """Exons on the left and right of every annotated intron, and the index of its sources."""
    neighbours = np.flatnonzero(exon_gene[1:] == exon_gene[:-1])
    inner = np.flatnonzero(exon_gene[2:] == exon_gene[:-2])
    skipping = inner[random.random(len(inner)) < ALTERNATIVE]
    left_exon = np.concatenate((neighbours, skipping))
    right_exon = np.concatenate((neighbours + 1, skipping + 2))
    return left_exon, right_exon, random.choice(len(SOURCES), len(left_exon), p=_SOURCE_SHARES)


def _profiles(random: np.random.Generator, genes: int) -> NDArray[np.float64]:
    profile = np.exp(random.normal(0, 0.7, (genes, len(TISSUES))))
    specific = np.flatnonzero(random.random(genes) < SPECIFIC)
    profile[specific, random.integers(0, len(TISSUES), len(specific))] *= 40
    return profile
