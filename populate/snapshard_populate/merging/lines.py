"""Merged records as lines of Snaptron's 17 columns."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from snapshard.catalog import AnnotatedIntrons
from snapshard.pairs import Integers
from snapshard_populate.merging.records import (
    MOTIFS,
    STRANDS,
    Flags,
    Keys,
    Records,
    ends_of,
    starts_of,
    strands_of,
)

_MOTIF_ENDS = tuple(
    pa.array([motif[part] or "NN" for motif in MOTIFS]) for part in (slice(0, 2), slice(2, 4))
)
_STRAND_SIGNS = pa.array(list(STRANDS))


class JunctionLines:
    """The lines of junctions, numbered from 1 in the order in which they are made.

    rail_ids: the sample of each file, by the number of the file. introns: those of the annotation;
    without one, no junction is annotated. row_count lines were made so far.
    """

    def __init__(self, rail_ids: Sequence[int], introns: AnnotatedIntrons | None) -> None:
        self.row_count = 0
        self._introns = introns or AnnotatedIntrons([])
        # Each pair begins with its sample, of which there are few.
        self._pair_starts = pa.array([f",{rail_id}:" for rail_id in rail_ids])

    def texts(self, chrom: str, batches: Iterable[Records]) -> Iterator[bytes]:
        """Yields the lines of a chromosome's records, which are sorted by key and then by sample, a
        batch at a time; all records of a key are in one batch.

        The mean is coverage_sum / samples_count and the median that of the samples that have the
        junction, as in Snaptron (https://snaptron.cs.jhu.edu/data.html); both with three decimals.
        """
        for records in batches:
            if len(records):
                yield self._text(chrom, records)

    def _text(self, chrom: str, records: Records) -> bytes:
        firsts = np.flatnonzero(np.append(True, records.key[1:] != records.key[:-1]))
        keys, bounds = records.key[firsts], np.append(firsts, len(records))
        counts = np.diff(bounds)
        sums = np.add.reduceat(records.reads.astype(np.int64), firsts)
        starts, ends, strands = starts_of(keys), ends_of(keys), strands_of(keys)
        ids = np.arange(self.row_count + 1, self.row_count + 1 + len(keys))
        self.row_count += len(keys)
        motifs = pa.array(records.motif[firsts])
        pair, left, right = (pc.cast(pa.array(flags), "int8") for flags in self._flags(chrom, keys))
        columns = [
            ids,
            pa.scalar(chrom),
            starts,
            ends,
            ends - starts + 1,
            _STRAND_SIGNS.take(pa.array(strands)),
            pair,
            *(bases.take(motifs) for bases in _MOTIF_ENDS),
            left,
            right,
            self._sample_lists(records, bounds),
            counts,
            sums,
            _decimals(2 * sums, 2 * counts),
            _decimals(_middle_sums(records, bounds), np.full(len(keys), 2)),
            pa.scalar("\n"),
        ]
        lines = pc.binary_join_element_wise(*map(_as_text, columns), "\t")
        return b"".join(map(memoryview, _text_buffers(lines)))

    def _flags(self, chrom: str, keys: Keys) -> tuple[Flags, ...]:
        starts, ends, strands = starts_of(keys), ends_of(keys), strands_of(keys)
        flags = tuple(np.zeros(len(keys), np.bool_) for _ in range(3))
        for number, strand in enumerate(STRANDS):
            at = np.flatnonzero(strands == number)
            masks = self._introns.masks(chrom, strand, starts[at], ends[at])
            for flag, mask in zip(flags, masks, strict=True):
                flag[at] = mask
        return flags

    def _sample_lists(self, records: Records, bounds: Integers) -> pa.Array:
        """The list `,sample:reads,…` of each row."""
        samples = self._pair_starts.take(pa.array(records.sample))
        reads = pc.cast(pa.array(records.reads), "string")
        pairs = pc.binary_join_element_wise(samples, reads, "")
        return pc.binary_join(pa.ListArray.from_arrays(pa.array(bounds, "int32"), pairs), "")


def _as_text(column: object) -> pa.Array | pa.Scalar:
    if isinstance(column, pa.Scalar):
        return column
    return pc.cast(column if isinstance(column, pa.Array) else pa.array(column), "string")


def _text_buffers(texts: pa.Array) -> list[pa.Buffer]:
    """The text of an array of strings, all of them one after the other."""
    _, offsets, text = texts.buffers()
    last = np.frombuffer(offsets, np.int32)[len(texts)]
    return [text.slice(0, int(last))]


def _middle_sums(records: Records, bounds: Integers) -> Integers:
    """Twice the median of the reads of each row."""
    counts, firsts = np.diff(bounds), bounds[:-1]
    rows = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    # Reads fit 32 bits. With the row above them, one sort orders the reads of every row.
    ordered = np.sort((rows << np.uint64(32)) | records.reads) & np.uint64((1 << 32) - 1)
    middles = ordered[firsts + (counts - 1) // 2] + ordered[firsts + counts // 2]
    sums: Integers = middles.astype(np.int64)
    return sums


def _decimals(numerators: Integers, denominators: Integers) -> pa.Array:
    """The quotients with three decimals, rounded half up; denominators are even."""
    thousandths = (numerators * 1000 + denominators // 2) // denominators
    fractions = pc.utf8_lpad(pc.cast(pa.array(thousandths % 1000), "string"), 3, "0")
    return pc.binary_join_element_wise(
        pc.cast(pa.array(thousandths // 1000), "string"), fractions, "."
    )
