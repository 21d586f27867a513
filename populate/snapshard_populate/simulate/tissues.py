"""The tissues that simulated samples come from, with GTEx's sizes, and the tissue of every
sample.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snapshard_populate.simulate.distributions import DEPTH, Integers
from snapshard_populate.simulate.plan import Plan, apportion


@dataclass(frozen=True)
class Tissue:
    """One group of samples: its name, and the detailed sites it was taken from with their numbers
    of runs in GTEx.
    """

    name: str
    sites: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """Number of runs in GTEx."""
        return sum(size for _, size in self.sites)

    @property
    def long_name(self) -> str:
        """The name as a person writes it; empty if the tissue is not known."""
        return "" if self.name == "NA" else self.name.replace("_", " ")


TISSUES = (
    Tissue(
        "Adipose_Tissue",
        (
            ("Adipose - Subcutaneous", 386),
            ("Adipose - Visceral (Omentum)", 234),
        ),
    ),
    Tissue("Adrenal_Gland", (("Adrenal Gland", 159),)),
    Tissue("Bladder", (("Bladder", 11),)),
    Tissue(
        "Blood",
        (
            ("Cells - EBV-transformed lymphocytes", 139),
            ("Whole Blood", 456),
        ),
    ),
    Tissue(
        "Blood_Vessel",
        (
            ("Artery - Aorta", 247),
            ("Artery - Coronary", 140),
            ("Artery - Tibial", 363),
        ),
    ),
    Tissue("Bone_Marrow", (("Cells - Leukemia cell line (CML)", 102),)),
    Tissue(
        "Brain",
        (
            ("Brain - Amygdala", 81),
            ("Brain - Anterior cingulate cortex (BA24)", 99),
            ("Brain - Caudate (basal ganglia)", 134),
            ("Brain - Cerebellar Hemisphere", 118),
            ("Brain - Cerebellum", 145),
            ("Brain - Cortex", 132),
            ("Brain - Frontal Cortex (BA9)", 120),
            ("Brain - Hippocampus", 103),
            ("Brain - Hypothalamus", 104),
            ("Brain - Nucleus accumbens (basal ganglia)", 123),
            ("Brain - Putamen (basal ganglia)", 103),
            ("Brain - Spinal cord (cervical c-1)", 76),
            ("Brain - Substantia nigra", 71),
        ),
    ),
    Tissue("Breast", (("Breast - Mammary Tissue", 218),)),
    Tissue(
        "Cervix_Uteri",
        (
            ("Cervix - Ectocervix", 6),
            ("Cervix - Endocervix", 5),
        ),
    ),
    Tissue(
        "Colon",
        (
            ("Colon - Sigmoid", 173),
            ("Colon - Transverse", 203),
        ),
    ),
    Tissue(
        "Esophagus",
        (
            ("Esophagus - Gastroesophageal Junction", 176),
            ("Esophagus - Mucosa", 329),
            ("Esophagus - Muscularis", 283),
        ),
    ),
    Tissue("Fallopian_Tube", (("Fallopian Tube", 7),)),
    Tissue(
        "Heart",
        (
            ("Heart - Atrial Appendage", 218),
            ("Heart - Left Ventricle", 271),
        ),
    ),
    Tissue("Kidney", (("Kidney - Cortex", 36),)),
    Tissue("Liver", (("Liver", 136),)),
    Tissue("Lung", (("Lung", 374),)),
    Tissue("Muscle", (("Muscle - Skeletal", 475),)),
    Tissue(
        "NA",
        (
            ("Esophagus - Mucosa", 2),
            ("Skin - Sun Exposed (Lower leg)", 2),
            ("Stomach", 1),
        ),
    ),
    Tissue("Nerve", (("Nerve - Tibial", 335),)),
    Tissue("Ovary", (("Ovary", 108),)),
    Tissue("Pancreas", (("Pancreas", 197),)),
    Tissue("Pituitary", (("Pituitary", 124),)),
    Tissue("Prostate", (("Prostate", 119),)),
    Tissue("Salivary_Gland", (("Minor Salivary Gland", 70),)),
    Tissue(
        "Skin",
        (
            ("Cells - Transformed fibroblasts", 306),
            ("Skin - Not Sun Exposed (Suprapubic)", 271),
            ("Skin - Sun Exposed (Lower leg)", 395),
        ),
    ),
    Tissue("Small_Intestine", (("Small Intestine - Terminal Ileum", 104),)),
    Tissue("Spleen", (("Spleen", 118),)),
    Tissue("Stomach", (("Stomach", 203),)),
    Tissue("Testis", (("Testis", 203),)),
    Tissue("Thyroid", (("Thyroid", 361),)),
    Tissue("Uterus", (("Uterus", 90),)),
    Tissue("Vagina", (("Vagina", 97),)),
)
"""Groups of GTEx (recount2); they partition its 9,662 runs (printed by `python -m
analysis.fit_simulator tissues`).
"""

# GTEx has some runs that are sequenced about eight times as deep as the others.
RICH = 0.02
RICH_FACTOR = 8.0


@dataclass(frozen=True)
class Tissues:
    """Samples by tissue: `members` lists sample numbers tissue by tissue, the richest of each
    first.

    `starts[t]` to `starts[t + 1]` are tissue t's in it; `of[s]` is sample s's tissue, `depth[s]`
    its sequencing depth (mean 1).
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
    """The samples of a plan, distributed over the tissues in GTEx's proportions."""
    random = plan.generator("tissues")
    sizes = np.array(apportion(plan.samples, [float(tissue.size) for tissue in TISSUES]))
    of = random.permutation(np.repeat(np.arange(len(TISSUES)), sizes))
    depth = np.exp(random.normal(0, DEPTH.sample_sigma, plan.samples))
    depth[random.random(plan.samples) < RICH] *= RICH_FACTOR
    # Reads are proportional to depth, so a mean other than 1 would shift all of them.
    depth /= depth.mean()
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return Tissues(np.lexsort((-depth, of)), starts, of, depth.astype(np.float32))
