"""Answers of the endpoint of transcript models. [12.3]"""

from collections.abc import Iterator

from snapshard.catalog import Symbols, TranscriptLines, transcript_score
from snapshard.match import Match
from snapshard.region import Region
from snapshard_ui.snaptron.asked import Asked
from snapshard_ui.snaptron.layouts import Heading, header, prefixed
from snapshard_ui.snaptron.regions import is_interval, stretches

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


def answer(asked: Asked, symbols: Symbols, transcripts: TranscriptLines) -> Iterator[bytes]:
    """An interval gives a header and its transcripts in file order; genes give their best, under
    one header (quirk 21).
    """
    headed = False
    for text in asked.regions:
        for stretch in stretches([text], symbols):
            whole = is_interval(text)
            if whole or not headed:
                yield Heading(header(_NAMES))
                headed = True
            if stretch.region is not None:
                yield _lines(
                    transcripts,
                    stretch.region,
                    stretch.match(asked.match),
                    0 if whole else asked.limit,
                )


def _lines(transcripts: TranscriptLines, region: Region, match: Match, limit: int) -> bytes:
    """The transcripts of a region; with a limit the best of them, their scores in place of the
    file's.
    """
    lines = transcripts.matching(region, match)
    if limit > 0:
        best = sorted(lines, key=transcript_score, reverse=True)[:limit]
        lines = [_scored(line) for line in best]
    return prefixed(b"".join(line + b"\n" for line in lines), _PREFIX)


def _scored(line: bytes) -> bytes:
    fields = line.split(b"\t")
    fields[_SCORE] = b"%d" % transcript_score(line)
    return b"\t".join(fields)
