"""Junctions by the names in URLs: a stable name, or a number within the compilation."""

from snapshard.errors import Ambiguous, NotFound
from snapshard.index import Index
from snapshard.junction import STRANDS, parse_id
from snapshard.match import Match
from snapshard.name import JunctionName, parse_name
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.columns import with_columns

_UNSTRANDED = tuple(strand for strand in STRANDS if strand not in "+-")


def find_junction(index: Index, release: Release, text: str) -> tuple[JunctionName, Rows]:
    """The junction with this name or number, and its whole row; no row if the release does not have
    the junction.

    Raises BadQuery for a text that is neither, NotFound for an unknown number, Ambiguous for a name
    without strand that several junctions have.
    """
    snaptron_id = parse_id(text)
    if snaptron_id is not None:
        rows = _read_rows(index, release, Query(ids=(snaptron_id,)))
        if not rows.text:
            raise NotFound("junction", text)
        return parse_name(_names(rows, release)[0], release.assembly), rows
    name = parse_name(text, release.assembly)
    exact = Query(regions=(name.region,), match=Match.EXACT)
    rows = on_strand(_read_rows(index, release, exact), name)
    if len(rows) > 1:
        raise Ambiguous("junction", text, [{"name": choice} for choice in _names(rows, release)])
    return (parse_name(_names(rows, release)[0], release.assembly) if rows.text else name), rows


def on_strand(rows: Rows, name: JunctionName) -> Rows:
    """The rows on the name's strand, all of them if it names none. Every sign of an unknown strand
    means the same.
    """
    if name.strand is None or not rows.text:
        return rows
    strands = _UNSTRANDED if name.strand in _UNSTRANDED else (name.strand,)
    return rows.take(
        [row for row, strand in enumerate(rows.texts("strand")) if strand.decode() in strands]
    )


def _read_rows(index: Index, release: Release, query: Query) -> Rows:
    # One name fits at most one junction per strand; the limit is far above that.
    return Rows(b"".join(rows.text for rows in index.rows(release, query, limit=100)))


def _names(rows: Rows, release: Release) -> list[str]:
    return [text.decode() for text in with_columns(rows, ("name",), release).texts("name")]
