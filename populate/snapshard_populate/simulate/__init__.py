"""Simulated compilations: invented junctions, genes and samples with the distributions of GTEx, in
Snaptron's layout.

Nothing in them was measured; every file says so where its format has room for it.
"""

from snapshard_populate.simulate.compilation import simulate
from snapshard_populate.simulate.lines import junction_lines

__all__ = ["junction_lines", "simulate"]
