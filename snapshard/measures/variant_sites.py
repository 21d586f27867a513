"""Reads the splice sites near a variant, their junctions and the other events there from an index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard.filters import Filter
from snapshard.index import Index
from snapshard.match import Match
from snapshard.query import MOST_REGIONS, Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.transcripts import Transcript
from snapshard.variants import (
    NearbySite,
    Spliced,
    SpliceEvent,
    Thresholds,
    TranscriptSite,
    by_support,
    event_bases,
    events_at,
    nearby_sites,
    role_end,
    transcript_sites,
)

_NUMBERS = ("start", "end", "samples_count", "coverage_sum")
_FLAGS = ("annotated", "left_annotated", "right_annotated")


@dataclass(frozen=True)
class SiteReport:
    """A site, its place in a transcript if one has it, the junctions that use it and the other events
    beside it; both with the most samples first, then the most reads, of the events those that are
    annotated last.
    """

    site: NearbySite
    annotation: TranscriptSite | None
    junctions: tuple[Spliced, ...]
    events: tuple[SpliceEvent, ...]


def read_variant_sites(
    index: Index,
    release: Release,
    variant: Region,
    transcripts: Sequence[Transcript],
    thresholds: Thresholds,
    *,
    columns: Sequence[str],
    limit: int,
) -> tuple[list[SiteReport], int]:
    """The sites near a variant: annotated ones first, then nearer ones, at most `limit`; and how many
    there are.

    `transcripts` are those near the variant, the preferred one first; `columns` are those of a
    junction's `line`, among them its ends, strand, samples, reads and annotation. Raises BadQuery if
    more junctions take part than a page may have.
    """
    window = _around(variant, thresholds.window)
    reader = _Reader(index, release, tuple(columns), thresholds.min_samples)
    nearby_rows = reader.junctions([window], [window])
    sites = nearby_sites(variant, nearby_rows, transcripts, thresholds.window)
    annotations = [transcript_sites(site, transcripts) for site in sites[:limit]]
    pairs = list(zip(sites[:limit], annotations, strict=True))
    bases = {
        base for site, place in pairs for base in event_bases(site, nearby_rows, place, thresholds)
    }
    regions = [Region(variant.chrom, base, base) for base in sorted(bases)]
    junctions = list(dict.fromkeys([*nearby_rows, *reader.junctions(regions, regions)]))
    return [_report(site, place, junctions, thresholds) for site, place in pairs], len(sites)


@dataclass(frozen=True)
class _Reader:
    """Reads junctions by their ends."""

    index: Index
    release: Release
    columns: tuple[str, ...]
    min_samples: int

    def junctions(self, starts: Sequence[Region], ends: Sequence[Region]) -> list[Spliced]:
        """Those that start or end inside these regions, each once."""
        junctions: dict[Spliced, None] = {}
        for regions, match in ((starts, Match.START), (ends, Match.END)):
            for first in range(0, len(regions), MOST_REGIONS):
                query = self._query(tuple(regions[first : first + MOST_REGIONS]), match)
                junctions |= dict.fromkeys(self._read(query))
        return list(junctions)

    def _query(self, regions: tuple[Region, ...], match: Match) -> Query:
        filters = (Filter("samples_count", ">=", str(self.min_samples)),)
        return Query(regions, match=match, filters=filters if self.min_samples > 1 else ())

    def _read(self, query: Query) -> Iterable[Spliced]:
        most = self.index.settings.max_rows
        parts = self.index.summaries(self.release, query, columns=self.columns, limit=most + 1)
        rows = Rows(b"".join(part.text for part in parts), self.columns)
        if len(rows) > most:
            expected = f"a place with at most {most} junctions; raise min_samples"
            raise BadQuery("variant", str(query.regions[0]), expected)
        return _spliced(rows)


def _spliced(rows: Rows) -> list[Spliced]:
    if not rows.text:
        return []
    starts, ends, samples, reads = (rows.integers(name).tolist() for name in _NUMBERS)
    flags = [rows.flags(name).tolist() for name in _FLAGS]
    strands = [strand.decode() for strand in rows.texts("strand")]
    columns = (starts, ends, strands, samples, reads, *flags, rows.lines())
    return [Spliced(*values) for values in zip(*columns, strict=True)]


def _around(variant: Region, window: int) -> Region:
    return Region(variant.chrom, max(1, variant.start - window), variant.end + window)


def _report(
    site: NearbySite,
    annotation: TranscriptSite | None,
    junctions: Sequence[Spliced],
    thresholds: Thresholds,
) -> SiteReport:
    site_junctions = (
        junction
        for junction in junctions
        if junction.strand == site.strand and role_end(site, junction) == site.position
    )
    events = events_at(site, junctions, annotation, thresholds)
    return SiteReport(
        site, annotation, tuple(sorted(site_junctions, key=by_support)), tuple(events)
    )
