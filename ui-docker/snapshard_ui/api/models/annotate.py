"""Models of requests that annotate a file of junctions."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from snapshard.background import RARE
from snapshard.errors import BadQuery
from snapshard.junction_files import CONVENTIONS, FORMATS, MAPPED, ReadOptions
from snapshard_ui.api.params import Flag, Params

FormatName = Literal[
    "star",
    "bed12",
    "leafcutter",
    "fraser",
    "rmats",
    "majiq",
    "portcullis",
    "tcga",
    "bed",
    "plain",
    "table",
]
Positions = Literal["intron", "bed", "intron0", "exons"]
_FORMATS = "; ".join(f"{name}: {item.meaning}" for name, item in FORMATS.items())
_POSITIONS = "; ".join(f"{name}: {item.meaning}" for name, item in CONVENTIONS.items())


class AnnotateParams(Params):
    """How to read the file, and which groups to compare it with."""

    tissue: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(
            default_factory=list,
            description="sample group whose counts are added, such as a tissue. May be repeated.",
        ),
    ]
    format: Annotated[
        FormatName | None,
        Field(description=f"format of the file; detected by its content if omitted. {_FORMATS}."),
    ] = None
    column: Annotated[
        list[Annotated[str, Field(max_length=300)]],
        Field(
            default_factory=list,
            description="for a table: name=column, the column of the file that has the"
            f" {', '.join(MAPPED)}. May be repeated.",
        ),
    ]
    positions: Annotated[
        Positions, Field(description=f"for a table: how it counts. {_POSITIONS}.")
    ] = "intron"
    star_reads: Annotated[
        Literal["unique", "multi", "both"],
        Field(description="the reads of STAR's files: mapped to one place, to several, or both"),
    ] = "unique"
    min_overhang: Annotated[
        int, Field(ge=0, le=10_000, description="minimum overhang in STAR's files")
    ] = 0
    rare: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="junctions in at most this share of the samples are ranked; of the chosen"
            " groups together, if there are any",
        ),
    ] = RARE
    about: Annotated[Flag, Field(description="start with a line that describes the response")] = (
        True
    )

    def read_options(self) -> ReadOptions:
        """The options of the file's reader. Raises BadQuery."""
        columns: dict[str, str] = {}
        for text in self.column:
            name, equals, column = text.partition("=")
            if not equals:
                raise BadQuery("column", text, f"name=column, with one of {', '.join(MAPPED)}")
            columns[name] = column
        return ReadOptions(self.star_reads, self.min_overhang, columns, self.positions)


class AnnotatedLines(BaseModel):
    """The lines of the file, each with its background, streamed: the names of the columns, the rows,
    remarks that start with #NOTE and #RANK, and #COMPLETE with the number of rows and the sha256 of
    all bytes before it. A response that ends otherwise is not complete.
    """
