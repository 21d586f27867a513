"""The arguments of the tools, as pydantic models: they check a call, and a model reads their schema."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from snapshard.client.export import SUFFIXES
from snapshard.client.selection import Selection
from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.match import MEANINGS, Match

MOST_GENES = 50
MOST_ROWS = 100
MOST_SITE_ROWS = 25
"""Junctions of each role of a splice site."""
MOST_EVENTS = 10
MOST_GROUPS = 50
"""Groups of samples with their numbers."""
MOST_COMPARED = 10
"""Groups of a comparison; each has its own numbers for each junction."""
MOST_TESTS = 50
MOST_LISTED_GROUPS = 200
"""Groups of samples of which only names and sizes are listed."""
_MOST_NAMES = 50
"""Regions, genes, filters, junctions and groups of one call."""
FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))

Text = Annotated[str, Field(min_length=1, max_length=1_000)]
Texts = Annotated[
    list[Text],
    # Language models often write a single value where a list is expected.
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    Field(max_length=_MOST_NAMES),
]


class Arguments(BaseModel):
    """The arguments of every tool."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    compilation: Annotated[
        Text | None, Field(description="Compilation; may be omitted if there is only one.")
    ] = None
    release: Annotated[Text | None, Field(description="Release. Default: the published one.")] = (
        None
    )


class NoArguments(BaseModel):
    """No arguments."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GeneArguments(Arguments):
    """The start of a gene's name."""

    prefix: Annotated[
        Text, Field(description="Start of a gene symbol or ID, case-insensitive, such as ALK.")
    ]
    limit: Annotated[int, Field(ge=1, le=MOST_GENES, description="Maximum number of genes.")] = 20


class GroupArguments(Arguments):
    """Groups of samples by name."""

    search: Annotated[
        Text | None, Field(description="List only groups whose name contains this text.")
    ] = None
    limit: Annotated[
        int, Field(ge=1, le=MOST_LISTED_GROUPS, description="Maximum number of groups.")
    ] = 100


class SelectionArguments(Arguments):
    """The junctions to select."""

    region: Annotated[
        Texts,
        Field(
            description="Regions such as chr2:29,193,000-29,920,000; 1-based, both ends included."
        ),
    ] = []
    gene: Annotated[
        Texts, Field(description="Gene symbols or IDs: the regions of these genes.")
    ] = []
    match: Annotated[
        Match,
        Field(
            description="Relation of a junction to a region. "
            + "; ".join(f"{match}: {meaning}" for match, meaning in MEANINGS.items())
            + "."
        ),
    ] = Match.OVERLAP
    filter: Annotated[
        Texts,
        Field(
            description="Column, operator, value, such as samples_count>=10 or class=N; all must"
            f" hold. Columns: {', '.join(FILTERABLE)}. Operators: {' '.join(OPERATORS)}."
        ),
    ] = []
    group: Annotated[
        Texts,
        Field(
            description="Groups of samples, such as tissues: only their samples count, and junctions"
            " that none of them has are left out."
        ),
    ] = []

    def parameters(self) -> dict[str, Any]:
        """The parameters of the API's query."""
        return {
            **Selection.of(
                self.region,
                gene=self.gene,
                match=None if self.match is Match.OVERLAP else str(self.match),
                filter=self.filter,
                group=self.group,
            ).parameters()
        }


