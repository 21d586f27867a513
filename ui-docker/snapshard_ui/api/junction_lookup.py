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


def named(index: Index, release: Release, text: str) -> tuple[JunctionName, Rows]:
    """The junction that a name or number means, and its whole row; no row if there is no such
    junction.

    Raises BadQuery for what is neither, NotFound for an unknown number, Ambiguous for a name
    without strand that fits several.
    """
    snaptron_id = parse_id(text)
    if snaptron_id is not None:
        rows = _rows(index, release, Query(ids=(snaptron_id,)))
        if not rows.text:
            raise NotFound("junction", text)
        return parse_name(_names(rows, release)[0], release.assembly), rows
    name = parse_name(text, release.assembly)
    rows = on_strand(_rows(index, release, Query(regions=(name.region,), match=Match.EXACT)), name)
    if len(rows) > 1:
        raise Ambiguous("junction", text, [{"name": one} for one in _names(rows, release)])
    return (parse_name(_names(rows, release)[0], release.assembly) if rows.text else name), rows


def on_strand(rows: Rows, name: JunctionName) -> Rows:
    """Those of the rows that have the name's strand; all signs of an unknown strand mean the same."""
    if name.strand is None or not rows.text:
        return rows
    wanted = _UNSTRANDED if name.strand in _UNSTRANDED else (name.strand,)
    return rows.take(
        [place for place, strand in enumerate(rows.texts("strand")) if strand.decode() in wanted]
    )


def _rows(index: Index, release: Release, query: Query) -> Rows:
    return Rows(b"".join(rows.text for rows in index.rows(release, query, limit=100)))


def _names(rows: Rows, release: Release) -> list[str]:
    return [text.decode() for text in with_columns(rows, ("name",), release).texts("name")]
