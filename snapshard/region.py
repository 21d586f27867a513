"""A region of one chromosome, and the forms in which people write one.

Coordinates everywhere in Snapshard are 1-based with both ends included; a junction's are the first
and the last base of its intron.
"""

import re
from dataclasses import dataclass

from snapshard.chromosome import (
    CHROM_EXPECTED,
    chromosome_length,
    chromosome_name,
    is_chromosome,
    is_hla,
    odd_character,
)
from snapshard.errors import BadRegion

LAST_BASE = 2_147_483_646
"""Longer than any known chromosome; an int4range stores end + 1, which still fits."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_POSITION = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\s[0-9]{3})+|[0-9]+"
_SPAN = re.compile(rf"\s*(?P<start>{_POSITION})\s*(?:-\s*(?P<end>{_POSITION})\s*)?")
_EXPECTED = (
    "chromosome:start-end such as chr2:29,223,529-29,919,992 (1-based, both ends included; commas"
    " and blanks only between thousands)"
)


@dataclass(frozen=True, order=True)
class Region:
    """Bases start to end of a chromosome, 1-based, both included."""

    chrom: str
    start: int = 1
    end: int = LAST_BASE

    def __post_init__(self) -> None:
        if not is_chromosome(self.chrom):
            odd = odd_character(self.chrom)
            raise BadRegion(self.chrom, CHROM_EXPECTED + (f", not {odd!r}" if odd else ""))
        if not 1 <= self.start <= self.end <= LAST_BASE:
            raise BadRegion(
                f"{self.chrom}:{self.start}-{self.end}", "1 <= start <= end (positions are 1-based)"
            )

    def __str__(self) -> str:
        if (self.start, self.end) == (1, LAST_BASE):
            return self.chrom
        return f"{self.chrom}:{self.start}-{self.end}"


def parse_region(text: str, assembly: str | None) -> Region:
    """The region that a person wrote: `chr2:29,223,529-29,919,992`, `2:…`, one position, or a
    chromosome, with the name that the chromosome has in the assembly.

    Accepts a leading `Chromosome`, typographic dashes, and commas or blanks between groups of three
    digits. The name of an HLA allele, which contains colons, is a name before it is anything else. An
    end beyond LAST_BASE becomes LAST_BASE. Raises BadRegion, also for a start beyond the end of the
    chromosome.
    """
    plain = re.sub(r"(?i)^chromosome\s*", "", plain_dashes(text))
    if is_hla(plain) or ":" not in plain:
        return Region(_chromosome(plain, text, assembly))
    name, _, positions = plain.rpartition(":")
    span = _SPAN.fullmatch(positions)
    if not span:
        raise BadRegion(text, _EXPECTED)
    chrom = _chromosome(name.rstrip(), text, assembly)
    start = _parse_position(span["start"])
    end = _parse_position(span["end"]) if span["end"] else start
    if not 1 <= start <= end:
        raise BadRegion(text, _EXPECTED + ", start not after end")
    check_position(start, chrom, text, assembly)
    return Region(chrom, start, end)


def check_position(position: int, chrom: str, text: str, assembly: str | None) -> None:
    """Raises BadRegion, which quotes the text, for a position beyond the end of its chromosome; passes
    if the length of the chromosome is not known.
    """
    length = chromosome_length(chrom, assembly)
    if length is not None and position > length:
        raise BadRegion(text, f"positions up to {length:,}, where {chrom} of {assembly} ends")


def plain_dashes(text: str) -> str:
    """The text without blanks around it, and with hyphens in place of typographic dashes."""
    return re.sub(f"[{_DASHES}]", "-", text).strip()


def _chromosome(name: str, text: str, assembly: str | None) -> str:
    if not name or (re.search(r"[\s:,]", name) and not is_hla(name)):
        raise BadRegion(text, _EXPECTED)
    if odd := odd_character(name):
        raise BadRegion(text, f"{CHROM_EXPECTED}, not {odd!r}")
    return chromosome_name(name, assembly)


def _parse_position(digits: str) -> int:
    # Any 18 digits exceed LAST_BASE unless they are zeros; int() of a very long text would raise.
    return min(int(re.sub(r"[,\s]", "", digits)[:18]), LAST_BASE)
