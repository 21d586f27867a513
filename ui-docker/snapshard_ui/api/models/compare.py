"""Models of requests and responses about comparisons."""

from typing import Annotated, Any, Literal

from pydantic import Field

from snapshard.comparison import DEFAULT_READS, MIN_SAMPLES, MOST_NAMES, Measure
from snapshard.junction import MOST_DIGITS
from snapshard_ui.api.groupings import GroupingParams
from snapshard_ui.api.models.responses import About, Answer
from snapshard_ui.api.params import Flag

_MOST_EVENTS = 100
_Text = Annotated[str, Field(min_length=1, max_length=1_000)]


class ComparisonParams(GroupingParams):
    """Groups of samples to compare, and the places in which they are compared."""

    region: Annotated[
        list[_Text],
        Field(
            default_factory=list,
            description="the junctions that lie inside a region; without region, gene and name all of the"
            " compilation. May be repeated.",
            examples=[["chr2:29,193,000-29,920,000"]],
        ),
    ]
    gene: Annotated[
        list[_Text],
        Field(
            default_factory=list,
            description="the junctions inside the region of a gene (symbol or ID). May be repeated.",
            examples=[["ALK"]],
        ),
    ]
    measure: Annotated[
        Measure,
        Field(
            description="psi: PSI of each junction among those that share its donor (acceptor);"
            " prevalence: the share of samples that have the junction"
        ),
    ] = Measure.PSI
    min_reads: Annotated[
        int | None,
        Field(
            ge=1,
            lt=10**MOST_DIGITS,
            description="psi: reads at the site from which a sample is informative"
            f" [{DEFAULT_READS[Measure.PSI]}]; prevalence: reads from which a sample has the"
            f" junction [{DEFAULT_READS[Measure.PREVALENCE]}]",
        ),
    ] = None
    min_samples: Annotated[
        int,
        Field(
            ge=1,
            lt=10**MOST_DIGITS,
            description="a junction is tested if as many of the samples have it and, for psi, as"
            " many of each group are informative",
        ),
    ] = MIN_SAMPLES

    @property
    def subjects(self) -> tuple[str, ...]:
        return (*self.region, *self.gene)


class CompareParams(ComparisonParams):
    """The same for a response with the smallest p values, which may have splicing events, too."""

    exon: Annotated[
        list[_Text],
        Field(
            default_factory=list,
            max_length=_MOST_EVENTS,
            description="a cassette exon by its first and last base, such as chr2:201-250:+, whose PSI"
            " is compared. May be repeated.",
        ),
    ]
    exclusive: Annotated[
        list[_Text],
        Field(
            default_factory=list,
            max_length=_MOST_EVENTS,
            description="two mutually exclusive exons, such as chr2:201-250:+/chr2:301-350:+; PSI is"
            " that of the first. May be repeated.",
        ),
    ]
    include: Annotated[
        list[_Text],
        Field(
            default_factory=list,
            max_length=MOST_NAMES,
            description="a junction of inclusion, by name (chr2:100-200:+; the strand is optional)."
            " May be repeated: all junctions of `include` and `exclude` are one event.",
        ),
    ]
    exclude: Annotated[
        list[_Text],
        Field(
            default_factory=list,
            max_length=MOST_NAMES,
            description="a junction of exclusion. May be repeated.",
        ),
    ]
    name: Annotated[
        list[_Text],
        Field(
            default_factory=list,
            max_length=MOST_NAMES,
            description="a junction by its stable name; the strand is optional. May be repeated.",
            examples=[["GRCh38:chr2:29223529-29225460:-"]],
        ),
    ]
    limit: Annotated[
        int, Field(ge=1, description="maximum number of junctions, the smallest p values first")
    ] = 100


class ComparisonExportParams(ComparisonParams):
    """The same for a response with every test."""

    about: Annotated[
        Flag, Field(description="start text formats with a line that describes the response")
    ] = True
    format: Annotated[
        Literal["json", "ndjson", "tsv", "csv"] | None,
        Field(description="format of the response; overrides the suffix and the Accept header"),
    ] = None

    @property
    def format_name(self) -> str | None:
        return self.format


class ComparedGroup(Answer):
    """A group that is compared."""

    group: str
    long_name: str
    N: int = Field(description="samples of the group")


class ComparedJunction(Answer):
    """A junction that was tested. `n` and `level` have a value for each group, in their order."""

    name: str
    role: str | None = Field(
        description="psi: donor or acceptor, the end whose junctions it is compared among; or the kind of"
        " the event"
    )
    n: list[int] = Field(
        description="samples of each group: psi: the informative ones, prevalence: those with the junction"
    )
    level: list[float] = Field(description="psi: the median of their PSI; prevalence: n / N")
    difference: float | None = Field(
        description="level of the first group minus that of the second; null for more than two"
    )
    effect: float | None = Field(description="effect size")
    low: float | None = Field(
        description="lower bound of its interval (95 %); null for more groups"
    )
    high: float | None = Field(description="upper bound")
    statistic: float | None = Field(description="of the test; null for Fisher's")
    p: float
    q: float = Field(description="Benjamini and Hochberg's, over all tested junctions")
    tau: float | None = Field(description="specificity for one group; null if all levels are 0")


class ComparisonAnswer(Answer):
    """The junctions whose difference is least likely to be chance first."""

    about: About
    measure: str
    test: str
    effect: str = Field(description="name of the effect size")
    min_reads: int
    min_samples: int
    groups: list[ComparedGroup]
    group_count: int = Field(description="groups that could be compared; top= limits them")
    tested: int = Field(description="tests; psi: of a junction at its donor and at its acceptor")
    left_out: dict[str, int] = Field(description="junctions that were not tested, by reason")
    truncated: bool = Field(description="true if more were tested, or there are more groups")
    rows: list[ComparedJunction]


class ComparisonEnd(Answer):
    """The end of a complete export."""

    rows: int = Field(description="tests")
    left_out: dict[str, int] = Field(description="junctions that were not tested, by reason")
    sha256: str = Field(description="of all bytes before")


class ComparisonExport(Answer):
    """Every test of a comparison, by about the position of the site."""

    about: About
    measure: str
    test: str
    effect: str
    min_reads: int
    min_samples: int
    groups: list[ComparedGroup]
    group_count: int
    rows: list[dict[str, Any]] = Field(
        description="name, role, then `n GROUP` and `level GROUP` of each group, then the columns of"
        " /compare"
    )
    complete: ComparisonEnd | None = None
    error: str | None = None
