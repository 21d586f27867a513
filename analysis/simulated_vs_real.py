"""Compares simulated junctions with real ones: `python -m analysis.simulated_vs_real`.

The program writes `analysis/results/simulated_vs_real.json` and, from it, `docs/simulation.md`;
`python -m analysis.simulated_plot` draws `analysis/results/simulated_vs_real.svg` from the same
file. It needs the real data (see junction_sets.py).
"""

import argparse
import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from analysis.junction_sets import (
    QUANTILES,
    JunctionSet,
    jaccard,
    read_set,
    shared,
    simulate_set,
    statistics,
)
from snapshard.commands.running import run_command
from snapshard_populate.simulate import CHROMOSOMES, MEGABASE, Plan

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "analysis/results/simulated_vs_real.json"
DOCUMENT = ROOT / "docs/simulation.md"
WHOLE = 29_900_000
"""Junctions of GTEx."""


def measure(plan: Plan) -> dict[str, object]:
    """Statistics of the simulated junctions and of every real source, as a value for JSON."""
    data = shared() / "data"
    simulated = simulate_set(plan)
    gtex = read_set(data / "gtex/junctions.tsv.gz")
    alk = gtex.where(gtex.chrom == "chr2")
    seventeen = read_set(data / "gtex17/junctions.tsv.gz")
    return {
        "command": "python -m analysis.simulated_vs_real "
        f"--junctions {plan.junctions} --seed {plan.seed}",
        "simulated": statistics(simulated)
        | _genome(simulated)
        | _everywhere(simulated, 9000)
        | _frequent(simulated),
        "alk": statistics(alk) | _frequent(alk),
        "seventeen": statistics(seventeen) | _everywhere(seventeen, 17),
        "published": json.loads((data / "stats/summary.json").read_text()),
        "chromosomes": _real_chromosomes(data / "stats/rows_per_chromosome_estimate.tsv"),
        "dasper_length_other": _dasper_lengths(data / "other/dasper_junctions_chr21_22.tsv.gz"),
    }


def _genome(simulated: JunctionSet) -> dict[str, object]:
    """Shares of the chromosomes; rows in the window and junctions per sample, scaled to GTEx's size."""
    scale = WHOLE / len(simulated.count)
    window = (simulated.chrom == "chr1") & (simulated.start <= 25 * MEGABASE)
    per_sample = simulated.watched.sum(axis=0) * scale
    return {
        "chromosomes": {
            chromosome.name: float((simulated.chrom == chromosome.name).mean())
            for chromosome in CHROMOSOMES
        },
        "window": int(window.sum() * scale),
        "window_100": int((window & (simulated.count >= 100)).sum() * scale),
        "junctions_per_sample": [int(value) for value in np.quantile(per_sample, (0.1, 0.5, 0.9))],
    }


def _everywhere(junctions: JunctionSet, least: int) -> dict[str, list[float]]:
    """Quantiles of the reads per pair, over junctions in (nearly) all samples."""
    here = junctions.count >= least
    depth = junctions.reads[here] / junctions.count[here]
    return {
        "depth_everywhere": [float(value) for value in np.quantile(depth, (0.1, 0.5, 0.9, 0.99))]
    }


def _frequent(junctions: JunctionSet) -> dict[str, dict[str, float] | None]:
    """The similarity of samples in their frequent junctions."""
    return {"jaccard_frequent": jaccard(junctions.where(junctions.count >= 100))}


def _real_chromosomes(path: Path) -> dict[str, float]:
    with path.open(newline="") as file:
        return {
            row["chrom"]: float(row["share_est"]) for row in csv.DictReader(file, delimiter="\t")
        }


def _dasper_lengths(path: Path) -> list[int]:
    """Quantiles of the lengths of unannotated junctions of chr21 and chr22, from a source to which no
    constant was fitted.
    """
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    lengths = [int(row["end"]) - int(row["start"]) + 1 for row in rows if row["annotated"] == "0"]
    return [int(value) for value in np.quantile(lengths, QUANTILES)]


Line = tuple[str, str, str, str]
"""A statistic, its real value, the source of that, and the simulated value."""


def table(comparison: dict) -> list[Line]:
    """The lines of the comparison."""
    return [
        *_counts(comparison),
        *_depth(comparison),
        *_annotation(comparison),
        *_shape(comparison),
        *_place(comparison),
        *_tissues(comparison),
    ]


