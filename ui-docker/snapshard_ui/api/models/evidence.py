"""Models of the evidence for a junction."""

from typing import Annotated, Literal

from pydantic import Field

from snapshard.junction import MOST_DIGITS
from snapshard.measures import Verdict
from snapshard_ui.api.groupings import RankedGroupingParams
from snapshard_ui.api.models.groupings import GroupingAnswer
from snapshard_ui.api.models.responses import About, Answer


class EvidenceParams(RankedGroupingParams):
    """When a sample is informative about a junction that it lacks, the size of its library, and the
    groups to report.
    """

    min_reads: Annotated[
        int,
        Field(
            ge=1,
            lt=10**MOST_DIGITS,
            description="reads of annotated junctions at either site from which on a sample is informative",
        ),
    ] = 20
    min_samples: Annotated[
        int,
        Field(
            ge=1,
            lt=10**MOST_DIGITS,
            description="informative samples from which on an absent junction is absent although expressed",
        ),
    ] = 10
    library_size: Annotated[
        str | None,
        Field(
            description="sample field with the reads of the library, for CPM [mapped_read_count]"
        ),
    ] = None


class CpmAnswer(Answer):
    """Reads per million reads of a sample's library."""

    median: float | None = Field(description="over the samples that have the junction")
    maximum: float | None
    average: float | None = Field(description="over all samples whose library size is known")


class CoverageAnswer(Answer):
    """How well the place is covered in a set of samples, by reads of annotated junctions."""

    informative: int = Field(description="samples with enough reads to show the junction")
    at_least_10: int | None = Field(description="samples with 10 or more reads at either site")
    at_least_20: int | None = Field(description="samples with 20 or more reads at either site")
    start_median: float | None = Field(
        description="median reads per sample at the site of the first base; null without annotated junction"
    )
    end_median: float | None = Field(description="the same at the last base")
    gene_median: float | None = Field(
        description="median over samples of the mean reads of the gene's annotated junctions"
    )
    expression_median: float | None = Field(
        description="median over samples of the gene's expression; null if the release has none of it"
    )


class SeenAnswer(Answer):
    """A junction in n of N samples."""

    n: int = Field(description="samples that have the junction")
    N: int | None = Field(description="all samples; null if unknown")
    reads: int
    median: float | None = Field(description="median reads over the n samples; null if n is 0")
    max: int | None = Field(description="most reads in one sample")
    average: float | None = Field(description="reads / N; null if N is unknown")
    cpm: CpmAnswer | None = Field(description="null without library sizes")
    verdict: Verdict
    upper_bound: float | None = Field(
        description="if absent although expressed: the largest share of informative samples that may"
        " have the junction (one-sided 95 % Clopper-Pearson)"
    )
    coverage: CoverageAnswer | None = Field(description="null if the samples are unknown")


class GroupSeen(SeenAnswer):
    """A junction in n of N samples of a group."""

    group: str
    long_name: str
    accessible: bool = Field(description="true for a clinically accessible tissue")
    share: float = Field(
        description="n / N: the share of the group's samples that have the junction"
    )
    read_share: float | None = Field(
        description="the share of all reads of the junction that are in the group; null without reads"
    )


class PlaceSite(Answer):
    """The annotated junctions of a splice site."""

    site: str
    role: Literal["donor", "acceptor", "unknown"]
    junctions: int
    reads: int


class PlaceGene(Answer):
    """The gene that contains the junction, with its annotated junctions."""

    gene_id: str
    symbol: str
    junctions: int = Field(description="annotated junctions whose reads are used, 20 at most")
    reads: int
    expression: int | None = Field(
        description="sum of the gene's expression over all samples; null if the release has none of it"
    )


class PlaceAnswer(Answer):
    """What decides whether a sample is informative about the junction."""

    basis: Literal["sites", "gene", "none"]
    min_reads: int
    min_samples: int
    confidence: float
    rule: str
    start: PlaceSite
    end: PlaceSite
    gene: PlaceGene | None


class Sharing(Answer):
    """Other junctions that start, or end, at the same base."""

    junctions: int
    reads: int
    truncated: bool = Field(description="true if there are more than were counted")


class EvidenceAnswer(Answer):
    """The samples and reads that have a junction, in all samples and per group."""

    about: About
    name: str
    found: bool
    snaptron_id: int | None
    annotation_class: str | None = Field(
        alias="class", description="DA, NDA, D, A or N; null if the junction is absent"
    )
    left_motif: str | None
    right_motif: str | None
    seen: SeenAnswer
    grouping: GroupingAnswer
    truncated: bool = Field(description="true if there are more groups; top= limits them")
    groups: list[GroupSeen]
    place: PlaceAnswer | None = Field(description="null if the samples are unknown")
    library_size: str | None = Field(description="sample field of the library sizes; null if none")
    same_start: Sharing
    same_end: Sharing
    summary: str
