"""Compares simulated junctions with real ones: `python -m analysis.simulated_vs_real`.

Writes `analysis/results/simulated_vs_real.json` and, from it, `docs/simulation.md`; `python -m
analysis.simulated_plot` draws `analysis/results/simulated_vs_real.svg` from the same file. Needs
the real data (see junction_sets.py).
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
from snapshard_populate.simulate.genome import CHROMOSOMES, MEGABASE
from snapshard_populate.simulate.plan import Plan

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "analysis/results/simulated_vs_real.json"
DOCUMENT = ROOT / "docs/simulation.md"
WHOLE = 29_900_000  # junctions of GTEx


def measure(plan: Plan) -> dict[str, object]:
    """Statistics of the simulated junctions and of every real source, in one JSON-able value."""
    data = shared() / "data"
    simulated = simulate_set(plan)
    gtex = read_set(data / "gtex/junctions.tsv.gz")
    alk = gtex.where(gtex.chrom == "chr2")
    seventeen = read_set(data / "gtex17/junctions.tsv.gz")
    return {
        "command": f"python -m analysis.simulated_vs_real --junctions {plan.junctions} --seed {plan.seed}",
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
    """Rows by chromosome and in the window that was counted, and what one sample has, both scaled
    to the whole of GTEx.
    """
    scale = WHOLE / len(simulated.count)
    window = (simulated.chrom == "chr1") & (simulated.start <= 25 * MEGABASE)
    per_sample = simulated.watched.sum(axis=0) * scale
    return {
        "chromosomes": {
            each.name: float((simulated.chrom == each.name).mean()) for each in CHROMOSOMES
        },
        "window": int(window.sum() * scale),
        "window_100": int((window & (simulated.count >= 100)).sum() * scale),
        "junctions_per_sample": [int(value) for value in np.quantile(per_sample, (0.1, 0.5, 0.9))],
    }


def _everywhere(junctions: JunctionSet, least: int) -> dict[str, list[float]]:
    """Quantiles of the reads per pair of junctions that (nearly) all samples have."""
    here = junctions.count >= least
    depth = junctions.reads[here] / junctions.count[here]
    return {
        "depth_everywhere": [float(value) for value in np.quantile(depth, (0.1, 0.5, 0.9, 0.99))]
    }


def _frequent(junctions: JunctionSet) -> dict[str, dict[str, float] | None]:
    """How alike samples are in their frequent junctions."""
    return {"jaccard_frequent": jaccard(junctions.where(junctions.count >= 100))}


def _real_chromosomes(path: Path) -> dict[str, float]:
    with path.open(newline="") as file:
        return {
            row["chrom"]: float(row["share_est"]) for row in csv.DictReader(file, delimiter="\t")
        }


def _dasper_lengths(path: Path) -> list[int]:
    """Quantiles of the lengths of unannotated junctions of chr21 and chr22; a source that no
    constant was fitted to.
    """
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    lengths = [int(row["end"]) - int(row["start"]) + 1 for row in rows if row["annotated"] == "0"]
    return [int(value) for value in np.quantile(lengths, QUANTILES)]


Line = tuple[str, str, str, str]
"""What, real value, its source, simulated value."""


def table(found: dict) -> list[Line]:
    """Lines of the comparison."""
    return [
        *_counts(found),
        *_depth(found),
        *_annotation(found),
        *_shape(found),
        *_place(found),
        *_tissues(found),
    ]


def _counts(found: dict) -> Iterator[Line]:
    simulated, alk, published = found["simulated"], found["alk"], found["published"]
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


def _depth(found: dict) -> Iterator[Line]:
    simulated, alk, seventeen = found["simulated"], found["alk"], found["seventeen"]
    real = str(found["published"]["gtex_v1"]["coverage_per_pair"])
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


def _annotation(found: dict) -> Iterator[Line]:
    simulated, alk = found["simulated"], found["alk"]
    sra = found["published"]["srav2_genome_wide_exact"]
    for k in ("1", "10", "100", "1000", "5000"):
        real = f"{_optional(alk['annotated_at_least'].get(k))}; {sra['annotated_fraction_by_samples_count_ge'][k]:.3f}"
        ours = _optional(simulated["annotated_at_least"].get(k))
        yield f"annotated share, in {int(k):,} samples or more", real, "ALK; SRAv2", ours
    counts = zip(
        simulated["classes"].items(),
        ("annotated", "exonskip", "one_site_annotated", "novel"),
        strict=True,
    )
    for (name, ours), published in counts:
        yield (
            f"share: {name}",
            f"{alk['classes'][name]:.3f}; {sra[published] / sra['junctions']:.3f}",
            "ALK; SRAv2",
            f"{ours:.3f}",
        )


def _shape(found: dict) -> Iterator[Line]:
    simulated, alk, seventeen = found["simulated"], found["alk"], found["seventeen"]
    sra = found["published"]["srav2_genome_wide_exact"]["motif_fraction"]
    for name, ours in simulated["motifs"].items():
        yield (
            f"motif {name}",
            f"{alk['motifs'][name]:.3f}; {sra[name]:.3f}",
            "ALK; SRAv2",
            f"{ours:.3f}",
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
    real = f"{_listed(alk['length_other'])}; {_listed(found['dasper_length_other'])}"
    source = "ALK, a long gene; fibroblasts, chr21 and 22"
    yield f"other lengths: quantiles {levels}", real, source, _listed(simulated["length_other"])


def _place(found: dict) -> Iterator[Line]:
    simulated = found["simulated"]
    yield "rows in chr1:0-25,000,000 of 29.9 M", "618,876", "GTEx", f"{simulated['window']:,}"
    yield "of these in 100 samples or more", "21,824", "GTEx", f"{simulated['window_100']:,}"
    difference = f"{_chromosome_difference(found):.5f}"
    yield "largest difference of a chromosome's share of rows", "–", "SRAv2, estimate", difference
    real = _listed(found["published"]["gtex_v1"]["p10_p50_p90"])
    what = "junctions per sample, of 29.9 M: quantiles .1, .5, .9"
    yield what, real, "558 GTEx blood samples", _listed(simulated["junctions_per_sample"])


def _tissues(found: dict) -> Iterator[Line]:
    simulated, alk = found["simulated"], found["alk"]
    source = "ALK, which testis and brain express"
    for low, name in {
        "2": "2 samples",
        "3": "3 to 9",
        "10": "10 to 99",
        "100": "100 to 1,999",
    }.items():
        what = f"two samples of a junction are of one tissue (by chance .066), junctions in {name}"
        yield what, f"{alk['same_tissue'][low]:.3f}", source, f"{simulated['same_tissue'][low]:.3f}"
    what = "Jaccard index of two samples' junctions, within / between tissues"
    yield what, _jaccard(alk["jaccard"]), source, _jaccard(simulated["jaccard"])
    what = "the same, junctions in 100 samples or more"
    yield what, _jaccard(alk["jaccard_frequent"]), source, _jaccard(simulated["jaccard_frequent"])


def _chromosome_difference(found: dict) -> float:
    ours = found["simulated"]["chromosomes"]
    total = sum(found["chromosomes"].values())
    return max(abs(ours[name] - share / total) for name, share in found["chromosomes"].items())


def _listed(values: list[float]) -> str:
    return ", ".join(
        f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
        for value in values
    )


def _optional(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _jaccard(value: dict[str, float] | None) -> str:
    return "–" if value is None else f"{value['within']:.3f} / {value['between']:.3f}"


def document(found: dict) -> str:
    """docs/simulation.md: what is simulated, how, and the comparison."""
    lines = "\n".join(
        f"| {what} | {real} | {source} | {ours} |" for what, real, source, ours in table(found)
    )
    return _TEXT.format(command=found["command"], rows=found["simulated"]["rows"], table=lines)


_TEXT = """# Simulated compilations

