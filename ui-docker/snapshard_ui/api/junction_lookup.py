"""Junctions by the names in URLs: a stable name, or a number within the compilation."""

from snapshard.column_values import UNKNOWN_STRANDS
from snapshard.errors import Ambiguous, NotFound
from snapshard.index import Index
from snapshard.junction import parse_id
from snapshard.match import Match
from snapshard.name import JunctionName, parse_name
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.columns import DEFAULT, with_columns


def find_junctions(index: Index, release: Release, text: str) -> tuple[JunctionName, Rows]:
    """The name that a text stands for, and the whole rows that have it (see `on_strand`); no row if
    the release does not have the junction.

    Raises BadQuery for a text that is neither a name nor a number, NotFound for an unknown number.
    """
    snaptron_id = parse_id(text)
    if snaptron_id is not None:
        rows = _read_rows(index, release, Query(ids=(snaptron_id,)))
        if not rows.text:
            raise NotFound("junction", text)
    else:
        name = parse_name(text, release.assembly)
        exact = Query(regions=(name.region,), match=Match.EXACT)
        rows = on_strand(_read_rows(index, release, exact), name)
    if len(rows) != 1:
        return name, rows
    return parse_name(_names(rows, release)[0], release.assembly), rows


def find_junction(index: Index, release: Release, text: str) -> tuple[JunctionName, Rows]:
    """The same for a text that names at most one junction. Raises Ambiguous if it names several."""
    name, rows = find_junctions(index, release, text)
    check_one(text, rows, release)
    return name, rows


def check_one(text: str, rows: Rows, release: Release) -> None:
    """Raises Ambiguous with the choices if there are several rows for the text."""
    if len(rows) > 1:
        raise Ambiguous("junction", text, [{"name": choice} for choice in _names(rows, release)])


def on_strand(rows: Rows, name: JunctionName) -> Rows:
    """The rows, which have the name's positions, on the name's strand; all of them without a strand.

    The signs of an unknown strand all mean the same: the row whose strand is unknown, so that every
    row is found by its own name, or if there is none the rows of any strand.
    """
    if name.strand is None or not rows.text:
        return rows
    strands = [strand.decode() for strand in rows.texts("strand")]
    if name.strand in "+-":
        return rows.take([row for row, strand in enumerate(strands) if strand == name.strand])
    unknown = [row for row, strand in enumerate(strands) if strand in UNKNOWN_STRANDS]
    return rows.take(unknown) if unknown else rows


def read_summaries(index: Index, release: Release, query: Query, *, limit: int) -> Rows:
    """At most `limit` rows of a query as one text, with the default columns, without samples."""
    parts = index.summaries(release, query, columns=DEFAULT, limit=limit)
    return Rows(b"".join(part.text for part in parts), DEFAULT)


def _read_rows(index: Index, release: Release, query: Query) -> Rows:
    # One name fits at most one junction per strand; the limit is far above that.
    return Rows(b"".join(rows.text for rows in index.rows(release, query, limit=100)))


def _names(rows: Rows, release: Release) -> list[str]:
    return [text.decode() for text in with_columns(rows, ("name",), release).texts("name")]
