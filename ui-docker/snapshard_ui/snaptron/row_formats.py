"""The endpoints of junctions, genes and exons: letter, kind of rows and column names; header lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from snapshard.junction import NAMES

PREFIX_NAME = "DataSource:Type"
_GENE_NAMES = (
    *NAMES[:6],
    "NA",
    "NA",
    "NA",
    "exon_count",
    "gene_id:gene_name:gene_type:bp_length",
    *NAMES[11:16],
    "compilation_id",
)
DATATYPES = "\t".join(
    [
        "datatypes:str",
        "int",
        "str",
        "int",
        "int",
        "int",
        "str",
        "bool",
        *["str"] * 5,
        "int",
        "int",
        "float",
        "float",
        "str",
    ]
)
"""The second line of responses to JSON queries. [11.2]"""


@dataclass(frozen=True)
class RowFormat:
    """An endpoint of rows: its path, the letter in the first column of its rows, their kind, and
    their column names.
    """

    path: str
    letter: str
    kind: str
    names: tuple[str, ...]


# The header of exons is the header of genes: the original sends none for exons (quirk 5).
ROW_FORMATS = {
    "snaptron": RowFormat("snaptron", "I", "junction", NAMES),
    "genes": RowFormat("genes", "G", "gene", _GENE_NAMES),
    "exons": RowFormat("exons", "E", "exon", _GENE_NAMES),
}


class Heading(bytes):
    """A piece of a response without rows: a header, the head of a track, a number of rows, an
    error. It is not counted in the log.
    """


def tabbed_line(*texts: str) -> bytes:
    """A line of texts separated by tabs, with its newline."""
    return "\t".join(texts).encode() + b"\n"


def header(names: Sequence[str], *, group: str = "") -> bytes:
    """The header line; with a group its first name is Group."""
    return tabbed_line("Group" if group else PREFIX_NAME, *names)


def prefixed(text: bytes, prefix: str) -> bytes:
    """The lines of a text, each with `prefix` as its first column."""
    column = prefix.encode() + b"\t"
    return column + text[:-1].replace(b"\n", b"\n" + column) + b"\n" if text else text
