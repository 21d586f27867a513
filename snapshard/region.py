"""A region of one chromosome, and the forms in which people write one.

Coordinates everywhere in Snapshard are 1-based with both ends included; a junction's are the first
and the last base of its intron.
"""

import re
from dataclasses import dataclass

from snapshard.errors import BadRegion

LAST_BASE = 2_147_483_646
"""Longer than any known chromosome; an int4range stores end + 1, which still fits."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
CHROM_FORM = r"[A-Za-z0-9][A-Za-z0-9_.*\-]*"
"""The form of a chromosome's name, as a regular expression."""
_CHROM = re.compile(CHROM_FORM)
_REGION = re.compile(
    r"(?P<chrom>[^:\s]+)\s*(?::\s*(?P<start>[\d,\s]+?)\s*(?:-\s*(?P<end>[\d,\s]+?)\s*)?)?"
)
_BARE = re.compile(r"(?:[1-9]|1\d|2[0-2]|X|Y|M|MT)", re.IGNORECASE)
_EXPECTED = "chromosome:start-end such as chr2:29,223,529-29,919,992 (1-based, both ends included)"


@dataclass(frozen=True, order=True)
class Region:
    """Bases start to end of a chromosome, 1-based, both included."""

    chrom: str
    start: int = 1
    end: int = LAST_BASE

    def __post_init__(self) -> None:
        if not _CHROM.fullmatch(self.chrom):
            raise BadRegion(self.chrom, "a chromosome name such as chr2")
        if not 1 <= self.start <= self.end <= LAST_BASE:
            raise BadRegion(
                f"{self.chrom}:{self.start}-{self.end}", "1 <= start <= end (positions are 1-based)"
            )

    def __str__(self) -> str:
        if (self.start, self.end) == (1, LAST_BASE):
            return self.chrom
        return f"{self.chrom}:{self.start}-{self.end}"


def parse_region(text: str) -> Region:
    """The region that a person wrote: `chr2:29,223,529-29,919,992`, `2:…`, one position, or a
    chromosome.

    Accepts a leading `Chromosome`, commas, blanks and typographic dashes. An end beyond LAST_BASE
    becomes LAST_BASE. Raises BadRegion.
    """
    plain = re.sub(f"[{_DASHES}]", "-", text).strip()
    plain = re.sub(r"(?i)^chromosome\s*", "", plain)
    match = _REGION.fullmatch(plain)
    if not match:
        raise BadRegion(text, _EXPECTED)
    chrom = chromosome_name(match["chrom"])
    if not match["start"]:
        return Region(chrom)
    start = _parse_position(match["start"], text)
    end = _parse_position(match["end"], text) if match["end"] else start
    if not 1 <= start <= end:
        raise BadRegion(text, _EXPECTED + ", start not after end")
    return Region(chrom, start, end)


def chromosome_name(text: str) -> str:
    """The chromosome in UCSC spelling: `2` and `Chr2` become `chr2`, `MT` becomes `chrM`. Other
    names are returned unchanged.
    """
    bare = re.sub(r"(?i)^chr(?=(?:\d{1,2}|x|y|mt?)$)", "", text)
    if not _BARE.fullmatch(bare):
        return text
    return "chr" + {"MT": "M"}.get(bare.upper(), bare.upper())


def _parse_position(digits: str, text: str) -> int:
    number = re.sub(r"[,\s]", "", digits)
    if not number:
        raise BadRegion(text, _EXPECTED)
    # Any 18 digits exceed LAST_BASE unless they are zeros; int() of a very long text would raise.
    return min(int(number[:18]), LAST_BASE)
