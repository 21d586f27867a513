"""Reads the junctions of splicing events from an index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from snapshard.errors import BadQuery
from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.measures.events import (
    Event,
    Exon,
    Junctions,
    cassette_event,
    exclusive_event,
    junction_event,
    site_events,
)
from snapshard.name import JunctionName
from snapshard.query import MOST_REGIONS, Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.settings import Settings

SITE_JUNCTIONS = 100
"""Junctions of a site that are events, if a question does not tell otherwise."""


class RowSource(Protocol):
    """Rows by query: an index of shards, or the files of a published release."""

    @property
    def settings(self) -> Settings: ...
    def rows(
        self, release: Release, query: Query, *, limit: int | None = None
    ) -> Iterator[Rows]: ...
    def summaries(
        self, release: Release, query: Query, *, columns: Sequence[str], limit: int | None = None
    ) -> Iterator[Rows]: ...


_ROLES = (
    (Match.START, "+", "donor"),
    (Match.END, "+", "acceptor"),
    (Match.END, "-", "donor"),
    (Match.START, "-", "acceptor"),
)
"""The role of a base for the junctions that start or end at it on a strand. Junctions of unknown strand
have neither.
"""


@dataclass(frozen=True)
class Site:
    """A base that junctions use as donor or acceptor, on a strand; None means both strands."""

    chrom: str
    position: int
    strand: str | None = None

    @property
    def region(self) -> Region:
        """The base."""
        return Region(self.chrom, self.position, self.position)


@dataclass(frozen=True)
class EventRequest:
    """The events to measure: two sets of junctions, one exon (a cassette exon), two exons (mutually
    exclusive), or a site.

    Raises BadQuery unless it has exactly one of these forms.
    """

    include: tuple[JunctionName, ...] = ()
    exclude: tuple[JunctionName, ...] = ()
    exons: tuple[Exon, ...] = ()
    site: Site | None = None

    def __post_init__(self) -> None:
        forms = [bool(self.include or self.exclude), bool(self.exons), self.site is not None]
        if sum(forms) != 1 or bool(self.include) != bool(self.exclude):
            raise BadQuery("event", None, "include and exclude, or exon, or site")
        if len(self.exons) > 2:
            expected = "one exon (cassette) or two (mutually exclusive)"
            raise BadQuery("exon", " ".join(map(str, self.exons)), expected)

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions that the request names."""
        sites = () if self.site is None else (self.site,)
        return tuple(place.region for place in (*self.include, *self.exclude, *self.exons, *sites))


def read_events(
    index: RowSource, release: Release, request: EventRequest, *, limit: int
) -> tuple[list[Event], bool]:
    """The events of a request with their reads, of a site the `limit` junctions with most reads for
    each of its roles; and whether a role has more.

    Raises BadQuery if more junctions take part than a page may have.
    """
    if request.site is not None:
        return _site_events(index, release, request.site, limit)
    if request.exons:
        query = _from_bases(_starts_around(index, release, request.exons), request.exons[0].strand)
        junctions = _read(index, release, query)
        event = cassette_event if len(request.exons) == 1 else exclusive_event
        return [event(junctions, *request.exons)], False
    spans = tuple(dict.fromkeys(request.regions))
    junctions = _read(index, release, Query(spans, match=Match.EXACT))
    return [junction_event(junctions, request.include, request.exclude)], False


def _site_events(
    index: RowSource, release: Release, site: Site, limit: int
) -> tuple[list[Event], bool]:
    events: list[Event] = []
    truncated = False
    for match, strand, role in _ROLES:
        if site.strand in (strand, None):
            query = Query((site.region,), match=match, filters=_on_strand(strand))
            junctions = _read(index, release, query)
            events += site_events(junctions, role, limit=limit)
            truncated |= len(junctions.starts) > limit
    return events, truncated


def _starts_around(index: RowSource, release: Release, exons: Sequence[Exon]) -> list[Region]:
    """Every base at which a junction of the exons' event can start: one base after each exon, and
    the starts of the junctions into it.
    """
    chrom = exons[0].region.chrom
    ends = tuple(
        Region(exon.region.chrom, exon.region.start - 1, exon.region.start - 1) for exon in exons
    )
    query = Query(ends, match=Match.END, filters=_on_strand(exons[0].strand))
    starts = {exon.region.end + 1 for exon in exons}
    for rows in index.summaries(release, query, columns=("start",), limit=MOST_REGIONS):
        starts.update(rows.integers("start").tolist())
    if len(starts) > MOST_REGIONS:
        expected = f"an exon with fewer than {MOST_REGIONS} junctions into it"
        raise BadQuery("exon", str(exons[0]), expected)
    return [Region(chrom, start, start) for start in sorted(starts)]


def _from_bases(bases: Sequence[Region], strand: str | None) -> Query:
    return Query(tuple(bases), match=Match.START, filters=_on_strand(strand))


def _on_strand(strand: str | None) -> tuple[Filter, ...]:
    return (Filter("strand", "=", strand),) if strand and strand in "+-" else ()


def _read(index: RowSource, release: Release, query: Query) -> Junctions:
    limit = index.settings.max_rows
    # One row more than a page may have shows that there are too many.
    rows = Rows(b"".join(part.text for part in index.rows(release, query, limit=limit + 1)))
    if len(rows) > limit:
        place = str(query.regions[0])
        raise BadQuery("event", place, f"an event of at most {limit} junctions")
    return Junctions(rows, release.assembly)
