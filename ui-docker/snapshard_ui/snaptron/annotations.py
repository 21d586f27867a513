"""Responses of the endpoint of transcript models. [12.3]"""

from collections.abc import Iterator

from snapshard.catalog import Symbols, TranscriptLines, transcript_score
from snapshard.match import Match
from snapshard.region import Region
from snapshard_ui.snaptron.query_text import SnaptronQuery
from snapshard_ui.snaptron.regions import is_interval, query_intervals
from snapshard_ui.snaptron.row_formats import Heading, header, prefixed

_PREFIX = "Mixed:G"
_SCORE = 5
_NAMES = (
    "reference",
    "annotation_source",
    "feature_type",
    "start",
    "end",
    "score",
    "strand",
    "unused",
    "attributes",
)


def transcript_pieces(
    query: SnaptronQuery, symbols: Symbols, transcripts: TranscriptLines
) -> Iterator[bytes]:
    """The response in pieces: for an interval all its transcripts in file order, for a gene its
    `limit` best.
    """
    # Each interval repeats the header; all genes share one (quirk 21).
    has_header = False
    for text in query.regions:
        by_coordinates = is_interval(text)
        for interval in query_intervals([text], symbols):
            if by_coordinates or not has_header:
                yield Heading(header(_NAMES))
                has_header = True
            if interval.region is not None:
                match = interval.match(query.match)
                limit = 0 if by_coordinates else query.limit
                yield _transcript_lines(transcripts, interval.region, match, limit)


def _transcript_lines(
    transcripts: TranscriptLines, region: Region, match: Match, limit: int
) -> bytes:
    """The transcripts of a region; with a limit the best, with their scores in the score column."""
    lines = transcripts.matching(region, match)
    if limit > 0:
        best = sorted(lines, key=transcript_score, reverse=True)[:limit]
        lines = [_with_score(line) for line in best]
    return prefixed(b"".join(line + b"\n" for line in lines), _PREFIX)


def _with_score(line: bytes) -> bytes:
    fields = line.split(b"\t")
    fields[_SCORE] = b"%d" % transcript_score(line)
    return b"\t".join(fields)
