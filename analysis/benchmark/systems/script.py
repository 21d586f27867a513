"""What a script does with rows as text: splits the samples and goes through the pairs one by one,
in pure Python.

For systems that keep samples as text and leave the rest to whoever asks: the ancestor's tables,
tabix, Parquet.
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence

Coverage = dict[int, int]
"""Reads by sample."""

MIN_COUNT = 20
"""Fewest reads that PSI is told from, as in snapshard.splicing."""


def pairs(samples: str) -> Coverage:
    """The pairs of a sample list such as `,50099:3,50100:12`."""
    found = {}
    for pair in samples[1:].split(","):
        sample, coverage = pair.split(":")
        found[int(sample)] = int(coverage)
    return found


def subset(rows: Iterable[Sequence[object]], samples: Iterable[int]) -> list[list[object]]:
    """Rows of 17 columns cut to some samples; those that none of them has are left out."""
    wanted, kept_rows = set(samples), []
    for row in rows:
        kept, coverages = [], []
        for pair in str(row[11])[1:].split(","):
            sample, coverage = pair.split(":")
            if int(sample) in wanted:
                kept.append(pair)
                coverages.append(int(coverage))
        if kept:
            cut = list(row)
            cut[11] = "," + ",".join(kept)
            total = sum(coverages)
            cut[12:16] = len(kept), total, total / len(kept), statistics.median(coverages)
            kept_rows.append(cut)
    return kept_rows


def psi(inclusion1: Coverage, inclusion2: Coverage, exclusion: Coverage) -> dict[int, float]:
    """PSI by sample, as snapshard.measures.splicing.percent_spliced_in defines it."""
    found = {}
    for sample in inclusion1.keys() | inclusion2.keys() | exclusion.keys():
        one, two, skipped = (reads.get(sample, 0) for reads in (inclusion1, inclusion2, exclusion))
        mean = (one + two) / 2
        told = one and two and mean + skipped >= MIN_COUNT
        found[sample] = mean / (mean + skipped) if told else -1.0
    return found


def tissues(coverage: Coverage, groups: Mapping[str, set[int]]) -> dict[str, tuple[int, int]]:
    """Per tissue the samples that have the junction, and their reads."""
    found = {}
    for name, members in groups.items():
        reads = [count for sample, count in coverage.items() if sample in members]
        found[name] = len(reads), sum(reads)
    return found
