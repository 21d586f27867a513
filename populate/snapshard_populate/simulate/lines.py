"""Simulated junctions as lines of a junction file."""

from collections.abc import Iterator

import numpy as np

from snapshard_populate.simulate.coverage import Coverage, Sampler
from snapshard_populate.simulate.distributions import MOTIFS
from snapshard_populate.simulate.genes import SOURCES, simulate_genes
from snapshard_populate.simulate.junctions import Junctions, simulate_junctions
from snapshard_populate.simulate.plan import Plan, Segment
from snapshard_populate.simulate.tissues import Tissues, simulate_tissues
from snapshard_populate.simulate.vocabulary import Vocabulary

# Pairs dominate memory, so chunks are bounded by pairs as well as by rows.
PAIRS_AT_ONCE = 500_000
ROWS_AT_ONCE = 16_384
# The index -1 means no source; as a Python index it selects this last entry.
_SOURCES = (*SOURCES, "0")


def junction_lines(*, junctions: int, samples: int, seed: int) -> Iterator[bytes]:
    """Chunks of whole lines of 17 tab-separated columns (snapshard.junction.NAMES), without a
    header.

    In genome order (chromosomes 1 to 22, X, Y, M; start, end, strand), ids from 0. The memory
    needed grows with the largest segment (a forty-eighth of all rows, some 60 bytes each), not with
    the samples. Raises BadSetting.
    """
    plan = Plan(junctions, samples, seed)
    tissues = simulate_tissues(plan)
    words = Vocabulary(samples)
    for segment in plan.segments:
        yield from segment_lines(plan, segment, tissues, words)


def segment_lines(
    plan: Plan, segment: Segment, tissues: Tissues, words: Vocabulary
) -> Iterator[bytes]:
    """Yields the lines of one segment, as `junction_lines` does; tissues and words are those of the
    plan.
    """
    for chunk, coverage, first in segment_chunks(plan, segment, tissues):
        yield words.lines(_heads(chunk, segment.chromosome.name, first), coverage)


def segment_chunks(
    plan: Plan, segment: Segment, tissues: Tissues
) -> Iterator[tuple[Junctions, Coverage, int]]:
    """Consecutive junctions of a segment with their coverage, and the id of the first of them."""
    genes = simulate_genes(plan, segment)
    junctions = simulate_junctions(plan, segment, genes)
    sampler = Sampler(tissues, genes, plan.generator("coverage", segment.number))
    pairs = np.cumsum(junctions.count)
    first = 0
    while first < len(junctions):
        before = pairs[first] - junctions.count[first]
        last = int(np.searchsorted(pairs, before + PAIRS_AT_ONCE, side="right"))
        # A junction with more pairs than the bound makes a chunk of its own.
        last = min(max(last, first + 1), first + ROWS_AT_ONCE)
        chunk = junctions.slice(first, last)
        yield (
            chunk,
            sampler.draw(count=chunk.count, gene=chunk.gene, excess=chunk.excess),
            segment.first_row + first,
        )
        first = last


def _heads(junctions: Junctions, chromosome: str, first_id: int) -> list[str]:
    """The eleven columns before the samples, each followed by a tab."""
    motifs = [f"{left_motif}\t{right_motif}\t" for left_motif, right_motif in MOTIFS]
    columns = zip(
        range(first_id, first_id + len(junctions)),
        junctions.start.tolist(),
        junctions.end.tolist(),
        junctions.strand.tolist(),
        junctions.source.tolist(),
        junctions.motif.tolist(),
        junctions.left_source.tolist(),
        junctions.right_source.tolist(),
        strict=True,
    )
    return [
        f"{id_}\t{chromosome}\t{start}\t{end}\t{end - start + 1}\t{'+-'[strand]}\t"
        f"{_SOURCES[source]}\t{motifs[motif]}{_SOURCES[left_source]}\t{_SOURCES[right_source]}\t"
        for id_, start, end, strand, source, motif, left_source, right_source in columns
    ]