`snapshard simulate` writes a compilation of any size in Snaptron's own layout. **Everything in it is invented**: positions of
genes, junctions, samples, donors, reads. What is real are the distributions, fitted to GTEx (recount2) and to published counts.
Symbols (`SIMG00001`) and accessions (`SIMR…`, `ENSG99…`) belong to nobody, `compilation.json` says `"simulated": true`, and the
data set's number is 0.

This page is written by

    {command}

which needs the real data that it compares with (`SNAPSHARD_SHARED`, see `analysis/junction_sets.py`); the simulator itself
needs none.

## How it is made

- The genome is cut into segments. Each gets its rows by the chromosome's share and the annotation's density per megabase;
  chr1:0-25,000,000 gets what GTEx has there. Below 500,000 rows a segment is a chromosome, so that genes keep all of their rows.
- One gene per 515 rows (fewer with fewer samples), with exons, a main transcript and some that skip an exon. A junction is
  annotated, joins two known splice sites, has one known end, or none; a fifth of the last kind lies outside genes.
- The number of samples follows a law per class; strong genes have the frequent junctions. Fewer samples than GTEx's 9,662 thin
  the compilation as leaving out samples would (rarer junctions disappear, so annotated ones are a larger share); more stretch it.
- Samples: a rare junction's come half from one tissue, half from wherever its gene is expressed, rich samples more often;
  for a frequent one every sample is asked, with a chance by tissue and depth. Reads are one plus a lognormal excess that
  grows with the number of samples.
- Random numbers come from a generator per purpose and segment, so the same numbers and seed give the same bytes.

## Simulated against real

{rows:,} simulated junctions over 9,662 samples. ALK is every junction of that gene in GTEx (1,073 rows), the only complete
stretch of GTEx at hand; SRAv2 and gtexv2 are published counts over whole genomes of other compilations; the 17 samples lack
rare junctions. Single numbers of one gene say little about a genome: where sources differ, the simulation lies between them.

![simulated against real](../analysis/results/simulated_vs_real.svg)

| statistic | real | source | simulated |
|---|---|---|---|
{table}

## What is not real about it

- Genes do not overlap real ones, and sequences are not consulted: a motif is drawn, not read.
- Samples differ by tissue and depth only; there are no donors' genotypes, no batches, no sites within a tissue.
- Junctions of one gene are in the same tissues, but alternative splicing is not regulated: no exon is skipped in brain alone.
- The longest introns reach 0.5 Mb; recount3's reach 2.8 Mb, and its strands `?` and unsorted samples do not occur here.
- Exons and genes have their own reads, which do not add up with the junctions'.
- GTEx's laws by class are not published. The shares of classes lie between ALK's and SRAv2's, chosen so that the totals fit.
"""


def main() -> None:
    """Measure and write, or only write the page anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junctions", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--page-only", action="store_true", help="write the page from the results that are there"
    )
    arguments = parser.parse_args()
    if not arguments.page_only:
        found = measure(Plan(arguments.junctions, 9662, arguments.seed))
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(document(json.loads(RESULTS.read_text())))


if __name__ == "__main__":
    main()
