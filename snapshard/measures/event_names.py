"""Splicing events by the names of junctions, exons and sites that people write."""

from collections.abc import Callable, Iterable

from snapshard.measures.event_rows import EventRequest, Site
from snapshard.measures.events import Exon
from snapshard.name import JunctionName, parse_name, parse_site
from snapshard.region import Region

Stored = Callable[[Region], Region]
"""The region under the chromosome name of a release. It raises NotFound for an unknown chromosome."""


def parse_event(
    assembly: str | None,
    stored: Stored,
    *,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    exons: Iterable[str] = (),
    site: str | None = None,
) -> EventRequest:
    """The event with these names of junctions, exons (chr2:201-250:+) or site (chr2:100:+).

    Raises BadQuery for a text that cannot be read or if the texts are not those of one event, and
    NotFound for an unknown chromosome.
    """
    exon_names = parse_names(assembly, stored, exons)
    return EventRequest(
        include=parse_names(assembly, stored, include),
        exclude=parse_names(assembly, stored, exclude),
        exons=tuple(Exon(name.region, name.strand) for name in exon_names),
        site=None if site is None else _site(assembly, stored, site),
    )


def parse_names(
    assembly: str | None, stored: Stored, texts: Iterable[str]
) -> tuple[JunctionName, ...]:
    """The names in texts, each once, on the chromosomes of a release. Raises BadQuery and NotFound."""
    names = (parse_name(text, assembly) for text in texts)
    return tuple(
        dict.fromkeys(
            JunctionName(name.assembly, stored(name.region), name.strand) for name in names
        )
    )


def _site(assembly: str | None, stored: Stored, text: str) -> Site:
    base, strand = parse_site(text, assembly)
    region = stored(base)
    return Site(region.chrom, region.start, strand)
