"""The tissues that simulated samples come from, with GTEx's sizes, and which sample is of which tissue."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snapshard_populate.simulate.distributions import DEPTH, Integers
from snapshard_populate.simulate.plan import Plan, apportion

TISSUES = (
    ("Adipose_Tissue", 620),
    ("Adrenal_Gland", 159),
    ("Bladder", 11),
    ("Blood", 595),
    ("Blood_Vessel", 750),
    ("Bone_Marrow", 102),
    ("Brain", 1409),
    ("Breast", 218),
    ("Cervix_Uteri", 11),
    ("Colon", 376),
    ("Esophagus", 788),
    ("Fallopian_Tube", 7),
    ("Heart", 489),
    ("Kidney", 36),
    ("Liver", 136),
    ("Lung", 374),
    ("Muscle", 475),
    ("NA", 5),
    ("Nerve", 335),
    ("Ovary", 108),
    ("Pancreas", 197),
    ("Pituitary", 124),
    ("Prostate", 119),
    ("Salivary_Gland", 70),
    ("Skin", 972),
    ("Small_Intestine", 104),
    ("Spleen", 118),
    ("Stomach", 203),
    ("Testis", 203),
    ("Thyroid", 361),
    ("Uterus", 90),
    ("Vagina", 97),
)
"""Groups of GTEx (recount2) with their numbers of runs; they partition its 9,662 runs."""

RICH = 0.02  # share of runs sequenced about eight times as deep, as GTEx has
RICH_FACTOR = 8.0


@dataclass(frozen=True)
class Tissues:
    """Samples by tissue: `members` lists sample numbers tissue by tissue, the richest of each first.

    `starts[t]` to `starts[t + 1]` are tissue t's in it; `of[s]` is sample s's tissue, `depth[s]` its sequencing depth (mean 1).
    """

    members: Integers
    starts: Integers
    of: Integers
    depth: NDArray[np.float32]

    @cached_property
    def sizes(self) -> Integers:
        """Number of samples of every tissue."""
        return np.diff(self.starts)


def simulate_tissues(plan: Plan) -> Tissues:
    """The samples of a plan, dealt to the tissues in GTEx's proportions."""
    random = plan.generator("tissues")
    sizes = np.array(apportion(plan.samples, [float(size) for _, size in TISSUES]))
    of = random.permutation(np.repeat(np.arange(len(TISSUES)), sizes))
    depth = np.exp(random.normal(0, DEPTH.sample_sigma, plan.samples))
    depth[random.random(plan.samples) < RICH] *= RICH_FACTOR
    depth /= depth.mean()
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return Tissues(np.lexsort((-depth, of)), starts, of, depth.astype(np.float32))
