"""Reads the junctions of a comparison from an index."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.match import Match
from snapshard.measures import Junctions
from snapshard.name import JunctionName
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows

MOST_NAMES = 500


@dataclass(frozen=True)
class JunctionChoice:
    """The junctions to compare: those that lie inside one of the regions, and those with these names;
    all of the release without either. Raises BadQuery for more than MOST_NAMES names.
    """

    regions: tuple[Region, ...] = ()
    names: tuple[JunctionName, ...] = ()

    def __post_init__(self) -> None:
        if len(self.names) > MOST_NAMES:
            raise BadQuery("junction", f"{len(self.names)} names", f"at most {MOST_NAMES}")


@dataclass(frozen=True)
class Batch:
    """Junctions with their reads, and which of them are compared; the others share a site with one."""

    junctions: Junctions
    mask: NDArray[np.bool_]


def read_batch(index: Index, release: Release, choice: JunctionChoice) -> Batch:
    """The chosen junctions, and all that share a donor or acceptor with one of them.

    Raises BadQuery if these are more than a page may have.
    """
    parts = [_read(index, release, query) for query in _queries(choice)]
    rows = parts[0]
    if len(parts) > 1:
        # Several queries may find a junction, such as by its first and by its last base.
        lines = dict.fromkeys(line for part in parts for line in part.lines())
        rows = Rows(b"".join(lines))
    junctions = Junctions(rows, release.assembly)
    return Batch(junctions, _mask(junctions, choice))


def _queries(choice: JunctionChoice) -> list[Query]:
    queries = []
    if choice.regions or not choice.names:
        queries.append(Query(choice.regions, match=Match.OVERLAP))
    if choice.names:
        spans = [name.region for name in choice.names]
        queries += [
            Query(tuple(dict.fromkeys(_bases(spans, match))), match=match)
            for match in (Match.START, Match.END)
        ]
    return queries


def _bases(spans: list[Region], match: Match) -> list[Region]:
    """The first base of each span, or the last."""
    if match is Match.START:
        return [Region(span.chrom, span.start, span.start) for span in spans]
    return [Region(span.chrom, span.end, span.end) for span in spans]


def _mask(junctions: Junctions, choice: JunctionChoice) -> NDArray[np.bool_]:
    everything = not choice.regions and not choice.names
    mask = np.full(len(junctions.starts), everything)
    for name in choice.names:
        mask |= junctions.on(name)
    return mask | inside(junctions, choice.regions)


def inside(junctions: Junctions, regions: Iterable[Region]) -> NDArray[np.bool_]:
    """The junctions that lie inside one of the regions."""
    mask = np.zeros(len(junctions.starts), np.bool_)
    chroms = np.array(junctions.chroms, np.str_)
    for region in regions:
        within = (junctions.starts >= region.start) & (junctions.ends <= region.end)
        mask |= within & (chroms == region.chrom)
    return mask


def _read(index: Index, release: Release, query: Query) -> Rows:
    limit = index.settings.max_rows
    # One row more than a page may have shows that there are too many.
    rows = Rows(b"".join(part.text for part in index.rows(release, query, limit=limit + 1)))
    if len(rows) > limit:
        place = str(query.regions[0]) if query.regions else None
        raise BadQuery("region", place, f"a region with at most {limit} junctions")
    return rows
