"""A picture as the client returns it."""

from dataclasses import dataclass, field
from pathlib import Path

from snapshard.client.selection import Numbers, ReleaseOptions, Texts
from snapshard.errors import BadQuery

FORMATS = ("svg", "png")


class PictureOptions(ReleaseOptions, total=False):
    """What a picture shows, and how, in the words of the API (docs/pictures.md).

    region, gene: the window; a gene's transcripts are drawn first.
    transcript: the transcript whose exons are numbered.
    match, filter, sample_ids, group: the junctions, as of the rows.
    min_samples: hide junctions that fewer samples have.
    number: the number on an arc, samples or reads.
    junction: the stable name of a junction to highlight.
    limit: the maximum number of arcs.
    width, theme: pixels; auto, light or dark.
    """

    gene: str | None
    transcript: str | None
    match: str | None
    filter: Texts
    sample_ids: Numbers
    group: Texts
    min_samples: int | None
    number: str | None
    junction: str | None
    limit: int | None
    width: int | None
    theme: str | None


@dataclass(frozen=True)
class Picture:
    """A picture: its bytes, its format (svg or png), and its numbers of junctions, those that match and
    those that are drawn, None for a picture of something else. A notebook shows it.
    """

    content: bytes = field(repr=False)
    format: str
    matching: int | None = None
    drawn: int | None = None

    def save(self, path: str | Path) -> None:
        """Writes the picture to a file."""
        Path(path).write_bytes(self.content)

    def _repr_svg_(self) -> str | None:
        return self.content.decode() if self.format == "svg" else None

    def _repr_png_(self) -> bytes | None:
        return self.content if self.format == "png" else None


def check_format(name: str) -> str:
    """The name of a picture's format. Raises BadQuery."""
    if name not in FORMATS:
        raise BadQuery("format", name, f"one of {', '.join(FORMATS)}")
    return name
