"""Variants of another assembly, lifted over with a chain file that the user names."""

from dataclasses import replace
from pathlib import Path

from snapshard.errors import BadQuery, BadSource, MissingExtra
from snapshard.region import Region
from snapshard.variants.variant import Variant, reverse_complement

EXTRA = "liftover"
"""The extra that installs the reader of chain files."""


def lift_over(variant: Variant, chain: Path) -> Variant:
    """The variant at its position in the assembly that a chain file (UCSC's format, also gzipped) leads
    to; its bases become those of the other strand if the chain turns it round.

    Raises BadQuery if its first and last base do not lead to exactly one range of the same length,
    BadSource for a file that cannot be read, MissingExtra without the extra `liftover`.
    """
    region = variant.region
    ends = [_lift(region.chrom, base, chain) for base in (region.start, region.end)]
    (chrom, start, strand), (other_chrom, end, other_strand) = ends
    if strand == "-":
        start, end = end, start
    if (chrom, strand) != (other_chrom, other_strand) or end - start != region.end - region.start:
        raise _not_lifted(region, chain, "its ends are not as far apart there")
    lifted = Region(chrom, start, end)
    if strand == "+":
        return replace(variant, region=lifted)
    bases = reverse_complement(variant.reference), reverse_complement(variant.alternate)
    return Variant(lifted, *bases)


def _lift(chrom: str, base: int, chain: Path) -> tuple[str, int, str]:
    try:
        from liftover import ChainFile
    except ModuleNotFoundError as exc:
        raise MissingExtra("reading a chain file", str(exc.name), EXTRA) from exc
    try:
        matches: list[tuple[str, int, str]] = ChainFile(str(chain), one_based=True)[chrom][base]
    except KeyError:
        matches = []
    except (OSError, RuntimeError, ValueError, UnicodeDecodeError, EOFError) as exc:
        raise BadSource(str(chain), f"expected a chain file of UCSC's format: {exc}") from exc
    if len(matches) != 1:
        places = f"{len(matches)} places" if matches else "no place"
        raise _not_lifted(Region(chrom, base, base), chain, f"it has {places} there")
    return matches[0]


def _not_lifted(region: Region, chain: Path, reason: str) -> BadQuery:
    expected = f"a variant with one place in the assembly that {chain.name} leads to ({reason})"
    return BadQuery("variant", str(region), expected)
