"""The introns of a release's transcripts, for positions that no junction of the release has."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from snapshard.pairs import Integers

Mask = NDArray[np.bool_]
AnnotatedIntron = tuple[str, str, int, int]
"""Chromosome, strand, first and last base (1-based)."""
_BITS = 32


class AnnotatedIntrons:
    """Sets of introns and of their ends on each chromosome and strand."""

    def __init__(self, introns: Iterable[AnnotatedIntron]) -> None:
        spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for chrom, strand, start, end in introns:
            spans.setdefault((chrom, strand), []).append((start, end))
        self._sets: dict[tuple[str, str], tuple[Integers, Integers, Integers]] = {}
        for place, pairs in spans.items():
            starts, ends = np.array(pairs, np.int64).T
            self._sets[place] = (
                np.unique((starts << _BITS) | ends),
                np.unique(starts),
                np.unique(ends),
            )

    def masks(
        self, chrom: str, strand: str, starts: Integers, ends: Integers
    ) -> tuple[Mask, Mask, Mask]:
        """For each junction: whether the pair is an annotated intron, and whether its left and its
        right end is the end of one. For a strand other than + and -, on either strand.
        """
        nothing = np.zeros(len(starts), np.bool_)
        masks = (nothing, nothing.copy(), nothing.copy())
        values = ((starts << _BITS) | ends, starts, ends)
        for sign in (strand,) if strand in "+-" else ("+", "-"):
            for mask, annotated, keys in zip(
                masks, self._sets.get((chrom, sign), ()), values, strict=False
            ):
                mask |= np.isin(keys, annotated)
        return masks
