"""Answers for the UCSC genome browser: tracks, and links that fetch them. [10.5]"""

import re
from urllib.parse import quote

from snapshard.assembly import ucsc_name
from snapshard.errors import BadQuery
from snapshard.junction import NAMES
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.snaptron.asked import Asked
from snapshard_ui.snaptron.layouts import line

TRACK, LINK, BEDGRAPH = 1, 2, 3
LINK_NAMES = ("coordinate_string", "URL")
_BROWSER = "http://genome.ucsc.edu/cgi-bin/hgTracks"
_JUNCTION_TRACK = (
    'track name="Snaptron" visibility=2 description="Snaptron Exported Splice Junctions" '
    "color=100,50,0 useScore=1"
)
_BASE_TRACK = (
    'track type=bedGraph name="Snaptron Bases" visibility=2 description="Snaptron Exported Base Coverage" '
    "color=100,50,0 useScore=0"
)


def track_head(place: str, *, bases: bool = False) -> bytes:
    """The two lines in front of a track: where the browser shall look, and what the track is."""
    return f"browser position {place}\n{_BASE_TRACK if bases else _JUNCTION_TRACK}\n".encode()


def track_rows(rows: Rows, asked: Asked) -> bytes:
    """Rows as lines of a track: chromosome, start from 0, end, `junc`, the score column, strand."""
    if asked.return_format != TRACK:
        raise BadQuery("return_format", asked.return_format, "0, 1 or 2; 3 is for bases")
    if asked.score_by not in NAMES:
        raise BadQuery("score_by", asked.score_by, f"one of {', '.join(NAMES)}")
    chromosome, start, end, strand, score = (
        NAMES.index(one) for one in (*NAMES[1:4], "strand", asked.score_by)
    )
    lines = []
    for fields in (one.split(b"\t") for one in rows.text.split(b"\n")[:-1]):
        place = (fields[chromosome], b"%d" % (int(fields[start]) - 1), fields[end])
        lines.append(b"\t".join((*place, b"junc", fields[score], fields[strand])) + b"\n")
    return b"".join(lines)


def link(release: Release, base_url: str, path: str, asked: Asked, place: str) -> bytes:
    """The line that links to the browser, which then asks for the same query as a track of this
    interval alone.
    """
    if path == "bases":
        query = _replaced(asked.text, BEDGRAPH, place) + "&calc=1"
    else:
        query, path = _replaced(asked.text, TRACK, place), "snaptron"
    track = f"{base_url}/{path}?{quote(query, safe='/')}"
    assembly = ucsc_name(release.assembly)
    return line(
        f"{release.title}:U",
        place,
        f"{_BROWSER}?db={assembly}&position={place}&hgct_customText={track}",
    )


def _replaced(query: str, return_format: int, place: str) -> str:
    text = re.sub(r"(?<=return_format=)2", str(return_format), query)
    return re.sub(r"(?<=regions=)[^&]+", lambda _: place, text)