class RowArguments(SelectionArguments):
    """A page of junctions."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS, description="Maximum number of junctions.")] = (
        20
    )
    after: Annotated[
        Text | None, Field(description="The `next` of the answer before, to get the rows after it.")
    ] = None


class ExportArguments(SelectionArguments):
    """All junctions as a file."""

    format: Annotated[
        Literal[FORMATS],  # type: ignore[valid-type]  # known to the client only
        Field(description="Format of the file."),
    ] = "tsv"


class GroupingArguments(Arguments):
    """The groups of samples to report side by side."""

    group: Annotated[
        Texts, Field(description="Report only these groups of samples, such as Blood.")
    ] = []
    group_by: Annotated[
        Text | None,
        Field(description="A field of the samples, such as study: each value is a group."),
    ] = None
    search: Annotated[
        Text | None, Field(description="Report only groups whose name contains this text.")
    ] = None
    top: Annotated[int, Field(ge=1, le=MOST_GROUPS, description="Maximum number of groups.")] = 20


class EvidenceArguments(GroupingArguments):
    """A junction, and the groups of samples to report."""

    junction: Annotated[
        Text,
        Field(
            description="Name of the junction: assembly, chromosome, first and last base of the"
            " intron, strand, such as GRCh38:chr2:71548830-71549349:+. Assembly and strand may be"
            " omitted."
        ),
    ]
    min_reads: Annotated[
        int,
        Field(
            ge=1,
            le=10**9,
            description="Reads of annotated junctions at either site that make a sample informative.",
        ),
    ] = 20
    min_samples: Annotated[
        int,
        Field(
            ge=1, le=10**9, description="Informative samples that make an absent junction absent."
        ),
    ] = 10


class SiteArguments(Arguments):
    """A splice site."""

    site: Annotated[
        Text,
        Field(
            description="First or last base of an intron, such as chr2:71548830:+; the strand may be"
            " omitted."
        ),
    ]
    limit: Annotated[
        int, Field(ge=1, le=MOST_SITE_ROWS, description="Maximum number of junctions of each role.")
    ] = 10


class PsiArguments(GroupingArguments):
    """A splicing event, and the groups of samples to report."""

    include: Annotated[Texts, Field(description="Junctions of inclusion, by name.")] = []
    exclude: Annotated[Texts, Field(description="Junctions of exclusion, by name.")] = []
    exon: Annotated[
        Texts,
        Field(
            max_length=2,
            description="First and last base of a cassette exon, such as chr2:29,223,342-29,223,528;"
            " two exons are mutually exclusive.",
        ),
    ] = []
    site: Annotated[
        Text | None,
        Field(
            description="A donor or acceptor such as chr2:71548830:+: each of its junctions against"
            " the others."
        ),
    ] = None
    min_reads: Annotated[
        int, Field(ge=1, le=10**9, description="Reads that make a sample informative.")
    ] = 10
    limit: Annotated[
        int, Field(ge=1, le=MOST_EVENTS, description="Maximum number of junctions of a site.")
    ] = 5


class CompareArguments(GroupingArguments):
    """Groups of samples to compare, and the junctions in which they are compared."""

    region: Annotated[Texts, Field(description="The junctions that lie inside these regions.")] = []
    gene: Annotated[Texts, Field(description="The junctions inside the regions of genes.")] = []
    name: Annotated[Texts, Field(description="Names of junctions.")] = []
    measure: Annotated[
        Literal["psi", "prevalence"],
        Field(
            description="psi: PSI among the junctions of the same donor or acceptor; prevalence: the"
            " share of samples that have the junction."
        ),
    ] = "psi"
    min_reads: Annotated[
        int | None,
        Field(
            ge=1,
            le=10**9,
            description="Reads that make a sample informative, or from which it has the junction.",
        ),
    ] = None
    min_samples: Annotated[
        int | None,
        Field(ge=1, le=10**9, description="Samples that a junction needs to be tested."),
    ] = None
    top: Annotated[int, Field(ge=2, le=MOST_COMPARED, description="Maximum number of groups.")] = (
        MOST_COMPARED
    )
    limit: Annotated[
        int,
        Field(
            ge=1, le=MOST_TESTS, description="Maximum number of tests, the smallest p values first."
        ),
    ] = 10


class ConsequenceArguments(Arguments):
    """Junctions and retained introns in a transcript."""

    junction: Annotated[
        Texts, Field(max_length=20, description="Names of junctions, taken together.")
    ] = []
    transcript: Annotated[
        Text | None,
        Field(
            description="Transcript ID or gene. Default: the preferred transcript that contains the"
            " junctions."
        ),
    ] = None
    retained: Annotated[
        list[Annotated[int, Field(ge=1, le=10_000)]],
        Field(max_length=20, description="Numbers of introns that are retained."),
    ] = []
