"""The part of the HGVS nomenclature that names one place in a transcript
(https://hgvs-nomenclature.org/stable/background/numbering/): `c.` and `n.` positions with offsets into
introns, ranges, and the edits that people write behind them.
"""

import re
from dataclasses import dataclass

from snapshard.errors import BadQuery

_POSITION = r"(?P<{0}_zone>[-*]?)(?P<{0}_base>[1-9]\d{{0,6}})(?P<{0}_offset>[+-][1-9]\d{{0,6}})?"
_NAME = re.compile(
    r"(?P<transcript>[A-Za-z0-9][A-Za-z0-9_.-]*)(?:\([A-Za-z0-9_.-]+\))?:(?P<kind>[cn])\."
    + _POSITION.format("first")
    + r"(?:_"
    + _POSITION.format("last")
    + r")?(?P<edit>.*)"
)
_SUBSTITUTION = re.compile(r"(?P<reference>[ACGTN]+)>(?P<alternate>[ACGTN]+)")
_EDIT = re.compile(
    r"(?:=|(?P<kind>del|dup|inv)(?P<reference>[ACGTN]*)"
    r"|ins(?P<inserted>[ACGTN]+)|del(?P<deleted>[ACGTN]*)ins(?P<replacing>[ACGTN]+))?"
)
_EXPECTED = (
    "one place in a transcript, such as NM_003494.4:c.1053+5G>A, ENST00000410020:c.-5+1 or DYSF:c.*3-2,"
    " with >, del, dup, inv, ins, delins or = behind it"
)


@dataclass(frozen=True)
class CodingPosition:
    """A position of HGVS in a transcript, such as c.-5+1.

    `zone` is "-" before the start codon, "*" behind the stop codon, else empty; `base` counts from 1
    within it. `offset` is the number of bases into the intron beside that base: positive downstream of
    it, negative upstream, 0 in an exon.
    """

    base: int
    offset: int = 0
    zone: str = ""

    def __str__(self) -> str:
        return f"{self.zone}{self.base}" + (f"{self.offset:+d}" if self.offset else "")


@dataclass(frozen=True)
class CodingName:
    """A variant by its place in a transcript. `kind` is c (counted from the start codon) or n (from the
    first base of the transcript). The bases are those of the transcript's strand; None if not stated.
    """

    text: str
    transcript: str
    kind: str
    first: CodingPosition
    last: CodingPosition
    reference: str | None = None
    alternate: str | None = None


def is_hgvs(text: str) -> bool:
    """Whether a text can only be meant as a place in a transcript."""
    return re.search(r":\s*[cnpr]\.", text) is not None


def parse_coding(text: str) -> CodingName:
    """The place in a transcript that a person wrote. Raises BadQuery."""
    match = _NAME.fullmatch(re.sub(r"\s", "", text))
    if match is None:
        raise BadQuery("variant", text, _EXPECTED)
    if match["kind"] == "n" and (match["first_zone"] or match["last_zone"]):
        raise BadQuery("variant", text, "an n. position without - or * before it")
    first = _position(match, "first")
    last = _position(match, "last") if match["last_base"] else first
    reference, alternate = _bases(match["edit"], text)
    return CodingName(text, match["transcript"], match["kind"], first, last, reference, alternate)


def _position(match: re.Match[str], name: str) -> CodingPosition:
    offset = int(match[f"{name}_offset"] or 0)
    return CodingPosition(int(match[f"{name}_base"]), offset, match[f"{name}_zone"])


def _bases(edit: str, text: str) -> tuple[str | None, str | None]:
    """The bases that an edit states: those of the reference, and those in their place."""
    if substitution := _SUBSTITUTION.fullmatch(edit.upper()):
        return substitution["reference"], substitution["alternate"]
    match = _EDIT.fullmatch(_lower_keywords(edit))
    if match is None:
        raise BadQuery("variant", text, _EXPECTED)
    return match["reference"] or match["deleted"] or None, match["replacing"]


def _lower_keywords(edit: str) -> str:
    """The edit with its words in small letters and its bases in capitals."""
    return re.sub(r"DELINS|DEL|DUP|INV|INS", lambda word: word[0].lower(), edit.upper())
