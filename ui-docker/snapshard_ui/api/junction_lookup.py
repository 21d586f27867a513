"""Junctions by the names in URLs: a stable name, or a number within the compilation."""

import numpy as np
from numpy.typing import NDArray

from snapshard.column_values import UNKNOWN_STRANDS
from snapshard.errors import Ambiguous, NotFound
from snapshard.index import Index
from snapshard.junction import parse_id
from snapshard.match import Match
from snapshard.name import JunctionName, parse_name
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.columns import DEFAULT, with_columns

MOST_SAME_NAME = 100
"""Rows that are read for one name, which fits at most one junction per strand."""


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


def find_name(index: Index, release: Release, text: str) -> tuple[JunctionName, int | None]:
    """The name that a text stands for, on a chromosome of the release, and the number if it is one.

    A name without strand, or with an unknown one, stands for the only junction that fits it, if
    there is one. Raises as `find_junctions` does, Ambiguous for a name without strand that several
    junctions have, and NotFound for an unknown chromosome.
    """
    snaptron_id = parse_id(text)
    if snaptron_id is None:
        name = parse_name(text, release.assembly)
        region = check_chromosome(index, release, name.region)
        name = JunctionName(name.assembly, region, name.strand)
        if name.strand in ("+", "-"):
            return name, None
    name, rows = find_junctions(index, release, text)
    if name.strand is None:
        check_one(text, rows, release)
    return name, snaptron_id


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
    return rows.where(strand_mask(rows, name)) if rows.text else rows


def strand_mask(rows: Rows, name: JunctionName) -> NDArray[np.bool_]:
    """For each row, at least one, whether it is on the name's strand (see `on_strand`)."""
    strands = np.array(rows.texts("strand"))
    everywhere = np.ones(len(strands), np.bool_)
    if name.strand is None:
        return everywhere
    if name.strand in "+-":
        return np.asarray(strands == name.strand.encode())
    unknown = np.isin(strands, [strand.encode() for strand in UNKNOWN_STRANDS])
    return unknown if unknown.any() else everywhere


def read_summaries(index: Index, release: Release, query: Query, *, limit: int) -> Rows:
    """At most `limit` rows of a query as one text, with the default columns, without samples."""
    parts = index.summaries(release, query, columns=DEFAULT, limit=limit)
    return Rows(b"".join(part.text for part in parts), DEFAULT)


def _read_rows(index: Index, release: Release, query: Query) -> Rows:
    return Rows(b"".join(rows.text for rows in index.rows(release, query, limit=MOST_SAME_NAME)))


def _names(rows: Rows, release: Release) -> list[str]:
    return [text.decode() for text in with_columns(rows, ("name",), release).texts("name")]
