"""The stable name of a junction: the same in every compilation and release of an assembly."""

import re
from dataclasses import dataclass

from snapshard.assembly import are_same_assembly
from snapshard.column_values import strand_sign
from snapshard.errors import BadQuery
from snapshard.junction import STRANDS
from snapshard.region import Region, parse_region

_NAME = re.compile(
    r"(?:(?P<assembly>[^:\s]+):)?(?P<region>[^:\s]+:[\d,]+[-\u2013][\d,]+)(?::(?P<strand>\S))?"
)
_EXPECTED = (
    "assembly:chromosome:start-end:strand such as GRCh38:chr2:71548830-71549349:+"
    " (first and last base of the intron)"
)


@dataclass(frozen=True)
class JunctionName:
    """A junction by assembly, first and last base of the intron, and strand.

    None means that the name has no strand. Another sign than + and - is a junction's own if its
    strand is unknown; in a question it means any strand.
    """

    assembly: str
    region: Region
    strand: str | None = None

    def __str__(self) -> str:
        name = f"{self.assembly}:{self.region.chrom}:{self.region.start}-{self.region.end}"
        return name if self.strand is None else f"{name}:{self.strand}"


def parse_name(text: str, assembly: str) -> JunctionName:
    """The junction that a name identifies in an assembly. The name may omit the assembly and the
    strand.

    Raises BadQuery for a name of another assembly: positions are never lifted over silently.
    """
    match = _NAME.fullmatch(text.strip())
    strand = strand_sign(match["strand"]) if match and match["strand"] else None
    if not match or (strand is not None and strand not in STRANDS):
        raise BadQuery("name", text, _EXPECTED)
    if match["assembly"] is not None and not are_same_assembly(match["assembly"], assembly):
        expected = f"a name of assembly {assembly}; positions are not lifted over"
        raise BadQuery("name", text, expected)
    return JunctionName(assembly, parse_region(match["region"]), strand)
