"""What differs between the endpoints that give rows: letter, kind of rows, header line."""

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
"""The second line of answers to JSON queries. [11.2]"""


@dataclass(frozen=True)
class Layout:
    """An endpoint of rows: its path, the letter in its rows' first column, the kind of rows, and
    their column names.
    """

    path: str
    letter: str
    kind: str
    names: tuple[str, ...]


LAYOUTS = {
    one.path: one
    for one in (
        Layout("snaptron", "I", "junction", NAMES),
        Layout("genes", "G", "gene", _GENE_NAMES),
        Layout("exons", "E", "exon", _GENE_NAMES),
    )
}


class Heading(bytes):
    """A piece of an answer that holds no rows: a header, the beginning of a track, a number of
    rows, an error.
    """


def line(*names: str) -> bytes:
    """Names or values with tabs between and a newline behind."""
    return "\t".join(names).encode() + b"\n"


def header(names: Sequence[str], *, group: str = "") -> bytes:
    """The header line; with a group its first name is Group."""
    return line("Group" if group else PREFIX_NAME, *names)


def prefixed(text: bytes, prefix: str) -> bytes:
    """Every line of a text with a first column put in front."""
    first = prefix.encode() + b"\t"
    return first + text[:-1].replace(b"\n", b"\n" + first) + b"\n" if text else text
