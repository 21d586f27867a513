"""Transcripts, and what other junctions mean for them. Pure: no database is used here, so that the client
can use it, too.
"""

from snapshard.transcripts.consequence import (
    FRAME_MEANINGS,
    Consequence,
    Frame,
    Place,
    UsedSite,
    consequence_of,
)
from snapshard.transcripts.stop import Bases, Stop, StopKind, stop_of
from snapshard.transcripts.transcript import (
    ENSEMBL_CANONICAL,
    INCOMPLETE_END,
    INCOMPLETE_START,
    MANE_SELECT,
    REFSEQ_SELECT,
    TAGS,
    Span,
    Transcript,
    check_span,
    check_strand,
    introns_between,
)

__all__ = [
    "ENSEMBL_CANONICAL",
    "FRAME_MEANINGS",
    "INCOMPLETE_END",
    "INCOMPLETE_START",
    "MANE_SELECT",
    "REFSEQ_SELECT",
    "TAGS",
    "Bases",
    "Consequence",
    "Frame",
    "Place",
    "Span",
    "Stop",
    "StopKind",
    "Transcript",
    "UsedSite",
    "check_span",
    "check_strand",
    "consequence_of",
    "introns_between",
    "stop_of",
]
