"""A variant: its bases in the genome, and the forms in which people write one."""

import re
from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard.name import without_assembly
from snapshard.region import Region, check_position, parse_region, plain_dashes
from snapshard.variants.hgvs import CodingName, is_hgvs, parse_coding

MOST_BASES = 1_000
"""Bases that a variant covers at most: longer ones have no single place beside a splice site."""
_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
_CHROM = r"(?P<chrom>[^\s:-]+(?::[^\s:-]+)?)"
_NUMBER = r"(?P<start>\d[\d,]*)"
_BASES = r"(?P<reference>[ACGTN]+)\s*{0}\s*(?P<alternate>[ACGTN]+|[-.*])"
_FORMS = (
    re.compile(rf"{_CHROM}-{_NUMBER}-{_BASES.format('-')}", re.IGNORECASE),
    re.compile(rf"(?P<chrom>[^\s:-]+)-{_NUMBER}", re.IGNORECASE),
    re.compile(rf"{_CHROM}:(?:g\.)?{_NUMBER}\s*{_BASES.format('>')}", re.IGNORECASE),
    re.compile(rf"{_CHROM}:{_NUMBER}:{_BASES.format(':')}", re.IGNORECASE),
    re.compile(rf"{_CHROM}\s+{_NUMBER}\s+{_BASES.format(' ')}", re.IGNORECASE),
    re.compile(
        rf"{_CHROM}:(?:g\.)?{_NUMBER}(?:[-_](?P<end>\d[\d,]*))?"
        r"(?:(?:del|dup|inv)(?P<reference>[ACGTN]*)(?P<alternate>)|(?:del)?ins[ACGTN]+|=)?",
        re.IGNORECASE,
    ),
)
_EXPECTED = "a variant such as chr2-71549340-A-G, chr2:71549340A>G, chr2:71549340 or NM_003494.4:c.1053+5G>A"


@dataclass(frozen=True)
class Variant:
    """The bases of a variant in the genome, 1-based, both ends included, and what it states about them.

    `reference` and `alternate` are the bases of + there; None if they are not stated. Raises BadQuery
    for more than MOST_BASES bases.
    """

    region: Region
    reference: str | None = None
    alternate: str | None = None

    def __post_init__(self) -> None:
        if self.region.end - self.region.start >= MOST_BASES:
            raise BadQuery(
                "variant", str(self.region), f"a variant of at most {MOST_BASES:,} bases"
            )

    def __str__(self) -> str:
        region = self.region
        if self.reference and self.alternate:
            return f"{region.chrom}-{region.start}-{self.reference}-{self.alternate}"
        end = "" if region.start == region.end else f"-{region.end}"
        return f"{region.chrom}:{region.start}{end}"


def parse_variant(text: str, assembly: str | None) -> Variant | CodingName:
    """The variant that a person wrote: by chromosome and position with or without bases, or by its place
    in a transcript, which only the transcript can turn into positions.

    Raises BadQuery for another form, another assembly, and a position beyond the end of its chromosome.
    """
    plain = plain_dashes(text)
    if is_hgvs(plain):
        return parse_coding(plain)
    match = next(filter(None, (form.fullmatch(plain) for form in _FORMS)), None)
    if match is None:
        raise BadQuery("variant", text, _EXPECTED)
    parts = match.groupdict()
    reference = (parts.get("reference") or "").upper() or None
    alternate = (parts.get("alternate") or "").upper().strip("-.*") or None
    start = parts["start"].replace(",", "")
    place = without_assembly("variant", f"{parts['chrom']}:{start}", text, assembly)
    first = parse_region(place, assembly)
    last = int((parts.get("end") or start).replace(",", "")[:18])
    if not parts.get("end") and reference:
        last = first.start + len(reference) - 1
    if last < first.start:
        raise BadQuery("variant", text, "a range whose end is not before its start")
    check_position(last, first.chrom, text, assembly)
    return _checked(Variant(Region(first.chrom, first.start, last), reference, alternate), text)


def reverse_complement(bases: str | None) -> str | None:
    """The bases of the other strand, in its direction."""
    return None if bases is None else bases.translate(_COMPLEMENT)[::-1]


def _checked(variant: Variant, text: str) -> Variant:
    """The variant. Raises BadQuery if it states more or fewer bases than its range has."""
    size = variant.region.end - variant.region.start + 1
    if variant.reference and len(variant.reference) != size:
        raise BadQuery("variant", text, f"{size} reference bases, which the range has")
    return variant
