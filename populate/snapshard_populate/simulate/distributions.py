"""The laws that simulated junctions follow, fitted to real ones: how many samples, how long, which
motif, how deep.

`python -m analysis.fit_simulator laws` prints the measurements. The tables are these, rounded by
hand and adjusted so that the totals fit published counts of whole genomes; docs/simulation.md compares
the result and lists the assumptions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ANNOTATED, SKIP, ONE_SIDE, NOVEL = range(4)
"""Classes: an annotated intron; two known splice sites that no annotation joins; one known splice
site; none.
"""

# GTEx's shares by class are not published. These lie between those of ALK and SRAv2 and are
# chosen so that the totals fit.
SHARES = (0.011, 0.022, 0.16, 0.807)
FITTED_SAMPLES = 9662

COUNTS = (1, 2, 3, 5, 10, 20, 50, 100, 300, 1000, 3000, 5000, 8000, 9500, 9662)
SURVIVAL = (
    (1, 0.99, 0.985, 0.97, 0.95, 0.925, 0.89, 0.855, 0.79, 0.685, 0.53, 0.415, 0.26, 0.1, 0.002),
    (1, 0.62, 0.5, 0.39, 0.28, 0.21, 0.14, 0.1, 0.052, 0.015, 0.003, 0.0008, 1e-4, 3e-5, 1e-5),
    (
        1,
        0.57,
        0.425,
        0.315,
        0.21,
        0.145,
        0.084,
        0.053,
        0.0235,
        0.0058,
        0.001,
        3e-4,
        6e-5,
        2e-5,
        6e-6,
    ),
    (
        1,
        0.445,
        0.306,
        0.197,
        0.1175,
        0.0719,
        0.0362,
        0.0195,
        0.0086,
        0.0029,
        5.5e-4,
        1.6e-4,
        5e-5,
        2e-5,
        1e-6,
    ),
)
"""By class: the share of junctions that are in at least COUNTS of 9,662 samples."""

LEVELS = (0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1)
LENGTHS = (
    (60, 116, 196, 561, 1803, 5373, 14385, 25278, 61050, 396888),
    (60, 116, 196, 561, 1803, 5373, 14385, 25278, 61050, 396888),
    (30, 80, 125, 400, 1376, 5600, 26000, 65000, 250000, 497000),
    (11, 40, 75, 260, 1000, 6500, 36000, 90000, 330000, 497000),
)
"""By class: bases of the intron at LEVELS. (The length of a skip follows from the genes; its row is
not used.)
"""

MOTIFS = ("GT", "AG"), ("GC", "AG"), ("AT", "AC")
MOTIF_SHARES = (
    ((0.985, 0.012, 0.003), (0.985, 0.012, 0.003)),
    ((0.92, 0.075, 0.005), (0.92, 0.075, 0.005)),
    ((0.9, 0.095, 0.005), (0.9, 0.0975, 0.0025)),
    ((0.61, 0.135, 0.255), (0.77, 0.13, 0.1)),
)
"""By class: shares of MOTIFS among junctions of one sample, and of more."""


@dataclass(frozen=True)
class Depth:
    """Reads per pair: 1 + an excess whose mean grows with the share f of all samples that have the
    junction.

    excess(f) = rare + linear f + steep f^power, times a lognormal factor per junction (sigma grows
    with f) and one per pair.
    """

    rare: float = 0.16
    linear: float = 8.0
    steep: float = 90.0
    power: float = 4.0
    row_sigma: tuple[float, float] = (0.45, 0.75)
    pair_sigma: float = 0.75
    sample_sigma: float = 0.25


DEPTH = Depth()


def lengths(class_: int, chance: Floats) -> Integers:
    """Bases of introns of one class, from chances in [0, 1)."""
    # Lengths range from 11 to 497,000 bases, so quantiles are interpolated on the logarithm.
    drawn: Integers = np.exp(
        np.interp(chance, LEVELS, np.log(np.array(LENGTHS[class_], np.float64)))
    ).astype(np.int64)
    return drawn


def motifs(class_: int, chance: Floats, fitted: Floats) -> Integers:
    """Indices into MOTIFS, from chances in [0, 1) and numbers of samples among 9,662."""
    bounds = np.cumsum(np.array(MOTIF_SHARES[class_]), axis=1)[(fitted >= 2).astype(np.int64)]
    drawn: Integers = (chance[:, None] >= bounds[:, :-1]).sum(axis=1)
    return drawn


def mean_excess(fitted: Floats, factor: Floats) -> Floats:
    """Mean reads per pair above 1, from numbers of samples among 9,662 and a standard normal factor
    per junction.
    """
    share = fitted / FITTED_SAMPLES
    mean = DEPTH.rare + DEPTH.linear * share + DEPTH.steep * share**DEPTH.power
    sigma = DEPTH.row_sigma[0] + DEPTH.row_sigma[1] * share
    # Subtracting half the variance gives the lognormal factor a mean of 1.
    drawn: Floats = mean * np.exp(sigma * factor - sigma**2 / 2)
    return drawn