def _counts(comparison: dict) -> Iterator[Line]:
    simulated, alk, published = comparison["simulated"], comparison["alk"], comparison["published"]
    mean = f"{published['gtex_v1']['pairs_estimate'] / WHOLE:.1f}; {alk['mean_pairs']:.1f}"
    yield "samples per junction, mean", mean, "GTEx; ALK", f"{simulated['mean_pairs']:.1f}"
    v2 = published["gtexv2_genome_wide_exact"]["junctions_with_samples_count_ge"]
    sra = published["srav2_genome_wide_exact"]["fraction_with_samples_count_ge"]
    for k in ("2", "5", "10", "20", "100", "1000"):
        real = [
            f"{alk['at_least'][k]:.4f}",
            f"{v2[k] / v2['1']:.4f}" if k in v2 else "–",
            f"{sra[k]:.4f}",
        ]
        if k == "100":
            real.append(f"{21_824 / 618_876:.4f} (GTEx, chr1:0-25 Mb)")
        yield (
            f"share in {int(k):,} samples or more",
            "; ".join(real),
            "ALK; gtexv2; SRAv2",
            f"{simulated['at_least'][k]:.4f}",
        )


def _depth(comparison: dict) -> Iterator[Line]:
    simulated, alk, seventeen = comparison["simulated"], comparison["alk"], comparison["seventeen"]
    real = str(comparison["published"]["gtex_v1"]["coverage_per_pair"])
    yield "reads per pair, mean", real, "GTEx", f"{simulated['reads_per_pair']:.1f}"
    bins = {
        "1": "1 sample",
        "2": "2 to 4",
        "5": "5 to 19",
        "20": "20 to 99",
        "300": "300 to 999",
        "1000": "1,000 to 2,999",
    }
    for low, name in bins.items():
        real = _optional(alk["reads_by_count"][low])
        yield (
            f"reads per pair, junctions in {name}",
            real,
            "ALK",
            f"{simulated['reads_by_count'][low]:.3f}",
        )
    what = "reads per pair, junctions in (nearly) all samples: quantiles .1, .5, .9, .99"
    yield (
        what,
        _listed(seventeen["depth_everywhere"]),
        "17 GTEx samples",
        _listed(simulated["depth_everywhere"]),
    )


def _annotation(comparison: dict) -> Iterator[Line]:
    simulated, alk = comparison["simulated"], comparison["alk"]
    sra = comparison["published"]["srav2_genome_wide_exact"]
    for k in ("1", "10", "100", "1000", "5000"):
        published = sra["annotated_fraction_by_samples_count_ge"][k]
        real = f"{_optional(alk['annotated_at_least'].get(k))}; {published:.3f}"
        share = _optional(simulated["annotated_at_least"].get(k))
        yield f"annotated share, in {int(k):,} samples or more", real, "ALK; SRAv2", share
    counts = zip(
        simulated["classes"].items(),
        ("annotated", "exonskip", "one_site_annotated", "novel"),
        strict=True,
    )
    for (name, share), published in counts:
        yield (
            f"share: {name}",
            f"{alk['classes'][name]:.3f}; {sra[published] / sra['junctions']:.3f}",
            "ALK; SRAv2",
            f"{share:.3f}",
        )


def _shape(comparison: dict) -> Iterator[Line]:
    simulated, alk, seventeen = comparison["simulated"], comparison["alk"], comparison["seventeen"]
    sra = comparison["published"]["srav2_genome_wide_exact"]["motif_fraction"]
    for name, share in simulated["motifs"].items():
        yield (
            f"motif {name}",
            f"{alk['motifs'][name]:.3f}; {sra[name]:.3f}",
            "ALK; SRAv2",
            f"{share:.3f}",
        )
    yield "strand +", f"{seventeen['plus']:.3f}", "17 GTEx samples", f"{simulated['plus']:.3f}"
    levels = ", ".join(f"{level:g}" for level in QUANTILES)
    real = _listed(seventeen["length_annotated"])
    yield (
        f"annotated lengths: quantiles {levels}",
        real,
        "17 GTEx samples",
        _listed(simulated["length_annotated"]),
    )
    real = f"{_listed(alk['length_other'])}; {_listed(comparison['dasper_length_other'])}"
    source = "ALK, a long gene; fibroblasts, chr21 and 22"
    yield f"other lengths: quantiles {levels}", real, source, _listed(simulated["length_other"])


def _place(comparison: dict) -> Iterator[Line]:
    simulated = comparison["simulated"]
    yield "rows in chr1:0-25,000,000 of 29.9 M", "618,876", "GTEx", f"{simulated['window']:,}"
    yield "of these in 100 samples or more", "21,824", "GTEx", f"{simulated['window_100']:,}"
    difference = f"{_chromosome_difference(comparison):.5f}"
    yield "largest difference of a chromosome's share of rows", "–", "SRAv2, estimate", difference
    real = _listed(comparison["published"]["gtex_v1"]["p10_p50_p90"])
    what = "junctions per sample, of 29.9 M: quantiles .1, .5, .9"
    yield what, real, "558 GTEx blood samples", _listed(simulated["junctions_per_sample"])


