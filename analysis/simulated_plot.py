"""Draws `analysis/results/simulated_vs_real.svg` from the results of simulated_vs_real:
`python -m analysis.simulated_plot`.
"""

import json

import matplotlib as mpl
from matplotlib import pyplot as plt

from analysis.junction_sets import QUANTILES
from analysis.simulated_vs_real import RESULTS
from snapshard.commands.running import run_command

mpl.use("svg")
# With a fixed salt, equal figures give equal files.
mpl.rcParams["svg.hashsalt"] = "snapshard"
SIMULATED, ALK, OTHER = "#c2410c", "#1d4ed8", "#64748b"


def main() -> None:
    """Draws four panels: samples per junction, annotated share, reads per pair, lengths."""
    comparison = json.loads(RESULTS.read_text())
    figure, panels = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
    _counts(panels[0][0], comparison)
    _annotated(panels[0][1], comparison)
    _reads(panels[1][0], comparison)
    _lengths(panels[1][1], comparison)
    figure.suptitle("Simulated junctions (orange) against real ones")
    figure.savefig(RESULTS.with_suffix(".svg"), metadata={"Date": None})


def _curve(panel, values: dict[str, float | None], colour: str, label: str) -> None:
    points = [(int(k), value) for k, value in values.items() if value]
    panel.plot(*zip(*points, strict=True), marker="o", markersize=3, color=colour, label=label)


def _counts(panel, comparison: dict) -> None:
    published = comparison["published"]
    v2 = published["gtexv2_genome_wide_exact"]["junctions_with_samples_count_ge"]
    _curve(panel, comparison["simulated"]["at_least"], SIMULATED, "simulated")
    _curve(panel, comparison["alk"]["at_least"], ALK, "ALK in GTEx")
    _curve(
        panel,
        published["srav2_genome_wide_exact"]["fraction_with_samples_count_ge"],
        OTHER,
        "SRAv2 (50,099 samples)",
    )
    _curve(
        panel,
        {k: number / v2["1"] for k, number in v2.items()},
        "#15803d",
        "gtexv2 (19,214 samples)",
    )
    panel.set(xscale="log", yscale="log", xlabel="samples, at least", ylabel="share of junctions")
    panel.legend()


def _annotated(panel, comparison: dict) -> None:
    published = comparison["published"]["srav2_genome_wide_exact"][
        "annotated_fraction_by_samples_count_ge"
    ]
    _curve(panel, comparison["simulated"]["annotated_at_least"], SIMULATED, "simulated")
    _curve(panel, comparison["alk"]["annotated_at_least"], ALK, "ALK in GTEx")
    _curve(panel, published, OTHER, "SRAv2")
    panel.set(xscale="log", xlabel="samples, at least", ylabel="annotated share")
    panel.legend()


def _reads(panel, comparison: dict) -> None:
    _curve(panel, comparison["simulated"]["reads_by_count"], SIMULATED, "simulated")
    _curve(panel, comparison["alk"]["reads_by_count"], ALK, "ALK in GTEx")
    panel.set(xscale="log", yscale="log", xlabel="samples, from", ylabel="reads per pair, mean")
    panel.legend()


def _lengths(panel, comparison: dict) -> None:
    panel.plot(
        QUANTILES,
        comparison["simulated"]["length_annotated"],
        color=SIMULATED,
        label="simulated, annotated",
    )
    panel.plot(
        QUANTILES,
        comparison["seventeen"]["length_annotated"],
        color=ALK,
        label="17 GTEx samples, annotated",
    )
    panel.plot(
        QUANTILES,
        comparison["simulated"]["length_other"],
        "--",
        color=SIMULATED,
        label="simulated, other",
    )
    panel.plot(QUANTILES, comparison["alk"]["length_other"], "--", color=ALK, label="ALK, other")
    panel.plot(
        QUANTILES,
        comparison["dasper_length_other"],
        "--",
        color=OTHER,
        label="fibroblasts chr21+22, other",
    )
    panel.set(yscale="log", xlabel="quantile", ylabel="bases of the intron")
    panel.legend()


if __name__ == "__main__":
    run_command(main)
