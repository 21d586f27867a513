"""Measures of junctions: evidence, splicing, joins of several queries, and group summaries."""

from snapshard.measures.evidence import Detection, Evidence, measure_evidence
from snapshard.measures.group_summary import (
    Membership,
    decode_summaries,
    encode_summaries,
    summarise,
)
from snapshard.measures.joins import NORMALISATIONS, find_exons, normalised, union
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
    "NORMALISATIONS",
    "Detection",
    "Evidence",
    "Membership",
    "SampleSums",
    "SplicedIn",
    "decode_summaries",
    "encode_summaries",
    "find_exons",
    "junction_inclusion_ratio",
    "measure_evidence",
    "normalised",
    "percent_spliced_in",
    "sample_sums",
    "shared_samples",
    "summarise",
    "tissue_specificity",
    "union",
]
