"""Variants as people write them, and the splice sites near them. Pure: no database is used here, so that
the client can use it, too.
"""

from snapshard.variants.hgvs import CodingName, CodingPosition
from snapshard.variants.lift import lift_over
from snapshard.variants.sites import (
    CRYPTIC_RANGE,
    MOST_SKIPPED,
    WINDOW,
    EventKind,
    NearbySite,
    Spliced,
    SpliceEvent,
    Thresholds,
    TranscriptSite,
    by_support,
    event_bases,
    events_at,
    nearby_sites,
    role_end,
    transcript_sites,
)
from snapshard.variants.transcript_positions import genome_position, genome_variant
from snapshard.variants.variant import Variant, parse_variant, reverse_complement

__all__ = [
    "CRYPTIC_RANGE",
    "MOST_SKIPPED",
    "WINDOW",
    "CodingName",
    "CodingPosition",
    "EventKind",
    "NearbySite",
    "SpliceEvent",
    "Spliced",
    "Thresholds",
    "TranscriptSite",
    "Variant",
    "by_support",
    "event_bases",
    "events_at",
    "genome_position",
    "genome_variant",
    "lift_over",
    "nearby_sites",
    "parse_variant",
    "reverse_complement",
    "role_end",
    "transcript_sites",
]
