"""The lines of a release's transcript file (all_transcripts.gtf): one transcript each, with its
exons and coding span among the attributes.
"""

import re
from collections.abc import Iterable

import numpy as np

from snapshard.catalog.samples_file import MappedText
from snapshard.match import RULES, Match
from snapshard.region import Region

_CODING = 100_000
_EXONS = re.compile(rb'\bexons "([^"]*)"')
_CODING_SPAN = re.compile(rb'\bcds_span "(?!NA")')


class TranscriptLines:
    """A transcript file in its order, with the span of every line."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._mapped = MappedText(texts)
        spans: dict[bytes, list[tuple[int, int, int]]] = {}
        for number, line in enumerate(self._mapped.lines()):
            fields = line.split(b"\t", 5)
            if len(fields) > 5 and not line.startswith(b"#"):
                spans.setdefault(fields[0], []).append((int(fields[3]), int(fields[4]), number))
        # Per chromosome a table of three columns: start, end, line number.
        self._spans = {chrom: np.array(table, np.int64) for chrom, table in spans.items()}

    def matching(self, region: Region, match: Match) -> list[bytes]:
        """The lines whose span matches a region, in file order, without their newlines."""
        spans = self._spans.get(region.chrom.encode())
        if spans is None:
            return []
        starts, ends, numbers = spans.T
        mask = RULES[match].row(starts, ends, region.start, region.end)
        return [self._mapped.line(number) for number in np.sort(numbers[mask]).tolist()]


def transcript_score(line: bytes) -> int:
    """A rank for transcripts: the number of exons, plus 100,000 for a coding transcript."""
    exons = _EXONS.search(line)
    count = len(exons[1].split(b",")) if exons else 0
    return count + (_CODING if _CODING_SPAN.search(line) else 0)
