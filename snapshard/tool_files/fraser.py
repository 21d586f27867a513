"""The external count tables of FRASER and DROP: reads of introns and of their ends in all samples.

- `k_j_counts`: the reads of each intron. `n_psi5_counts` and `n_psi3_counts`: the reads of all introns
  that share its donor (5' splice site), or its acceptor. The donor is the start on + and where the strand
  is unknown, the end on -.
- `k_theta_counts` and `n_theta_counts`: each splice site, as the last base of one side and the first of the
  other. N is K and the reads of all introns that end there. K are the reads that are not split, which a
  release does not know and which are written as 0: theta and the intron Jaccard index of these samples mean
  nothing.

All have the columns seqnames, start, end, strand (`*` if unknown), then a column for each sample. Source:
DROP, exportCounts.R and `SPLICE_COUNTS_DIR` in its documentation; FRASER, mergeExternalData and
calculatePSIValues.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from snapshard.pairs import Integers
from snapshard.rows import Rows
from snapshard.tool_files.counts import columns_of, sample_counts, samples_of, write_gzip

Site = tuple[str, int, int, str]
"""Chromosome, first and last base (1-based), strand: an intron, or the two bases at an end of it."""


def write_fraser(folder: Path, rows: Rows, names: Mapping[int, str]) -> list[Path]:
    """The five tables, such as `k_j_counts.tsv.gz`."""
    samples = samples_of(rows, names)
    counts = sample_counts(rows, samples)
    introns = _introns(rows)
    lefts = [(chrom, start - 1, start, strand) for chrom, start, _, strand in introns]
    rights = [(chrom, end, end + 1, strand) for chrom, _, end, strand in introns]
    is_minus = np.array([strand == "-" for *_, strand in introns])[:, np.newaxis]
    at_left, at_right = _shared(lefts, counts), _shared(rights, counts)
    sites, at_site = _summed([*lefts, *rights], np.concatenate([counts, counts]))
    tables = {
        "k_j": (introns, counts),
        "n_psi5": (introns, np.where(is_minus, at_right, at_left)),
        "n_psi3": (introns, np.where(is_minus, at_left, at_right)),
        "k_theta": (sites, np.zeros_like(at_site)),
        "n_theta": (sites, at_site),
    }
    header = [names.get(sample, str(sample)) for sample in samples.tolist()]
    return [
        write_gzip(folder / f"{name}_counts.tsv.gz", _text(header, places, cells))
        for name, (places, cells) in tables.items()
    ]


def _introns(rows: Rows) -> list[Site]:
    places = zip(*columns_of(rows, ("chromosome", "start", "end", "strand")), strict=True)
    return [
        (chrom, int(start), int(end), strand if strand in "+-" else "*")
        for chrom, start, end, strand in places
    ]


def _summed(sites: Sequence[Site], counts: Integers) -> tuple[list[Site], Integers]:
    """Each site once, sorted, and the sums of its counts."""
    unique_sites = sorted(set(sites))
    numbers = {site: number for number, site in enumerate(unique_sites)}
    sums = np.zeros((len(unique_sites), counts.shape[1]), np.int64)
    np.add.at(sums, [numbers[site] for site in sites], counts)
    return unique_sites, sums


def _shared(sites: Sequence[Site], counts: Integers) -> Integers:
    """For each site of a list, the sums of the counts of all equal ones."""
    unique_sites, sums = _summed(sites, counts)
    numbers = {site: number for number, site in enumerate(unique_sites)}
    shared: Integers = sums[[numbers[site] for site in sites]]
    return shared


def _text(header: Sequence[str], sites: Iterable[Site], counts: Integers) -> str:
    lines = ["\t".join(["seqnames", "start", "end", "strand", *header])]
    for site, cells in zip(sites, counts.tolist(), strict=True):
        lines.append("\t".join(map(str, [*site, *cells])))
    return "\n".join(lines) + "\n"
