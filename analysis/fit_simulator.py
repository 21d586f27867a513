"""Prints the basis of the simulator's constants: `python -m analysis.fit_simulator
genome|laws|tissues`.

`genome` and `tissues` print the constants of `simulate/genome.py` and `simulate/tissues.py`, and
report if the code has the same. `laws` prints measurements; the tables of
`simulate/distributions.py` were rounded from them by hand and adjusted so that the totals of the
whole genome fit (docs/simulation.md), which one gene cannot show. Needs the real data.
"""

import argparse
import csv
import gzip
from collections import Counter, defaultdict

import numpy as np

from analysis.junction_sets import CLASSES, MOTIF_NAMES, read_set, shared
from snapshard.commands.running import run_command
from snapshard_populate.simulate import (
    CHROMOSOMES,
    COUNTS,
    LEVELS,
    MEGABASE,
    TISSUES,
    Chromosome,
    Tissue,
)

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def genome() -> tuple[Chromosome, ...]:
    """Chromosomes with their lengths, shares of SRAv2's rows, and the square root of the number of
    introns that start in each megabase.
    """
    folder = shared() / "data"
    with (folder / "stats/rows_per_chromosome_estimate.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    starts = defaultdict(Counter)
    with gzip.open(folder / "annotation/hg38_annotated_junctions.nellore.tsv.gz", "rt") as file:
        for line in file:
            chrom, start, *_ = line.split("\t")
            starts[chrom][int(start) // MEGABASE] += 1
    return tuple(_chromosome(row, starts[row["chrom"]]) for row in rows)


def _chromosome(row: dict[str, str], starts: Counter) -> Chromosome:
    length = int(row["length_bp"])
    roots = (
        min(len(DIGITS) - 1, round(starts[number] ** 0.5))
        for number in range(length // MEGABASE + 1)
    )
    return Chromosome(
        row["chrom"],
        length,
        round(float(row["share_est"]) * 1e6),
        "".join(DIGITS[root] for root in roots),
    )


def tissues() -> tuple[Tissue, ...]:
    """GTEx's groups with their detailed sites and the numbers of runs."""
    sites = defaultdict(Counter)
    with gzip.open(shared() / "data/samples/gtex.samples.tsv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            sites[row["snaptron_group"]][row["SMTSD"]] += 1
    return tuple(
        Tissue(name, tuple(sorted(counts.items()))) for name, counts in sorted(sites.items())
    )


def laws() -> None:
    """Prints survival, lengths, motifs and depth of ALK's junctions by class, and lengths and depth in
    the 17 samples.
    """
    gtex = read_set(shared() / "data/gtex/junctions.tsv.gz")
    alk = gtex.where(gtex.chrom == "chr2")
    for class_, name in CLASSES.items():
        here = alk.where(alk.class_ == class_)
        print(f"ALK, {name}: {len(here.count)} junctions")
        print(
            "  share in at least",
            {
                k: round(float((here.count >= k).mean()), 4)
                for k in COUNTS
                if (here.count >= k).any()
            },
        )
        print(
            "  lengths",
            dict(zip(LEVELS, np.quantile(here.length, LEVELS).astype(int).tolist(), strict=True)),
        )
        for label, which in (("one sample", here.count == 1), ("more", here.count > 1)):
            motifs = {
                motif: round(float((here.motif[which] == i).mean()), 4)
                for i, motif in enumerate(MOTIF_NAMES)
                if which.any()
            }
            print(f"  motifs, {label}", motifs)
        print("  reads per pair", round(float(here.reads.sum() / here.count.sum()), 3))
    seventeen = read_set(shared() / "data/gtex17/junctions.tsv.gz")
    annotated = seventeen.class_ == 0
    print(
        "17 samples, annotated lengths",
        np.quantile(seventeen.length[annotated], LEVELS).astype(int).tolist(),
    )
    depth = (seventeen.reads / seventeen.count)[seventeen.count == 17]
    print(
        "17 samples, log of reads per pair in all: mean, deviation",
        np.log(depth).mean().round(3),
        np.log(depth).std().round(3),
    )


def _show(constants: tuple, in_code: tuple) -> None:
    for value in constants:
        print(value)
    print("the code has the same" if constants == in_code else "THE CODE DIFFERS")


def main() -> None:
    """Prints the basis of one of the three groups of constants."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("genome", "laws", "tissues"))
    what = parser.parse_args().what
    if what == "laws":
        laws()
    else:
        _show(*((genome(), CHROMOSOMES) if what == "genome" else (tissues(), TISSUES)))


if __name__ == "__main__":
    run_command(main)
