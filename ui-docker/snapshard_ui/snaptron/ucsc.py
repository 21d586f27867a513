"""Responses for the UCSC genome browser: tracks, and links that load them. [10.5]"""

import re
from urllib.parse import quote

from snapshard.assembly import ucsc_name
from snapshard.errors import BadQuery
from snapshard.junction import NAMES
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.snaptron.query_text import SnaptronQuery
from snapshard_ui.snaptron.row_formats import tabbed_line

TRACK, LINK, BEDGRAPH = 1, 2, 3
LINK_NAMES = ("coordinate_string", "URL")
_BROWSER = "http://genome.ucsc.edu/cgi-bin/hgTracks"
_JUNCTION_TRACK = (
    'track name="Snaptron" visibility=2 description="Snaptron Exported Splice Junctions" '
    "color=100,50,0 useScore=1"
)
_BASE_TRACK = (
    'track type=bedGraph name="Snaptron Bases" visibility=2 '
    'description="Snaptron Exported Base Coverage" color=100,50,0 useScore=0'
)


def track_head(position: str, *, bases: bool = False) -> bytes:
    """The two lines before a track: the position that the browser shows, and the track's settings."""
    return f"browser position {position}\n{_BASE_TRACK if bases else _JUNCTION_TRACK}\n".encode()


def track_rows(rows: Rows, query: SnaptronQuery) -> bytes:
    """Rows as lines of a track: chromosome, 0-based start, end, `junc`, the score column, strand."""
    if query.return_format != TRACK:
        raise BadQuery("return_format", query.return_format, "0, 1 or 2; 3 is for bases")
    if query.score_by not in NAMES:
        raise BadQuery("score_by", query.score_by, f"one of {', '.join(NAMES)}")
    chromosome, start, end = (NAMES.index(name) for name in NAMES[1:4])
    strand, score = NAMES.index("strand"), NAMES.index(query.score_by)
    lines = []
    for row in rows.text.split(b"\n")[:-1]:
        fields = row.split(b"\t")
        position = (fields[chromosome], b"%d" % (int(fields[start]) - 1), fields[end])
        lines.append(b"\t".join((*position, b"junc", fields[score], fields[strand])) + b"\n")
    return b"".join(lines)


def link(release: Release, base_url: str, path: str, query: SnaptronQuery, position: str) -> bytes:
    """The line with a link to the browser, which then requests the same query as a track of this
    interval.
    """
    if path == "bases":
        track_query = _with_format(query.text, BEDGRAPH, position) + "&calc=1"
    else:
        # A browser track of genes or exons shows junctions.
        track_query, path = _with_format(query.text, TRACK, position), "snaptron"
    track = f"{base_url}/{path}?{quote(track_query, safe='/')}"
    if release.assembly is None:
        raise BadQuery(
            "return_format",
            LINK,
            "0 or 1; the assembly of the compilation is unknown to the browser",
        )
    assembly = ucsc_name(release.assembly)
    return tabbed_line(
        f"{release.title}:U",
        position,
        f"{_BROWSER}?db={assembly}&position={position}&hgct_customText={track}",
    )


def _with_format(query_text: str, return_format: int, position: str) -> str:
    text = re.sub(r"(?<=return_format=)2", str(return_format), query_text)
    # A function, because backslashes in a replacement text would be references to groups.
    return re.sub(r"(?<=regions=)[^&]+", lambda _: position, text)
