"""Models of requests for pictures."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from snapshard.match import MEANINGS, Match
from snapshard_ui.api.params import Numbers, Params

_Name = Annotated[str, Field(min_length=1, max_length=1_000)]


class PictureParams(Params):
    """A window of the genome, the junctions in it, and how they are drawn."""

    region: Annotated[
        str | None,
        Field(
            description="the window, chromosome:start-end, 1-based, both ends included; without it"
            " that of the gene",
            examples=["chr2:29,193,000-29,920,000"],
        ),
    ] = None
    gene: Annotated[
        _Name | None,
        Field(description="gene symbol or ID; its transcripts are drawn first", examples=["ALK"]),
    ] = None
    transcript: Annotated[
        _Name | None,
        Field(
            description="ID of the transcript whose exons are numbered; without it the preferred"
            " one (MANE Select, canonical, longest coding sequence)"
        ),
    ] = None
    match: Annotated[
        Match,
        Field(description="; ".join(f"{match}: {meaning}" for match, meaning in MEANINGS.items())),
    ] = Match.OVERLAP
    filter: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="as of the rows: column, operator, value. May be repeated; all filters must"
            " match.",
            examples=[["strand=+"]],
        ),
    ]
    sample_ids: Annotated[
        Numbers,
        Field(
            default_factory=list,
            description="restrict to these samples (rail_id), comma-separated; the counts are"
            " recomputed over them",
        ),
    ]
    group: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="restrict to the samples of this group, such as a tissue. May be repeated.",
        ),
    ]
    min_samples: Annotated[
        int,
        Field(
            ge=1,
            le=10**9,
            description="hide junctions that fewer samples have; the picture says how many it hides",
        ),
    ] = 2
    number: Annotated[
        Literal["samples", "reads"],
        Field(description="the number on an arc, which also sets its width"),
    ] = "samples"
    junction: Annotated[
        _Name | None, Field(description="stable name of a junction to highlight")
    ] = None
    limit: Annotated[
        int,
        Field(
            ge=1,
            le=500,
            description="maximum number of arcs, those of most samples first; the picture says how"
            " many it leaves out",
        ),
    ] = 200
    width: Annotated[int, Field(ge=320, le=4_000, description="width in pixels")] = 1_000
    theme: Annotated[
        Literal["auto", "light", "dark"],
        Field(description="colours; auto follows the reader's preference, in a PNG it is light"),
    ] = "auto"

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.gene, self.region)))


class Picture(BaseModel):
    """A picture."""
