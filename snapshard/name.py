"""The stable name of a junction: the same in every compilation and release of an assembly."""

import re
from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard.junction import STRANDS
from snapshard.region import Region, parse_region

_NAME = re.compile(
    r"(?:(?P<assembly>[^:\s]+):)?(?P<region>[^:\s]+:[\d,]+[-–][\d,]+)(?::(?P<strand>\S))?"
)
_EXPECTED = "assembly:chromosome:start-end:strand such as GRCh38:chr2:71548830-71549349:+ (first and last base of the intron)"
_SAME_ASSEMBLY = {"hg38": "grch38", "hg19": "grch37"}


@dataclass(frozen=True)
class JunctionName:
    """A junction by its place: assembly, first and last base of the intron, strand; no strand means
    any.
    """

    assembly: str
    region: Region
    strand: str | None = None

    def __str__(self) -> str:
        place = f"{self.assembly}:{self.region.chrom}:{self.region.start}-{self.region.end}"
        return place if self.strand is None else f"{place}:{self.strand}"


def parse_name(text: str, assembly: str) -> JunctionName:
    """The junction that a name means in an assembly; the name may leave out the assembly and the
    strand.

    Raises BadQuery for a name of another assembly: positions are never lifted over silently.
    """
    found = _NAME.fullmatch(text.strip())
    if not found or (found["strand"] is not None and found["strand"] not in STRANDS):
        raise BadQuery("name", text, _EXPECTED)
    if found["assembly"] is not None and _plain(found["assembly"]) != _plain(assembly):
        raise BadQuery(
            "name", text, f"a name of assembly {assembly}; positions are not lifted over"
        )
    return JunctionName(assembly, parse_region(found["region"]), found["strand"])


def _plain(assembly: str) -> str:
    return _SAME_ASSEMBLY.get(assembly.lower(), assembly.lower())
