"""Models of requests and responses about variants and the splice sites near them."""

from typing import Annotated, Literal

from pydantic import Field

from snapshard.transcripts import Frame
from snapshard.variants import CRYPTIC_RANGE, MOST_SKIPPED, WINDOW, EventKind
from snapshard_ui.api.models.responses import About, Answer, Junction
from snapshard_ui.api.params import Params


class VariantParams(Params):
    """How far around the variant the answer reaches, and how much of it is listed."""

    window: Annotated[
        int, Field(ge=0, le=1_000, description="bases between the variant and a splice site")
    ] = WINDOW
    cryptic_range: Annotated[
        int, Field(ge=0, le=10_000, description="bases between a site and a cryptic one instead")
    ] = CRYPTIC_RANGE
    most_skipped: Annotated[
        int, Field(ge=1, le=20, description="exons that an event skips at most")
    ] = MOST_SKIPPED
    min_samples: Annotated[
        int, Field(ge=1, le=10**9, description="samples that a junction has at least")
    ] = 1
    transcript: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=100,
            description="transcript ID with or without version, or a gene (its MANE Select or"
            " canonical transcript), whose exons are numbered. If omitted, that of an HGVS name, else"
            " the preferred one of each site.",
        ),
    ] = None
    sites: Annotated[int, Field(ge=1, le=200, description="maximum number of sites")] = 20
    limit: Annotated[
        int,
        Field(ge=1, le=1_000, description="maximum number of junctions and of events of a site"),
    ] = 10


class VariantMember(Answer):
    """The bases of the variant in the genome, 1-based, both ends included, on +."""

    name: str = Field(description="the variant by chromosome, position and bases")
    chromosome: str
    start: int
    end: int
    reference: str | None = Field(description="stated reference bases; null if none are")
    alternate: str | None = Field(description="stated bases in their place; null if none are")
    transcript_id: str | None = Field(
        description="transcript through which an HGVS name was placed; null for a genomic one"
    )


class ReferenceMember(Answer):
    """Whether the stated reference bases are those of the assembly."""

    status: Literal["matches", "not stated", "not checked"]
    bases: str | None = Field(description="bases of the assembly there; null without a FASTA")
    reason: str | None = Field(description="why they were not checked")


class VariantThresholds(Answer):
    """The thresholds of the request."""

    window: int
    cryptic_range: int
    most_skipped: int
    min_samples: int


class TranscriptOfSite(Answer):
    """The transcript that has the site."""

    transcript_id: str
    symbol: str
    exon: int = Field(description="the exon that the site ends (donor) or begins (acceptor)")


class SpliceEventMember(Answer):
    """What another junction does beside the site."""

    rank: int | None = Field(
        description="among the events that are not annotated, by samples, then by reads; null for an"
        " annotated one, which follow them"
    )
    kind: EventKind
    skipped_exons: list[int] | None = Field(
        description="numbers in the transcript; null if it is not one of its exons"
    )
    moved: int | None = Field(
        description="bases downstream of the site; negative if upstream, null for skipping"
    )
    frame: Frame | None = Field(
        description="what becomes of the reading frame of the transcript; null without one"
    )
    junction: Junction


class VariantSite(Answer):
    """A donor or acceptor near the variant."""

    site: str = Field(
        description="the first or last base of its introns, as /splice-sites takes it"
    )
    position: int
    strand: str
    role: Literal["donor", "acceptor"]
    annotated: bool
    place: int = Field(
        description="the nearest base of the variant, counted from the border of exon and intron:"
        " -1 is the last base before it, +1 the first behind it, in the direction of transcription"
    )
    distance: int = Field(description="bases from the position to the variant")
    transcript: TranscriptOfSite | None
    junction_count: int
    junctions: list[Junction] = Field(description="that use the site, by samples, then by reads")
    event_count: int
    events: list[SpliceEventMember]


class VariantAnswer(Answer):
    """The splice sites near a variant, their junctions, and what else the data show there."""

    about: About
    variant: VariantMember
    reference: ReferenceMember
    thresholds: VariantThresholds
    summary: str
    truncated: bool = Field(description="true if there are more sites, junctions or events")
    site_count: int
    sites: list[VariantSite] = Field(description="annotated ones first, then nearer ones")
