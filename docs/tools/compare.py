"""The generated parts of docs/compare.md: reasons for which junctions are not tested, and the
docstrings of the tests and effect sizes.
"""

from analysis.document import table
from docs.tools.splicing import section
from snapshard.comparison import (
    REASONS,
    benjamini_hochberg,
    cliffs_delta,
    epsilon_squared,
    fisher_exact,
    kruskal_wallis,
    mann_whitney,
    newcombe,
    tau,
)

DEFINITIONS = (
    ("Mann-Whitney test", mann_whitney),
    ("Cliff's delta", cliffs_delta),
    ("Fisher's exact test", fisher_exact),
    ("Newcombe's interval", newcombe),
    ("Kruskal-Wallis test", kruskal_wallis),
    ("Epsilon squared", epsilon_squared),
    ("q values", benjamini_hochberg),
    ("Tau", tau),
)


def reasons() -> str:
    """The reasons for which junctions are not tested."""
    return table(("reason", "meaning"), list(REASONS.items()), numbers=False)


def definitions() -> str:
    """A section for each test and effect size."""
    return "\n".join(section(title, definition) for title, definition in DEFINITIONS)


PARTS = {"reasons": reasons, "definitions": definitions}
