"""The values that text columns can have, and the ways in which people write them.

A filter on such a column names values that a row can have, or it is an error: with `!=`, a misspelt
value would select every row.
"""

import re
from collections.abc import Callable
from itertools import product

from snapshard.junction import STRANDS, AnnotationClass

UNKNOWN_STRANDS = tuple(strand for strand in STRANDS if strand not in "+-")
"""The signs that sources write for a strand that the aligner could not determine."""
ANY_STRAND = ("*", ".")
"""The signs by which a question means every strand."""
_CLASSES = {member.value: (member.value,) for member in AnnotationClass} | {"?": ("",)}
_BASES = re.compile(r"[ACGTURYSWKMBDHVN]{2}")
"""IUPAC's letters: some assemblies have ambiguous bases."""
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u00ab": "\u00bb"}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"

Values = tuple[str, ...]


def unquoted(text: str) -> str:
    """The text without the quotation marks around it, which a shell or SQL needs and no value has."""
    if len(text) >= 2 and _QUOTES.get(text[0]) == text[-1]:
        return text[1:-1].strip()
    return text


def strand_sign(text: str) -> str:
    """A strand as STRANDS spells it: typographic dashes become `-`. Other texts stay."""
    return "-" if len(text) == 1 and text in _DASHES else text


def _strands(text: str) -> Values:
    strand = strand_sign(text)
    if strand in ANY_STRAND:
        return STRANDS
    if strand in UNKNOWN_STRANDS:
        return UNKNOWN_STRANDS
    return (strand,) if strand in STRANDS else ()


def _classes(text: str) -> Values:
    return _CLASSES.get(text.upper(), ())


def _motifs(text: str) -> Values:
    # Sources write small letters, too, and rows keep them as they are.
    letters = text.upper()
    if not _BASES.fullmatch(letters):
        return ()
    return tuple(map("".join, product(*[(letter, letter.lower()) for letter in letters])))


def _chromosomes(text: str) -> Values:
    # Which chromosomes there are depends on the release.
    return (text,) if re.fullmatch(r"[!-~]+", text) else ()


_MOTIF = (_motifs, "two bases such as GT")
VOCABULARIES: dict[str, tuple[Callable[[str], Values], str]] = {
    "chromosome": (_chromosomes, "a chromosome name such as chr2"),
    "strand": (_strands, "+, - or ? (unknown), or * for any strand"),
    "left_motif": _MOTIF,
    "right_motif": _MOTIF,
    "class": (_classes, "DA, NDA, D, A or N, or ? for an unknown class"),
}
"""For every text column of filters: the stored values that a text means, none if no row can have it,
and the expected values in words.
"""
