"""Rows derived from rows: the union of several compilations, normalised coverages, and candidate
exons between junctions.

docs/splicing.md is generated from these docstrings, too.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal

import numpy as np

from snapshard.column_values import UNKNOWN_STRANDS
from snapshard.errors import BadQuery
from snapshard.junction import NAMES, SAMPLES
from snapshard.pairs import Integers, parse_pairs
from snapshard.rows import Rows

_ID, _CHROM, _START, _END, _STRAND, _DATASET = map(
    NAMES.index, ("snaptron_id", "chromosome", "start", "end", "strand", "source_dataset_id")
)

_UNKNOWN = b"?"
_UNKNOWN_STRANDS = frozenset(strand.encode() for strand in UNKNOWN_STRANDS)


@dataclass(frozen=True)
class Normalisation:
    """A way to make samples comparable: the field of the samples file with a sample's size, and the
    size to which samples are scaled.
    """

    field: str
    target: int


NORMALISATIONS: dict[Literal["recount", "jxcov"], Normalisation] = {
    # 40 million reads of 100 bases.
    "recount": Normalisation("auc", 4_000_000_000),
    # The mean over 43,332 samples of SRAv2.
    "jxcov": Normalisation("junction_coverage", 3_953_678),
}
"""The ways by their names in Snaptron's client."""


@dataclass(frozen=True)
class Exon:
    """An exon between two junctions: its first and last base, and the ids of the junctions to its
    left and right.
    """

    chrom: str
    start: int
    end: int
    left_id: int
    right_id: int


def find_exons(
    parts: Iterable[Rows], *, shortest: int = 1, longest: int | None = None
) -> Iterator[Exon]:
    """Candidate exons between junctions: the bases after the end of a junction and before the start
    of a later one.

    Formula: for an end e and a start s of junctions on one chromosome, the exon is e + 1 … s - 1,
    of length s - e - 1; only lengths from shortest to longest are included. Strands are not
    compared, as in Snaptron's client; to compare them, filter the query by strand. Sorted by start.

    Source: Snaptron's client (`--function exon`).

    >>> exons = find_exons([rows(",1:1", ",1:1", spans=((100, 200), (251, 300)))])
    >>> [(exon.start, exon.end) for exon in exons]
    [(201, 250)]
    """
    by_chrom: dict[str, list[tuple[int, int, int]]] = {}
    for rows in parts:
        positions = zip(
            *[rows.integers(name).tolist() for name in ("start", "end", "snaptron_id")], strict=True
        )
        for text, junction in zip(rows.texts("chromosome"), positions, strict=True):
            by_chrom.setdefault(text.decode(), []).append(junction)
    for chrom, junctions in by_chrom.items():
        starts = sorted((start, junction_id) for start, _, junction_id in junctions)
        positions_of_starts = [start for start, _ in starts]
        # For every end the exons' last bases are consecutive in the sorted starts, so two binary
        # searches find them.
        for end, left_id in sorted((end, junction_id) for _, end, junction_id in junctions):
            first = bisect_left(positions_of_starts, end + 1 + shortest)
            last = len(starts)
            if longest is not None:
                last = bisect_right(positions_of_starts, end + 1 + longest)
            for start, right_id in starts[first:last]:
                yield Exon(chrom, end + 1, start - 1, left_id, right_id)


def union(compilations: Sequence[Iterable[Rows]], *, in_all: bool = False) -> Rows:
    """The junctions of several compilations, each once; with in_all only those that every
    compilation has (intersection).

    Rule: junctions are the same if chromosome, start, end and strand are equal; `?`, `*` and `.`
    are one strand, the unknown one. For the same
    junction the ids are joined by `:`, the sample lists are concatenated, samples_count and
    coverage_sum are added up, mean and median are recomputed over all pairs, and the numbers of the
    data sets are joined by `,`; the other columns are those of the first compilation. In genome
    order: chromosome, start, end, strand.

    Sample ids must differ between compilations, as Snaptron's do. Raises BadQuery if the rows of
    two compilations have an id in common; Snaptron's clients would silently count such a sample
    twice, or take two samples for one.

    Source: Snaptron's clients (`--function union`, `junction_union` and `junction_intersection` of
    snapcount).

    >>> merged = union([[rows(",1:2")], [rows(",9:4")]])
    >>> names = ("snaptron_id", "samples", "coverage_sum", "coverage_avg")
    >>> [merged.texts(name)[0].decode() for name in names]
    ['0:0', ',1:2,9:4', '6', '3.0']
    """
    parts_of = [list(parts) for parts in compilations]
    _check_ids_differ([_sample_ids(parts) for parts in parts_of])
    # By chromosome, start, end, strand and occurrence: the fields of the junction by number of the
    # compilation. Rows of other ids that are the same junction in one compilation are further
    # occurrences; otherwise they would be lost.
    junctions: dict[tuple[bytes, int, int, bytes, int], dict[int, list[bytes]]] = {}
    for number, parts in enumerate(parts_of):
        occurrences: Counter[tuple[bytes, int, int, bytes]] = Counter()
        for fields in _distinct_rows(parts):
            strand = _UNKNOWN if fields[_STRAND] in _UNKNOWN_STRANDS else fields[_STRAND]
            key = (fields[_CHROM], int(fields[_START]), int(fields[_END]), strand)
            junctions.setdefault((*key, occurrences[key]), {})[number] = fields
            occurrences[key] += 1
    lines: list[list[bytes]] = []
    for _, duplicates in sorted(junctions.items()):
        if not in_all or len(duplicates) == len(compilations):
            lines.append(_merge(list(duplicates.values())))
    rows = Rows(b"".join(b"\t".join(fields) + b"\n" for fields in lines))
    return rows.with_pairs(rows.pairs) if lines else rows


