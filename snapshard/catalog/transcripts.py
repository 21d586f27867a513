"""The lines of a release's `all_transcripts.gtf`: a transcript each, with its exons and coding span
among the attributes.
"""

import re
from collections.abc import Iterable

import numpy as np

from snapshard.catalog.samples_file import MappedText
from snapshard.match import RULES, Match
from snapshard.region import Region

FILE = "all_transcripts.gtf"
_CODING = 100_000
_EXONS = re.compile(rb'\bexons "([^"]*)"')
_CODING_SPAN = re.compile(rb'\bcds_span "(?!NA")')


class TranscriptLines:
    """A transcript file in its order, with the span of every line."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._mapped = MappedText(parts)
        places: dict[bytes, list[tuple[int, int, int]]] = {}
        for number, line in enumerate(self._mapped.lines()):
            fields = line.split(b"\t", 5)
            if len(fields) > 5 and not line.startswith(b"#"):
                places.setdefault(fields[0], []).append((int(fields[3]), int(fields[4]), number))
        self._places = {chrom: np.array(found, np.int64) for chrom, found in places.items()}

    def matching(self, region: Region, match: Match) -> list[bytes]:
        """The lines whose span matches a region, in file order, without their newlines."""
        places = self._places.get(region.chrom.encode())
        if places is None:
            return []
        starts, ends, numbers = places.T
        keep = RULES[match].row(starts, ends, region.start, region.end)
        return [self._mapped.line(number) for number in np.sort(numbers[keep]).tolist()]


def transcript_score(line: bytes) -> int:
    """How much a transcript says: its number of exons, and 100,000 more if it codes."""
    exons = _EXONS.search(line)
    count = len(exons[1].split(b",")) if exons else 0
    return count + (_CODING if _CODING_SPAN.search(line) else 0)
