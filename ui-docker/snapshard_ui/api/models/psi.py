"""Models of requests and responses about PSI."""

from typing import Annotated

from pydantic import Field

from snapshard.measures import MIN_READS, SITE_JUNCTIONS
from snapshard_ui.api.groupings import GroupingParams, RankedGroupingParams
from snapshard_ui.api.models.groupings import GroupingAnswer
from snapshard_ui.api.models.responses import About, Answer
from snapshard_ui.api.params import Flag

_Name = Annotated[str, Field(max_length=200)]
_MOST_NAMES = 500


class EventChoice(GroupingParams):
    """A splicing event, and the samples in which it is measured."""

    include: Annotated[
        list[_Name],
        Field(
            default_factory=list,
            max_length=_MOST_NAMES,
            description="a junction of inclusion, by name (chr2:100-200:+; the strand is optional)."
            " May be repeated.",
        ),
    ]
    exclude: Annotated[
        list[_Name],
        Field(
            default_factory=list,
            max_length=_MOST_NAMES,
            description="a junction of exclusion. May be repeated.",
        ),
    ]
    exon: Annotated[
        list[_Name],
        Field(
            default_factory=list,
            max_length=2,
            description="first and last base of a cassette exon, such as chr2:201-250:+; given"
            " twice: two mutually exclusive exons, of which inclusion has the first",
        ),
    ]
    site: Annotated[
        str | None,
        Field(
            max_length=200,
            description="a donor or acceptor such as chr2:71548830:+ (first or last base of the"
            " introns): each of its junctions against all others, which covers alternative 5' and"
            " 3' splice sites",
        ),
    ] = None
    min_reads: Annotated[
        int,
        Field(
            ge=1,
            le=10**9,
            description="reads of the event's junctions from which a sample is informative",
        ),
    ] = MIN_READS
    limit: Annotated[
        int,
        Field(ge=1, le=1_000, description="maximum number of junctions of a site, by reads"),
    ] = SITE_JUNCTIONS


class EventParams(EventChoice, RankedGroupingParams):
    """The same for numbers."""

    samples: Annotated[
        Flag, Field(description="add every informative sample with its own interval")
    ] = False


class PsiGroup(Answer):
    """PSI in the samples of a group."""

    N: int = Field(description="samples of the group")
    n: int = Field(description="informative samples")
    inclusion: int = Field(description="reads of inclusion in the informative samples")
    exclusion: int = Field(description="reads of exclusion in the informative samples")
    psi: float | None = Field(description="PSI of all these reads together; null without samples")
    low: float | None = Field(description="lower bound of its Wilson interval (95 %)")
    high: float | None = Field(description="upper bound")
    q1: float | None = Field(description="lower quartile of the samples' PSI")
    median: float | None
    q3: float | None


class NamedPsiGroup(PsiGroup):
    """PSI in the samples of a named group."""

    group: str
    long_name: str


class PsiOverall(PsiGroup):
    """PSI in all samples."""

    N: int | None = Field(  # type: ignore[assignment]
        description="samples of the compilation; null if unknown"
    )


class PsiSample(Answer):
    """PSI in a sample."""

    rail_id: int
    inclusion: int
    exclusion: int
    psi: float
    low: float = Field(description="lower bound of its Jeffreys interval (95 %)")
    high: float = Field(description="upper bound")


class EventSide(Answer):
    """The junctions of inclusion or exclusion."""

    junctions: list[str] = Field(description="names of those that have a row, at most 100")
    count: int = Field(description="number of junctions that have a row")
    size: int = Field(description="number of these junctions that one transcript has")


class PsiEvent(Answer):
    """An event and its PSI in all samples, in groups, and if requested in samples."""

    name: str
    kind: str = Field(
        description="junctions, cassette exon, mutually exclusive exons, donor or acceptor"
    )
    inclusion: EventSide
    exclusion: EventSide
    overall: PsiOverall
    groups: list[NamedPsiGroup]
    samples: list[PsiSample] | None = Field(description="null if not requested")


class EventPsiAnswer(Answer):
    """PSI of the events; of a site the junctions with most reads first."""

    about: About
    min_reads: int
    grouping: GroupingAnswer
    truncated: bool = Field(
        description="true if a site has more junctions, or there are more groups"
    )
    events: list[PsiEvent]
