"""Work that a script does in pure Python on rows as text: it splits the sample lists and loops over
the pairs.

It serves systems that store samples as text: the ancestor's tables, tabix, Parquet.
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence

Coverage = dict[int, int]
"""Reads by sample."""

MIN_COUNT = 20
"""The least number of reads for a PSI, as in snapshard.measures.splicing."""


def pairs(samples: str) -> Coverage:
    """The pairs of a sample list such as `,50099:3,50100:12`."""
    coverage_of = {}
    for pair in samples[1:].split(","):
        sample, coverage = pair.split(":")
        coverage_of[int(sample)] = int(coverage)
    return coverage_of


def subset(rows: Iterable[Sequence[object]], samples: Iterable[int]) -> list[list[object]]:
    """Rows of 17 columns restricted to samples; rows without any of them are left out."""
    members, restricted = set(samples), []
    for row in rows:
        pairs, coverages = [], []
        for pair in str(row[11])[1:].split(","):
            sample, coverage = pair.split(":")
            if int(sample) in members:
                pairs.append(pair)
                coverages.append(int(coverage))
        if pairs:
            fields = list(row)
            fields[11] = "," + ",".join(pairs)
            total = sum(coverages)
            fields[12:16] = len(pairs), total, total / len(pairs), statistics.median(coverages)
            restricted.append(fields)
    return restricted


def psi(inclusion1: Coverage, inclusion2: Coverage, exclusion: Coverage) -> dict[int, float]:
    """PSI by sample, as snapshard.measures.splicing.percent_spliced_in defines it."""
    psi_of = {}
    for sample in inclusion1.keys() | inclusion2.keys() | exclusion.keys():
        first, second = inclusion1.get(sample, 0), inclusion2.get(sample, 0)
        mean, skipped = (first + second) / 2, exclusion.get(sample, 0)
        defined = first and second and mean + skipped >= MIN_COUNT
        psi_of[sample] = mean / (mean + skipped) if defined else -1.0
    return psi_of


def tissues(coverage: Coverage, groups: Mapping[str, set[int]]) -> dict[str, tuple[int, int]]:
    """Per tissue, the number of samples that have the junction, and their reads."""
    evidence = {}
    for name, members in groups.items():
        reads = [count for sample, count in coverage.items() if sample in members]
        evidence[name] = len(reads), sum(reads)
    return evidence
