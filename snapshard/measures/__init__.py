"""Measures of junctions: evidence, the coverage of their place, PSI, splicing, joins of several
queries, and group summaries.
"""

from snapshard.measures.boxes import Box, box_of
from snapshard.measures.confidence import jeffreys, wilson
from snapshard.measures.event_names import parse_event, parse_names
from snapshard.measures.event_rows import SITE_JUNCTIONS, EventRequest, RowSource, Site, read_events
from snapshard.measures.events import Event, Exon, Junctions, Side
from snapshard.measures.evidence import Cpm, Detection, Evidence, measure_evidence
from snapshard.measures.group_summary import decode_summaries, encode_summaries, summarise
from snapshard.measures.grouped import sums_by_group
from snapshard.measures.joins import NORMALISATIONS, find_exons, normalised, union
from snapshard.measures.psi import (
    MIN_READS,
    GroupPsi,
    SamplePsi,
    group_psi,
    overall_psi,
    sample_psi,
)
from snapshard.measures.psi_records import event_levels
from snapshard.measures.psi_report import PsiReport
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
    sums_of_pairs,
    tissue_specificity,
)
from snapshard.measures.stored_detection import stored_detections
from snapshard.measures.variant_sites import SiteReport, read_variant_sites

__all__ = [
    "CONFIDENCE",
    "MIN_READS",
    "NORMALISATIONS",
    "SITE_JUNCTIONS",
    "STEPS",
    "Basis",
    "Box",
    "Cpm",
    "Detection",
    "Event",
    "EventRequest",
    "Evidence",
    "Exon",
    "GroupPsi",
    "Junctions",
    "PlaceCoverage",
    "PlaceReads",
    "PsiReport",
    "RowSource",
    "SamplePsi",
    "SampleSums",
    "Side",
    "Site",
    "SiteReport",
    "SplicedIn",
    "Thresholds",
    "Verdict",
    "box_of",
    "decode_summaries",
    "encode_summaries",
    "event_levels",
    "find_exons",
    "group_psi",
    "jeffreys",
    "junction_inclusion_ratio",
    "measure_coverage",
    "measure_evidence",
    "normalised",
    "overall_psi",
    "parse_event",
    "parse_names",
    "percent_spliced_in",
    "read_events",
    "read_variant_sites",
    "reads_by_sample",
    "sample_psi",
    "sample_sums",
    "shared_samples",
    "stored_detections",
    "summarise",
    "sums_by_group",
    "sums_of_pairs",
    "tissue_specificity",
    "union",
    "upper_bound",
    "verdict_of",
    "wilson",
]
