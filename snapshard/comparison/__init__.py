"""Comparison of groups of samples: tests, effect sizes and false discovery rates of junctions.
docs/compare.md has the definitions.
"""

from snapshard.comparison.distributions import distributions
from snapshard.comparison.effects import cliffs_delta, epsilon_squared, newcombe, tau
from snapshard.comparison.false_discovery import benjamini_hochberg
from snapshard.comparison.fisher import fisher_exact
from snapshard.comparison.measure import (
    DEFAULT_READS,
    MIN_SAMPLES,
    ComparisonRequest,
    Measure,
    compare_counts,
    compare_events,
    compare_junctions,
    compare_values,
)
from snapshard.comparison.ranks import kruskal_wallis, mann_whitney, rank_values
from snapshard.comparison.read import MOST_NAMES, JunctionChoice, read_batch
from snapshard.comparison.samples import ComparedSamples
from snapshard.comparison.stream import compare_rows
from snapshard.comparison.table import REASONS, ComparisonTable, Reason, joined_tables

__all__ = [
    "DEFAULT_READS",
    "MIN_SAMPLES",
    "MOST_NAMES",
    "REASONS",
    "ComparedSamples",
    "ComparisonRequest",
    "ComparisonTable",
    "JunctionChoice",
    "Measure",
    "Reason",
    "benjamini_hochberg",
    "cliffs_delta",
    "compare_counts",
    "compare_events",
    "compare_junctions",
    "compare_rows",
    "compare_values",
    "distributions",
    "epsilon_squared",
    "fisher_exact",
    "joined_tables",
    "kruskal_wallis",
    "mann_whitney",
    "newcombe",
    "rank_values",
    "read_batch",
    "tau",
]
