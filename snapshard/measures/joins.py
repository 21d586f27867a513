"""Rows made of rows: junctions of several compilations as one, coverages made comparable, exons
between junctions.

docs/splicing.md is made of these docstrings too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from snapshard.errors import BadQuery
from snapshard.pairs import Integers, parse_pairs
from snapshard.rows import Rows


@dataclass(frozen=True)
class Normalisation:
    """How samples are made comparable: the field of the samples file that holds a sample's size,
    and what it is scaled to.
    """

    field: str
    target: int


NORMALISATIONS: dict[Literal["recount", "jxcov"], Normalisation] = {
    # 40 million reads of 100 bases.
    "recount": Normalisation("auc", 4_000_000_000),
    # The mean over 43,332 samples of SRAv2.
    "jxcov": Normalisation("junction_coverage", 3_953_678),
}
"""By the names that Snaptron's client has for them."""


@dataclass(frozen=True)
class Exon:
    """An exon between two junctions: its first and last base, and the numbers of the junctions on
    its left and right.
    """

    chrom: str
    start: int
    end: int
    left_id: int
    right_id: int


def find_exons(
    parts: Iterable[Rows], *, shortest: int = 1, longest: int | None = None
) -> Iterator[Exon]:
    """What may be an exon: every stretch from behind a junction's end to before a later junction's
    start.

    Formula: for junctions with ends e and starts s on one chromosome, the exon e + 1 … s - 1, of
    length s - e - 1; only lengths from shortest to longest. Strands are not compared, as the
    clients do not: filter by strand for that. Sorted by start.

    Source: Snaptron's client (`--function exon`).

    >>> found = find_exons([rows(",1:1", ",1:1", spans=((100, 200), (251, 300)))])
    >>> [(one.start, one.end) for one in found]
    [(201, 250)]
    """
    junctions = [junction for part in parts for junction in _junctions(part)]
    for chrom in dict.fromkeys(chrom for chrom, *_ in junctions):
        own = [one[1:] for one in junctions if one[0] == chrom]
        starts = sorted((start, number) for start, _, number in own)
        keys = [start for start, _ in starts]
        for _, end, left in sorted(own, key=lambda one: (one[1], one[2])):
            first = np.searchsorted(keys, end + 1 + shortest)
            last = (
                len(keys)
                if longest is None
                else np.searchsorted(keys, end + 1 + longest, side="right")
            )
            yield from (
                Exon(chrom, end + 1, start - 1, left, right) for start, right in starts[first:last]
            )


def _junctions(part: Rows) -> Iterator[tuple[str, int, int, int]]:
    chroms = (text.decode() for text in part.texts("chromosome"))
    positions = (part.integers(name).tolist() for name in ("start", "end", "snaptron_id"))
    return zip(chroms, *positions, strict=True)


def union(compilations: Sequence[Iterable[Rows]], *, in_all: bool = False) -> Rows:
    """The junctions of several compilations, each once; with in_all only those that every
    compilation has (intersection).

    Rule: junctions are the same if chromosome, start, end and strand are. Of the same ones the ids
    are joined by `:`, the sample lists put behind each other, samples_count and coverage_sum added,
    mean and median made anew over all pairs, the numbers of the data sets joined by `,`; the other
    columns are the first compilation's. In genome order: chromosome, start, end, strand.

    Sample ids must differ between compilations, as Snaptron's do: BadQuery where the rows of two
    have an id in common. The clients would add such a sample's reads twice, or take two samples for
    one, without a word.

    Source: Snaptron's clients (`--function union`, `junction_union` and `junction_intersection` of
    snapcount).

    >>> merged = union([[rows(",1:2")], [rows(",9:4")]])
    >>> [merged.texts(name)[0].decode() for name in ("snaptron_id", "samples", "coverage_sum", "coverage_avg")]
    ['0:0', ',1:2,9:4', '6', '3.0']
    """
    found: dict[tuple[bytes, int, int, bytes], dict[int, list[bytes]]] = {}
    read = [list(parts) for parts in compilations]
    _check_ids_differ([_sample_ids(parts) for parts in read])
    for number, parts in enumerate(read):
        for line in (line for part in parts for line in part.text.split(b"\n")[:-1]):
            fields = line.split(b"\t")
            found.setdefault((fields[1], int(fields[2]), int(fields[3]), fields[5]), {})[number] = (
                fields
            )
    kept = (
        same for _, same in sorted(found.items()) if not in_all or len(same) == len(compilations)
    )
    return _recomputed([_merged(list(same.values())) for same in kept])


def _sample_ids(parts: Iterable[Rows]) -> Integers:
    return np.unique(
        np.concatenate([np.empty(0, np.int64), *[part.pairs.samples for part in parts]])
    )


def _check_ids_differ(ids: Sequence[Integers]) -> None:
    known, counts = np.unique(np.concatenate([np.empty(0, np.int64), *ids]), return_counts=True)
    twice = known[counts > 1].tolist()
    if twice:
        came = f"{len(twice)} in common, such as {twice[0]}"
        raise BadQuery(
            "compilations",
            came,
            "sample ids that differ, since reads of a sample would count twice",
        )


def _merged(same: list[list[bytes]]) -> list[bytes]:
    first = list(same[0])
    first[0] = b":".join(fields[0] for fields in same)
    first[11] = b"".join(fields[11] for fields in same)
    first[16] = b",".join(fields[16] for fields in same)
    return first


def _recomputed(lines: list[list[bytes]]) -> Rows:
    rows = Rows(b"".join(b"\t".join(fields) + b"\n" for fields in lines))
    return rows.with_pairs(rows.pairs) if lines else rows


def normalised(rows: Rows, sizes: Mapping[int, float], how: Normalisation) -> Rows:
    """Junctions whose coverages are comparable between samples of different depth; how is one of
    NORMALISATIONS.

    Formula: coverage' = round(coverage · target / size), half to even. With `recount` a sample's
    size is its total coverage of the genome's bases (AUC; field `auc` of the samples file) and the
    target 4·10⁹, which 40 million reads of 100 bases have; with `jxcov` it is its sum of reads over
    all junctions (field `junction_coverage`) and the target 3,953,678, the mean of SRAv2. Where a
    samples file calls the field otherwise, it can be named (`size`). Pairs that become 0, samples
    without a size, and rows left without pairs go; the statistics are made anew.

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
    known = np.array([sizes.get(sample, 0.0) for sample in pairs.samples.tolist()], np.float64)
    scale = np.divide(how.target, known, out=np.zeros_like(known), where=known > 0)
    coverages = np.rint(pairs.coverages * scale).astype(np.int64)
    texts = [
        b",%d:%d" % pair if pair[1] else b""
        for pair in zip(pairs.samples.tolist(), coverages.tolist(), strict=True)
    ]
    bounds = pairs.rows.tolist()
    return rows.with_pairs(
        parse_pairs(b"".join(texts[first:last]) for first, last in pairwise(bounds))
    )
