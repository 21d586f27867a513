"""Splicing events by the junctions, exons and sites in a request."""

from collections.abc import Iterable
from functools import partial

from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.measures import EventRequest, parse_event, parse_names
from snapshard.name import JunctionName
from snapshard.release import Release
from snapshard_ui.api.queries import check_chromosome


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
    stored = partial(check_chromosome, index, release)
    return parse_event(
        release.assembly, stored, include=include, exclude=exclude, exons=exons, site=site
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
    return parse_names(release.assembly, partial(check_chromosome, index, release), texts)
