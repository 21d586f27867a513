"""Measures of junctions: evidence, the coverage of their place, splicing, joins of several queries,
and group summaries.
"""

from snapshard.measures.evidence import (
    Cpm,
    Detection,
    Evidence,
    measure_evidence,
)
from snapshard.measures.group_summary import (
    Membership,
    decode_summaries,
    encode_summaries,
    summarise,
)
from snapshard.measures.joins import NORMALISATIONS, find_exons, normalised, union
from snapshard.measures.site_coverage import (
    CONFIDENCE,
    STEPS,
    Basis,
    PlaceCoverage,
    PlaceReads,
    Thresholds,
    Verdict,
    measure_coverage,
    reads_by_sample,
    upper_bound,
    verdict_of,
)
from snapshard.measures.splicing import (
    SampleSums,
    SplicedIn,
    junction_inclusion_ratio,
    percent_spliced_in,
    sample_sums,
    shared_samples,
    tissue_specificity,
)

__all__ = [
    "CONFIDENCE",
    "NORMALISATIONS",
    "STEPS",
    "Basis",
    "Cpm",
    "Detection",
    "Evidence",
    "Membership",
    "PlaceCoverage",
    "PlaceReads",
    "SampleSums",
    "SplicedIn",
    "Thresholds",
    "Verdict",
    "decode_summaries",
    "encode_summaries",
    "find_exons",
    "junction_inclusion_ratio",
    "measure_coverage",
    "measure_evidence",
    "normalised",
    "percent_spliced_in",
    "reads_by_sample",
    "sample_sums",
    "shared_samples",
    "summarise",
    "tissue_specificity",
    "union",
    "upper_bound",
    "verdict_of",
]