def _tissues(comparison: dict) -> Iterator[Line]:
    simulated, alk = comparison["simulated"], comparison["alk"]
    source = "ALK, which testis and brain express"
    for low, name in {
        "2": "2 samples",
        "3": "3 to 9",
        "10": "10 to 99",
        "100": "100 to 1,999",
    }.items():
        what = (
            f"two samples of a junction have the same tissue (by chance .066), junctions in {name}"
        )
        yield what, f"{alk['same_tissue'][low]:.3f}", source, f"{simulated['same_tissue'][low]:.3f}"
    what = "Jaccard index of two samples' junctions, within / between tissues"
    yield what, _jaccard(alk["jaccard"]), source, _jaccard(simulated["jaccard"])
    what = "the same, junctions in 100 samples or more"
    yield what, _jaccard(alk["jaccard_frequent"]), source, _jaccard(simulated["jaccard_frequent"])


def _chromosome_difference(comparison: dict) -> float:
    simulated = comparison["simulated"]["chromosomes"]
    total = sum(comparison["chromosomes"].values())
    shares = comparison["chromosomes"].items()
    return max(abs(simulated[name] - share / total) for name, share in shares)


def _listed(values: list[float]) -> str:
    return ", ".join(
        f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
        for value in values
    )


def _optional(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _jaccard(value: dict[str, float] | None) -> str:
    return "–" if value is None else f"{value['within']:.3f} / {value['between']:.3f}"


def document(comparison: dict) -> str:
    """The text of docs/simulation.md: the method, the comparison and its limits."""
    lines = "\n".join([f"| {' | '.join(line)} |" for line in table(comparison)])
    return _TEXT.format(
        command=comparison["command"], rows=comparison["simulated"]["rows"], table=lines
    )


_TEXT = """# Simulated compilations

`snapshard simulate` writes a compilation of any size in Snaptron's layout. **All of its content is
invented**: positions of genes, junctions, samples, donors, reads. Only the distributions are real: they are
fitted to GTEx (recount2) and to published counts. Symbols (`SIMG00001`) and accessions (`SIMR…`, `ENSG99…`)
do not exist elsewhere, `compilation.json` contains `"simulated": true`, and the number of the data set is
0.

This page is written by

    {command}

which needs the real data for the comparison (`SNAPSHARD_SHARED`, see `analysis/junction_sets.py`); the
simulator itself needs no data.

## Method

- The genome is divided into segments. The rows of a segment follow from the chromosome's share and the
  density of the annotation per megabase; chr1:0-25,000,000 has as many rows as in GTEx. Below 500,000 rows
  a segment is a whole chromosome, so that genes keep all of their rows.
- There is one gene per 515 rows (fewer genes with fewer samples), with exons, a main transcript, and
  transcripts that skip an exon. A junction is annotated, joins two known splice sites, has one known end,
  or has none; a fifth of the last class lies outside genes.
- The number of samples follows a distribution per class; strongly expressed genes have the frequent
  junctions. With fewer samples than GTEx's 9,662 the compilation is thinned as if samples were left out
  (rarer junctions disappear, so annotated junctions are a larger share); with more samples it is extended.
- Samples: half of a rare junction's samples come from one tissue, half from all tissues that express its
  gene, and samples with more reads are drawn more often. For a frequent junction, each sample is drawn with
  a probability by tissue and depth. Reads are one plus a lognormal excess that grows with the number of
  samples.
- Each purpose and segment has its own random generator, so the same size and seed give the same bytes.

## Comparison with real data

{rows:,} simulated junctions over 9,662 samples. ALK means all junctions of that gene in GTEx (1,073 rows),
the only complete part of GTEx available here; SRAv2 and gtexv2 are published counts over the whole genomes
of other compilations; the 17 samples lack rare junctions. Figures of a single gene say little about a
genome: where the sources differ, the simulation lies between them.

![simulated and real distributions](../analysis/results/simulated_vs_real.svg)

| statistic | real | source | simulated |
|---|---|---|---|
{table}

## Limits

- Genes do not overlap real genes, and sequences are not used: motifs are drawn at random.
- Samples differ only by tissue and depth; there are no genotypes, no batches, and no sites within a tissue.
- Junctions of one gene occur in the same tissues, but alternative splicing is not regulated: no exon is
  skipped in brain only.
- The longest introns reach 0.5 Mb, while recount3's reach 2.8 Mb; recount3's strand `?` and unsorted
  samples do not occur here.
- Exons and genes have their own reads, which do not add up to those of the junctions.
- GTEx's distributions by class are not published. The shares of the classes lie between those of ALK and
  SRAv2, chosen so that the totals fit.
"""


def main() -> None:
    """Measures and writes the page, or only writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junctions", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--page-only", action="store_true", help="only write the page from the existing results"
    )
    arguments = parser.parse_args()
    if not arguments.page_only:
        comparison = measure(Plan(arguments.junctions, 9662, arguments.seed))
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(comparison, indent=1) + "\n")
    DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(document(json.loads(RESULTS.read_text())))


if __name__ == "__main__":
    run_command(main)
