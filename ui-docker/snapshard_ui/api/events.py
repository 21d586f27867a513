"""Splicing events by the junctions, exons and sites in a request."""

from collections.abc import Iterable

from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.measures import EventRequest, Exon, Site
from snapshard.name import JunctionName, parse_name
from snapshard.release import Release
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.api.splice_sites import parse_site


def find_event(
    index: Index,
    release: Release,
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
    exon_names = find_names(index, release, exons)
    return EventRequest(
        include=find_names(index, release, include),
        exclude=find_names(index, release, exclude),
        exons=tuple(Exon(name.region, name.strand) for name in exon_names),
        site=None if site is None else _find_site(index, release, site),
    )


def find_exclusive_exons(index: Index, release: Release, text: str) -> EventRequest:
    """The event of two mutually exclusive exons that a text names with a slash between them. Raises
    as `find_event` does.
    """
    exons = text.split("/")
    if len(exons) != 2:
        raise BadQuery("exclusive", text, "two exons, such as chr2:201-250:+/chr2:301-350:+")
    return find_event(index, release, exons=exons)


def find_names(index: Index, release: Release, texts: Iterable[str]) -> tuple[JunctionName, ...]:
    """The names in texts, each once, on the chromosomes that the release holds. Raises BadQuery and
    NotFound.
    """
    names = (parse_name(text, release.assembly) for text in texts)
    return tuple(
        dict.fromkeys(
            JunctionName(name.assembly, check_chromosome(index, release, name.region), name.strand)
            for name in names
        )
    )


def _find_site(index: Index, release: Release, text: str) -> Site:
    base, strand = parse_site(text, release)
    region = check_chromosome(index, release, base)
    return Site(region.chrom, region.start, strand)
