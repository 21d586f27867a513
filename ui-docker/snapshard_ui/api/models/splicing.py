"""Models of requests and responses about splicing."""

from typing import Annotated, Literal

from pydantic import Field

from snapshard.match import Match
from snapshard.measures import NORMALISATIONS
from snapshard_ui.api.models.responses import About, Answer
from snapshard_ui.api.params import Params

MATCHES = tuple(match.value for match in Match)
JUNCTION_QUERIES = ("query", "a", "b", "inclusion1", "inclusion2", "exclusion")
"""The parameters that are queries of junctions."""
_QUERY = (
    "region, match mode (exact if omitted) and filters, separated by semicolons, such as"
    " chr2:29193923-29919992;contains;strand=-. May be repeated"
)
Queries = Annotated[
    list[Annotated[str, Field(max_length=500)]],
    Field(
        min_length=1,
        max_length=100,
        description=f"{_QUERY}: the junctions of all queries are taken together.",
    ),
]
_ComparedQueries = Annotated[
    list[Annotated[str, Field(max_length=500)]],
    Field(min_length=1, max_length=100, description=f"{_QUERY}."),
]

_NORMALISE = "; ".join(
    f"{name}: by the field {normalisation.field}, to {normalisation.target:,}"
    for name, normalisation in NORMALISATIONS.items()
)


class InclusionParams(Params):
    """Two groups of junctions."""

    a: Queries
    b: Queries
    min_count: Annotated[
        int, Field(ge=0, le=10**9, description="minimum number of reads of both groups together")
    ] = 1


class PsiParams(Params):
    """The junctions of a cassette exon."""

    inclusion1: Queries
    inclusion2: Queries
    exclusion: Queries
    min_count: Annotated[
        int, Field(ge=0, le=10**9, description="minimum number of reads; below it PSI is -1")
    ] = 20


class SharedParams(Params):
    """Queries whose samples are compared."""

    query: _ComparedQueries


class TissueParams(SharedParams):
    """Queries whose samples are compared, and a field of the samples."""

    field: Annotated[
        str, Field(max_length=200, description="field of the samples, such as SMTS (tissue)")
    ]


class ExonParams(Params):
    """Candidate exons of a region."""

    query: Queries
    shortest: Annotated[int, Field(ge=1, le=10**9, description="minimum number of bases")] = 1
    longest: Annotated[int, Field(ge=1, le=10**9, description="maximum number of bases")] = 1_000
    limit: Annotated[int, Field(ge=1, le=100_000, description="maximum number of exons")] = 5_000


class UnionParams(Params):
    """Compilations whose junctions are joined."""

    other: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(
            min_length=1,
            max_length=20,
            description="a compilation to join with this one, in its current release. May be"
            " repeated.",
        ),
    ]
    query: Queries

    @property
    def other_compilations(self) -> tuple[str, ...]:
        return tuple(self.other)


class NormalisedParams(Params):
    """Junctions with comparable coverages."""

    query: Queries
    normalise: Annotated[Literal["recount", "jxcov"], Field(description=_NORMALISE)]
    size: Annotated[
        str | None,
        Field(
            max_length=200,
            description="field of the samples to divide by, instead of the usual one",
        ),
    ] = None


class InclusionMember(Answer):
    """A sample's reads of both groups and the ratio."""

    rail_id: int
    a: int
    b: int
    ratio: float


class InclusionAnswer(Answer):
    """Every sample with reads, the highest ratio first."""

    about: About
    samples: list[InclusionMember]


class PsiMember(Answer):
    """A sample's reads of the three groups, and PSI."""

    rail_id: int
    inclusion1: int
    inclusion2: int
    exclusion: int
    psi: float = Field(description="0 to 1; -1 if there are too few reads")


class PsiAnswer(Answer):
    """Every sample with reads, the highest PSI first."""

    about: About
    samples: list[PsiMember]


class SharedAnswer(Answer):
    """The samples that have reads in the first query and in a later one."""

    about: About
    count: int
    samples: list[int]


class TissueMember(Answer):
    """A value of the field, and n of N samples."""

    value: str
    n: int
    N: int
    fraction: float


class TissueAnswer(Answer):
    """The samples that share the junctions per value of the field, the highest fraction first."""

    about: About
    field: str
    tissues: list[TissueMember]


class ExonMember(Answer):
    """The interval between two junctions; 1-based, both ends included."""

    chromosome: str
    start: int
    end: int
    left_id: int
    right_id: int


class ExonAnswer(Answer):
    """Candidate exons, by their start."""

    about: About
    truncated: bool
    exons: list[ExonMember]


class MergedMember(Answer):
    """A junction; ids of several compilations are joined by colons."""

    snaptron_id: str
    chromosome: str
    start: int
    end: int
    strand: str
    samples_count: int
    coverage_sum: int
    coverage_avg: float
    coverage_median: float
    samples: list[tuple[int, int]]


class MergedAnswer(Answer):
    """Junctions in genome order."""

    about: About
    rows: list[MergedMember]


class AboutAll(About):
    """The releases that a response about several compilations is about."""

    others: list[About] = Field(
        description="the other compilations, each with the release that was read"
    )


class JoinedAnswer(Answer):
    """Junctions of several compilations, each once, in genome order."""

    about: AboutAll
    rows: list[MergedMember]
