"""Simulated junctions of one segment, without their samples: coordinates, annotation, motifs,
frequency and depth.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from snapshard_populate.simulate.distributions import (
    ANNOTATED,
    NOVEL,
    ONE_SIDE,
    SKIP,
    Floats,
    Integers,
    lengths,
    mean_excess,
    motifs,
)
from snapshard_populate.simulate.frequency import Frequencies
from snapshard_populate.simulate.genes import Genes
from snapshard_populate.simulate.genome import MEGABASE
from snapshard_populate.simulate.plan import Plan, Segment

# Novel junctions lie mostly in genes, where reads are; this share lies anywhere on the segment.
BETWEEN_GENES = 0.2
# Aligners report some novel junctions on the strand opposite to their gene.
OPPOSITE = 0.1
# Junctions of highly expressed genes are in more samples: the correlation with the gene's level.
ALIKE = 0.7
# The same correlation for the reads per pair, beyond what the frequency explains.
DEEP_ALIKE = 0.35
NONE = -1


@dataclass(frozen=True)
class Junctions:
    """Junctions of one segment in order of start, end, strand (1-based, closed, distinct), as
    parallel arrays.

    `strand` is 0 for +, 1 for -; `source`, `left_source`, `right_source` index SOURCES or are -1;
    `motif` indexes MOTIFS; `gene` gives the tissues; `count` is the target number of samples,
    `excess` the mean reads per pair above 1.
    """

    start: Integers
    end: Integers
    strand: Integers
    class_: Integers
    gene: Integers
    source: Integers
    left_source: Integers
    right_source: Integers
    motif: Integers
    count: Integers
    excess: Floats

    def __len__(self) -> int:
        return len(self.start)

    def slice(self, first: int, last: int) -> "Junctions":
        """Junctions first to last - 1."""
        return Junctions(**{name: column[first:last] for name, column in vars(self).items()})


@dataclass(frozen=True)
class _Places:
    """Where junctions lie: the columns of Junctions that are drawn before the counts."""

    start: Integers
    end: Integers
    strand: Integers
    class_: Integers
    gene: Integers
    source: Integers
    left_source: Integers
    right_source: Integers

    def take(self, which: NDArray[np.integer]) -> "_Places":
        return _Places(
            **{column.name: getattr(self, column.name)[which] for column in fields(self)}
        )

    def keys(self) -> Integers:
        """One number per junction that sorts by start, end, strand."""
        # Positions are below 2 ** 28 (chr1 has 248,956,422 bases), so a key fits in 63 bits.
        keys: Integers = (self.start << 30 | self.end) << 1 | self.strand
        return keys


def simulate_junctions(plan: Plan, segment: Segment, genes: Genes) -> Junctions:
    """The junctions of one segment: exactly `segment.rows`, in order, each once."""
    random = plan.generator("junctions", segment.number)
    exact = segment.rows * np.array(plan.frequencies.shares)
    counts = exact.astype(np.int64)
    # Rounding down loses a few rows. They are distributed at random, so that a class with an
    # expected number below 1 is not always empty.
    counts += random.multinomial(
        segment.rows - counts.sum(), (exact - counts) / max((exact - counts).sum(), 1e-9)
    )
    draws = _Draws(random, segment, genes)
    places = _distinct(
        [draw(number) for draw, number in zip(draws.by_class(), counts, strict=True) if number]
    )
    # Places that are equal or outside the segment are dropped, and other classes may run out of
    # places. Novel junctions never run out, so they fill the rest.
    while len(places.start) < segment.rows:
        places = _distinct([places, draws.novel(segment.rows - len(places.start))])
    return _with_counts(random, places, genes, plan.frequencies)


class _Draws:
    """Draws places of each class on one segment; it keeps what all draws share: site sources and
    weights of the genes.
    """

    def __init__(self, random: np.random.Generator, segment: Segment, genes: Genes) -> None:
        self.random = random
        self.segment = segment
        self.genes = genes
        exons = len(genes.exon_start)
        # The donor site is at an exon's right edge and starts an intron. A site of several introns
        # gets the source with the largest index.
        self.donor = np.full(exons, NONE)
        self.acceptor = np.full(exons, NONE)
        np.maximum.at(self.donor, genes.left, genes.source)
        np.maximum.at(self.acceptor, genes.right, genes.source)
        introns = np.diff(genes.first_exon) - 1
        weights = (introns + 1.0) * np.exp(0.5 * genes.level)
        self.gene_weights = weights / weights.sum()
        self.intron_weights = self._normal(np.exp(0.5 * genes.level[genes.exon_gene[genes.left]]))
        # Introns that skip an exon are left out, or exons before a skipped one would be drawn
        # twice as often.
        self.inner = np.flatnonzero(genes.right == genes.left + 1)

    def by_class(self) -> tuple[Callable[[int], _Places], ...]:
        """Functions from a number of junctions to at most so many places, in the order of the
        classes.
        """
        return self.annotated, self.skips, self.one_sided, self.novel

    def annotated(self, number: int) -> _Places:
        """Annotated introns, those of strong genes first."""
        genes = self.genes
        weights = self.intron_weights
        # The largest values of u ** (1 / weight) are a weighted sample without replacement
        # (Efraimidis and Spirakis, 2006).
        chance = (
            self.random.random(len(weights)) ** (1 / np.maximum(weights, 1e-300))
            if len(weights)
            else weights
        )
        which = np.argsort(-chance, kind="stable")[:number]
        return self._between(ANNOTATED, genes.left[which], genes.right[which], genes.source[which])

    def skips(self, number: int) -> _Places:
        """A donor of one exon with the acceptor of a later one, one or a few exons skipped."""
        genes = self.genes
        # Twice as many as needed: a draw at the last exons of a gene cannot skip any.
        left_exon = self._introns(2 * number)
        right_exon = left_exon + 1 + self.random.geometric(0.3, len(left_exon))
        right_exon = np.minimum(right_exon, genes.first_exon[genes.exon_gene[left_exon] + 1] - 1)
        valid = np.flatnonzero(right_exon > left_exon + 1)[:number]
        return self._between(SKIP, left_exon[valid], right_exon[valid], np.full(len(valid), NONE))

    def one_sided(self, number: int) -> _Places:
        """One end at a known site, the other at a distance drawn for novel introns."""
        genes = self.genes
        left_exon = self._introns(number)
        from_left = self.random.random(len(left_exon)) < 0.5
        length = lengths(ONE_SIDE, self.random.random(len(left_exon)))
        start = np.where(
            from_left, genes.exon_end[left_exon] + 1, genes.exon_start[left_exon + 1] - length
        )
        end = start + length - 1
        gene = genes.exon_gene[left_exon]
        sources = (
            np.where(from_left, self.donor[left_exon], NONE),
            np.where(from_left, NONE, self.acceptor[left_exon + 1]),
        )
        return self._inside(ONE_SIDE, start, end, genes.strand[gene], gene, sources)

    def novel(self, number: int) -> _Places:
        """Both ends unknown: most within genes, the others anywhere on the segment."""
        gene = self.random.choice(len(self.genes), number, p=self.gene_weights)
        span = self.genes.end[gene] - self.genes.start[gene]
        start = self.genes.start[gene] + (self.random.random(number) * span).astype(np.int64)
        strand = self.genes.strand[gene] ^ (self.random.random(number) < OPPOSITE)
        outside = np.flatnonzero(self.random.random(number) < BETWEEN_GENES)
        start[outside] = self._anywhere(len(outside))
        strand[outside] = self.random.integers(0, 2, len(outside))
        end = start + lengths(NOVEL, self.random.random(number)) - 1
        nowhere = np.full(number, NONE)
        return self._inside(NOVEL, start, end, strand, gene, (nowhere, nowhere))

    def _introns(self, number: int) -> Integers:
        """Left exons of introns between neighbouring exons, strong genes more often; none without
        introns.
        """
        if not len(self.inner):
            return np.zeros(0, np.int64)
        weights = self._normal(self.intron_weights[self.inner])
        left_exon: Integers = self.genes.left[self.random.choice(self.inner, number, p=weights)]
        return left_exon

    def _anywhere(self, number: int) -> Integers:
        first, last = (self.segment.start - 1) // MEGABASE, (self.segment.end - 1) // MEGABASE
        weights = self._normal(self.segment.chromosome.weights()[first : last + 1])
        megabase = first + self.random.choice(len(weights), number, p=weights)
        start: Integers = megabase * MEGABASE + self.random.integers(1, MEGABASE, number)
        return start

    def _between(
        self, class_: int, left_exon: Integers, right_exon: Integers, source: Integers
    ) -> _Places:
        genes = self.genes
        gene = genes.exon_gene[left_exon]
        start, end = genes.exon_end[left_exon] + 1, genes.exon_start[right_exon] - 1
        return _Places(
            start,
            end,
            genes.strand[gene],
            np.full(len(left_exon), class_),
            gene,
            source,
            self.donor[left_exon],
            self.acceptor[right_exon],
        )

    def _inside(
        self,
        class_: int,
        start: Integers,
        end: Integers,
        strand: Integers,
        gene: Integers,
        sources: tuple[Integers, Integers],
    ) -> _Places:
        """Places whose start lies in the segment and whose end lies on the chromosome; the others
        are left out.
        """
        segment = self.segment
        valid = np.flatnonzero(
            (start >= segment.start) & (start <= segment.end) & (end <= segment.chromosome.length)
        )
        places = _Places(
            start,
            end,
            strand,
            np.full(len(start), class_),
            gene,
            np.full(len(start), NONE),
            *sources,
        )
        return places.take(valid)

    @staticmethod
    def _normal(weights: Floats) -> Floats:
        normal: Floats = weights / weights.sum() if len(weights) else weights
        return normal


def _distinct(parts: list[_Places]) -> _Places:
    """The parts in order of place; of equal junctions the one of the first part stays."""
    columns = {}
    for column in fields(_Places):
        columns[column.name] = np.concatenate([getattr(part, column.name) for part in parts])
    places = _Places(**columns)
    # np.unique returns the first index of equal keys, so an annotated intron never loses to a novel
    # one at the same place.
    _, first = np.unique(places.keys(), return_index=True)
    return places.take(first)


def _with_counts(
    random: np.random.Generator, places: _Places, genes: Genes, frequencies: Frequencies
) -> Junctions:
    """The places with motifs, numbers of samples and depth, each drawn by class; strong genes have
    the frequent junctions.
    """
    number = len(places.start)
    noise = random.standard_normal(number)
    # The two factors keep the variance at 1, so that ALIKE is the correlation with the level.
    score = ALIKE * genes.level[places.gene] + np.sqrt(1 - ALIKE**2) * noise
    fitted, motif = np.ones(number), np.zeros(number, np.int64)
    for class_ in range(len(frequencies.shares)):
        which = np.flatnonzero(places.class_ == class_)
        # Each rank gets one of equal steps of chance. So every segment follows the distribution of
        # counts closely, and the level decides only which junction gets which count.
        rank = np.empty(len(which))
        rank[np.argsort(-score[which], kind="stable")] = np.arange(len(which))
        chance = (rank + 1 - random.random(len(which))) / max(len(which), 1)
        fitted[which] = frequencies.fitted_counts(class_, chance)
        motif[which] = motifs(class_, random.random(len(which)), fitted[which])
    factor = DEEP_ALIKE * genes.level[places.gene] + np.sqrt(
        1 - DEEP_ALIKE**2
    ) * random.standard_normal(number)
    count = frequencies.sample_counts(random, fitted)
    return Junctions(**vars(places), motif=motif, count=count, excess=mean_excess(fitted, factor))
