"""The stable name of a junction: the same in every compilation and release of an assembly."""

import re
from dataclasses import dataclass

from snapshard.assembly import are_same_assembly, grc_name, is_primary
from snapshard.chromosome import chromosome_name, is_hla
from snapshard.column_values import ANY_STRAND, strand_sign
from snapshard.errors import BadQuery
from snapshard.junction import STRANDS
from snapshard.region import Region, check_position, parse_region, plain_dashes

_NAME = re.compile(r"(?P<place>[^;\s]+:[\d,]+-[\d,]+)(?::(?P<strand>\S))?")
_SITE = re.compile(r"(?P<place>[^;\s]+:[\d,]+)(?::(?P<strand>\S))?")
_EXPECTED = (
    "assembly:chromosome:start-end:strand such as GRCh38:chr2:71548830-71549349:+"
    " (first and last base of the intron)"
)


@dataclass(frozen=True)
class JunctionName:
    """A junction by assembly, first and last base of the intron, and strand.

    An assembly of None is unknown. A strand of None means that the name has none. Another sign than +
    and - is a junction's own if its strand is unknown; in a question it means any strand.
    """

    assembly: str | None
    region: Region
    strand: str | None = None

    def __str__(self) -> str:
        span = f"{self.region.chrom}:{self.region.start}-{self.region.end}"
        name = name_prefix(self.assembly) + span
        return name if self.strand is None else f"{name}:{self.strand}"


def name_prefix(assembly: str | None) -> str:
    """The start of stable names in an assembly: `GRCh38:` for GRCh38, hg38 and GRCh38.p14; empty for
    an unknown assembly.
    """
    return f"{grc_name(assembly)}:" if assembly else ""


def parse_name(text: str, assembly: str | None) -> JunctionName:
    """The junction that a name identifies in an assembly. The name may omit the assembly and the
    strand; if the assembly is unknown (None), the name may state any.

    Raises BadQuery for a name of another assembly: positions are never lifted over silently; and for
    a position beyond the end of its chromosome.
    """
    match = _NAME.fullmatch(plain_dashes(text))
    strand = strand_sign(match["strand"]) if match and match["strand"] else None
    if not match or (strand is not None and strand not in STRANDS):
        raise BadQuery("name", text, _EXPECTED)
    place = without_assembly("name", match["place"], text, assembly)
    region = parse_region(place, assembly)
    check_position(region.end, region.chrom, text, assembly)
    return JunctionName(assembly, region, strand)


def parse_site(text: str, assembly: str | None) -> tuple[Region, str | None]:
    """The base of a splice site, and the strand if the text chooses one of the two. Raises BadQuery."""
    match = _SITE.fullmatch(plain_dashes(text))
    strand = strand_sign(match["strand"]) if match and match["strand"] else ANY_STRAND[0]
    if not match or strand not in STRANDS:
        raise BadQuery(
            "site",
            text,
            "chromosome:position such as chr2:71548830, with :+ or :- to choose the strand",
        )
    place = without_assembly("site", match["place"], text, assembly)
    base = parse_region(place, assembly)
    return base, strand if strand in "+-" else None


def is_stable_name(text: str) -> bool:
    """Whether a text can only be meant as a junction's name, because it states an assembly or a strand;
    a region has neither.
    """
    match = _NAME.fullmatch(plain_dashes(text))
    if not match or match["strand"]:
        return match is not None
    chrom, _, _ = match["place"].rpartition(":")
    return ":" in chrom and not is_hla(chrom)


def without_assembly(parameter: str, place: str, text: str, assembly: str | None) -> str:
    """The place `chromosome:positions` without the assembly that may stand before it. Raises BadQuery,
    which quotes the whole text, for another assembly.
    """
    chrom, _, _ = place.rpartition(":")
    stated, _, name = chrom.partition(":")
    # Only names of HLA alleles contain colons of their own.
    if not name or is_hla(chrom):
        return place
    if ":" in name and not is_hla(name):
        raise BadQuery(parameter, text, _EXPECTED)
    if is_primary(chromosome_name(stated, None)):
        raise BadQuery(parameter, text, _EXPECTED)
    if assembly is not None and not are_same_assembly(stated, assembly):
        expected = f"a name of assembly {assembly}; positions are not lifted over"
        raise BadQuery(parameter, text, expected)
    return place.removeprefix(f"{stated}:")