def _distinct_rows(parts: Iterable[Rows]) -> Iterable[list[bytes]]:
    """The fields of every row, once for each id: two regions may give the same row."""
    lines = chain.from_iterable(rows.text.splitlines() for rows in parts)
    return {fields[_ID]: fields for fields in (line.split(b"\t") for line in lines)}.values()


def _sample_ids(parts: Iterable[Rows]) -> Integers:
    return np.unique(
        np.concatenate([np.empty(0, np.int64), *[rows.pairs.samples for rows in parts]])
    )


def _check_ids_differ(ids: Sequence[Integers]) -> None:
    unique_ids, counts = np.unique(
        np.concatenate([np.empty(0, np.int64), *ids]), return_counts=True
    )
    common = unique_ids[counts > 1].tolist()
    if common:
        value = f"{len(common)} in common, such as {common[0]}"
        expected = "sample ids that differ, since reads of a sample would count twice"
        raise BadQuery("compilations", value, expected)


def _merge(duplicates: list[list[bytes]]) -> list[bytes]:
    """One junction's fields of several compilations as one; its statistics are not recomputed."""
    merged = list(duplicates[0])
    for column, separator in ((_ID, b":"), (SAMPLES, b""), (_DATASET, b",")):
        merged[column] = separator.join(fields[column] for fields in duplicates)
    return merged


def normalised(rows: Rows, sizes: Mapping[int, float], how: Normalisation) -> Rows:
    """Junctions with coverages that are comparable between samples of different depth; `how` is one
    of NORMALISATIONS.

    Formula: coverage' = round(coverage · target / size), half to even. With `recount` a sample's
    size is its total coverage of the genome's bases (AUC; field `auc` of the samples file) and the
    target is 4·10⁹, the total of 40 million reads of 100 bases; with `jxcov` the size is the sum of
    its reads over all junctions (field `junction_coverage`) and the target is 3,953,678, the mean
    of SRAv2. If a samples file has another name for the field, set it with `size`. Pairs that
    become 0, samples without a size, and rows left without pairs are dropped; the statistics are
    recomputed.

    Source: L. Collado-Torres et al., Reproducible RNA-seq analysis using recount2, Nature
    Biotechnology 35 (2017) 319-321; names and targets are those of Snaptron's client for junctions
    (`--normalize`).

    >>> sizes = {1: 8e9, 2: 2e9, 3: 8e10}
    >>> scaled = normalised(rows(",1:10,2:10,3:1"), sizes, NORMALISATIONS["recount"])
    >>> scaled.texts("samples")[0].decode(), scaled.texts("coverage_avg")[0].decode()
    (',1:5,2:20', '12.5')
    >>> scaled = normalised(rows(",1:10,2:10"), {1: 1_976_839, 2: 39_536_780}, NORMALISATIONS["jxcov"])
    >>> scaled.texts("samples")[0].decode()
    ',1:20,2:1'
    """
    pairs = rows.pairs
    sample_sizes = np.array(
        [sizes.get(sample, 0.0) for sample in pairs.samples.tolist()], np.float64
    )
    scale = np.divide(
        how.target, sample_sizes, out=np.zeros_like(sample_sizes), where=sample_sizes > 0
    )
    coverages = np.rint(pairs.coverages * scale).astype(np.int64)
    texts = [
        b",%d:%d" % pair if pair[1] else b""
        for pair in zip(pairs.samples.tolist(), coverages.tolist(), strict=True)
    ]
    bounds = pairwise(pairs.rows.tolist())
    return rows.with_pairs(parse_pairs(b"".join(texts[first:last]) for first, last in bounds))
