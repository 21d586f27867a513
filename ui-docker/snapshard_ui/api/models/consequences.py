"""Models of requests and responses about what junctions mean for a transcript."""

from typing import Annotated, Literal

from pydantic import Field

from snapshard.transcripts import FRAME_MEANINGS, Frame, Place, StopKind
from snapshard_ui.api.models.responses import About, Answer
from snapshard_ui.api.params import Numbers, Params

_FRAMES = "; ".join(f"{frame}: {meaning}" for frame, meaning in FRAME_MEANINGS.items())


class ConsequenceParams(Params):
    """Junctions, and introns that are retained, in a transcript."""

    junction: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Field(
            default_factory=list,
            max_length=20,
            description="stable name or snaptron_id. May be repeated: the junctions are taken"
            " together, such as both of a new exon.",
        ),
    ]
    transcript: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=100,
            description="transcript ID with or without version, or a gene (its MANE Select or"
            " canonical transcript). If omitted, the preferred one of those that contain the"
            " junctions.",
        ),
    ] = None
    retained: Annotated[
        Numbers,
        Field(
            default_factory=list,
            max_length=20,
            description="numbers of introns of the transcript that are retained, comma-separated",
        ),
    ]


class TranscriptMember(Answer):
    """A transcript; positions are 1-based, both ends included."""

    transcript_id: str
    gene_id: str
    symbol: str
    chromosome: str
    start: int
    end: int
    strand: str
    exon_count: int
    cds: tuple[int, int] | None = Field(
        description="smaller and larger position of the coding span, with the stop codon; null if"
        " the transcript is not coding"
    )
    marks: list[str] | None = Field(
        description="MANE Select, Ensembl canonical, RefSeq Select, UCSC canonical; null if the"
        " release was loaded before such tags were stored: load the annotation again"
    )


class ExonsOfTranscript(TranscriptMember):
    """A transcript with its exons."""

    exons: list[tuple[int, int]] = Field(description="ascending in the genome")
    tags: list[str] | None
    chosen_by: str = Field(description="the reason for this transcript")


class SiteInTranscript(Answer):
    """One end of a junction in the transcript."""

    role: Literal["donor", "acceptor"]
    position: int = Field(description="first or last base of the intron")
    exon: int = Field(description="number of the exon that the site ends or begins")
    place: Place = Field(description="where the exon base beside it lies")
    moved: int = Field(
        description="bases downstream of the annotated site of the exon; negative if upstream"
    )


class StopMember(Answer):
    """Where translation from the annotated start codon ends."""

    kind: StopKind
    codon: int | None = Field(description="number of the stop codon; the start codon is 1")
    position: int | None = Field(description="first base of the stop codon")
    exon: int | None = Field(description="its exon in the new transcript")
    to_last_junction: int | None = Field(
        description="bases from the stop codon to the last exon-exon junction; negative if that"
        " comes first"
    )
    reason: str | None = Field(description="why the stop is unknown")


class ConsequenceMember(Answer):
    """The transcript with these junctions and retained introns instead of its own."""

    summary: str
    annotated: bool = Field(description="true if the transcript has these introns already")
    skipped_exons: list[int] = Field(description="numbers in the direction of transcription")
    retained_introns: list[int]
    inside_exon: int | None = Field(description="exon that contains both ends of a junction")
    inside_intron: int | None = Field(description="intron that contains both ends of a junction")
    sites: list[SiteInTranscript] = Field(description="donor and acceptor of each junction")
    inserted_bases: int = Field(description="exon bases that the transcript does not have")
    removed_bases: int = Field(description="exon bases that the transcript loses")
    coding_change: int | None = Field(description="change of the number of coding bases")
    frame: Frame = Field(description=_FRAMES)
    frame_meaning: str
    stop: StopMember
    exons: list[tuple[int, int]] = Field(description="new exons, ascending in the genome")
    assumes: str


class JunctionInAnswer(Answer):
    """A junction of the request."""

    name: str
    start: int = Field(description="first base of the intron")
    end: int = Field(description="last base of the intron")
    found: bool = Field(description="true if any sample has the junction")


class ConsequenceAnswer(Answer):
    """What junctions and retained introns mean for a transcript. Not a classification of a variant."""

    about: About
    junctions: list[JunctionInAnswer]
    transcript: ExonsOfTranscript | None
    other_transcripts: list[str] = Field(
        description="further transcripts that contain the junctions, the preferred first"
    )
    consequence: ConsequenceMember | None
    reason: str | None = Field(description="why there is no transcript; else null")
