"""Answers of the endpoints that give rows: junctions, genes, exons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from snapshard.described import Described
from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.junction import NAMES
from snapshard.pairs import SampleSet
from snapshard.query import MOST_REGIONS, Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.sample_search import parse_sample_filter
from snapshard.whole_rows import Slot, matching_rows, rows_by_id
from snapshard_ui.snaptron import ucsc
from snapshard_ui.snaptron.asked import Asked
from snapshard_ui.snaptron.layouts import DATATYPES, Layout, header, prefixed
from snapshard_ui.snaptron.numbers import short_decimals, three_decimals
from snapshard_ui.snaptron.regions import Stretch, stretches
from snapshard_ui.snaptron.rfilters import listed_ids, parse_rfilter

NO_PLACE = b"Filter and filter + metadata queries not supported at this time\n"
"""What the original says to a query that names neither regions nor ids."""


@dataclass(frozen=True)
class Desk:
    """Where an endpoint of a release finds what it answers with; `base_url` is the compilation's own address.

    Large answers take a slot: they wait for one, since a client of years ago knows nothing of coming again later.
    """

    index: Index
    described: Described
    layout: Layout
    base_url: str
    slot: Slot

    @property
    def release(self) -> Release:
        """The release that the whole answer is about."""
        return self.described.release


def answer(desk: Desk, asked: Asked, *, datatypes: bool = False) -> Iterator[bytes]:
    """One query's answer in pieces; the first comes only when the first interval's shards have answered."""
    names = _fields(asked)
    if asked.counts_only:
        yield from _count(desk, asked)
    elif asked.regions:
        yield from _regions(desk, asked, names, datatypes)
    elif asked.ids:
        yield from _ids(desk, asked, names, datatypes)
    else:
        yield NO_PLACE


def _fields(asked: Asked) -> tuple[str, ...]:
    unknown = [name for name in asked.fields if name not in NAMES]
    if unknown and not asked.counts_only:
        raise BadQuery("fields", unknown[0], f"one of {', '.join(NAMES)}; or rc alone for the number of rows")
    return asked.fields


def _head(desk: Desk, asked: Asked, datatypes: bool) -> bytes:
    """The header line, or nothing if none is wanted."""
    if not asked.header or asked.calc:
        return b""
    if asked.return_format == ucsc.LINK:
        return header(ucsc.LINK_NAMES)
    if asked.return_format != 0:
        return b""
    # The group stands in the first column, but its name does not where columns were chosen.
    first = header(asked.fields) if asked.fields else header(desk.layout.names, group=asked.group)
    return first + (DATATYPES.encode() + b"\n" if datatypes else b"")


def _regions(desk: Desk, asked: Asked, names: Sequence[str], datatypes: bool) -> Iterator[bytes]:
    query = _query(desk, asked)
    head = _head(desk, asked, datatypes)
    for stretch in stretches(asked.regions, desk.described.symbols):
        parts = _rows(desk, asked, query, stretch) if asked.return_format != ucsc.LINK else iter(())
        yield head + _interval_head(desk, asked, stretch.text)
        head = b""
        for rows in parts:
            yield _written(desk, asked, names, rows)


def _interval_head(desk: Desk, asked: Asked, place: str) -> bytes:
    if asked.return_format == ucsc.LINK:
        return ucsc.link(desk.release, desk.base_url, desk.layout.path, asked, place)
    return ucsc.track_head(place) if asked.return_format else b""


def _rows(desk: Desk, asked: Asked, query: Query, stretch: Stretch) -> Iterator[Rows]:
    if stretch.region is None or query.ids == ():
        return iter(())
    one = replace(query, regions=(stretch.region,), match=stretch.match(asked.match))
    found = matching_rows(desk.index, desk.release, one, slot=desk.slot)
    if query.filters and query.samples is None:
        return map(three_decimals, found)
    return found


def _query(desk: Desk, asked: Asked) -> Query:
    """What holds for every interval: filters, samples and ids. Raises BadQuery or NotFound."""
    # Ids are listed in a filter only beside a restriction to samples; alone such a filter fails, in the original too.
    listed = {text: listed_ids(text) if asked.sids or asked.sfilters else () for text in asked.rfilters}
    ids = (*asked.ids, *chain.from_iterable(listed.values()))
    return Query(
        ids=_wanted_ids(ids) if ids else None,
        filters=tuple(parse_rfilter(text) for text in asked.rfilters if not listed[text]),
        samples=_samples(desk.index, desk.described, asked),
        kind=desk.layout.kind,
    )


def _samples(index: Index, described: Described, asked: Asked) -> SampleSet | None:
    """The samples to restrict the answer to: `sids` if there are any, else those that `sfilter` finds (quirk 11)."""
    if asked.sids:
        return SampleSet(wanted_samples(index, described.release, asked.sids))
    if asked.sfilters:
        return SampleSet(described.search.ids([parse_sample_filter(text) for text in asked.sfilters]))
    return None


def wanted_samples(index: Index, release: Release, sids: Sequence[str]) -> Iterable[int]:
    """Samples by id, or those of the named groups if the first name is no number. Raises NotFound for an unknown group."""
    if sids[0].isdecimal():
        return [int(text) for text in sids if text.isdecimal() and len(text) < 19]
    return index.catalog.group_members(release, list(sids))


def _ids(desk: Desk, asked: Asked, names: Sequence[str], datatypes: bool) -> Iterator[bytes]:
    rows = rows_by_id(desk.index, desk.release, _wanted_ids(asked.ids), kind=desk.layout.kind)
    yield _head(desk, asked, datatypes) + _interval_head(desk, asked, asked.coordinate_string)
    if rows.text and asked.return_format != ucsc.LINK:
        yield _written(desk, asked, names, short_decimals(rows))


def _wanted_ids(texts: Sequence[str]) -> tuple[int, ...]:
    wanted = [text for text in texts if text != "snaptron_id"]
    for text in wanted:
        if not text.isdecimal() or len(text) > 18:
            raise BadQuery("ids", text, "whole numbers")
    return tuple(int(text) for text in wanted)


def _written(desk: Desk, asked: Asked, names: Sequence[str], rows: Rows) -> bytes:
    if asked.return_format:
        return ucsc.track_rows(rows, asked)
    prefix = asked.group or f"{desk.release.title}:{desk.layout.letter}"
    return prefixed(rows.select(names).text if names else rows.text, prefix)


def _count(desk: Desk, asked: Asked) -> Iterator[bytes]:
    """The number of distinct records as one line; with ids alone after the records themselves, as the original does."""
    if not asked.regions:
        if not asked.ids:
            yield NO_PLACE
            return
        rows = rows_by_id(desk.index, desk.release, _wanted_ids(asked.ids), kind=desk.layout.kind)
        yield _written(desk, asked, (), short_decimals(rows)) if asked.result_count else b""
        yield b"%d\n" % len(rows)
        return
    yield b"%d\n" % _distinct(desk, asked)


def _distinct(desk: Desk, asked: Asked) -> int:
    query = _query(desk, asked)
    wanted = list(stretches(asked.regions, desk.described.symbols))
    places: list[tuple[Region, Stretch]] = [(one.region, one) for one in wanted if one.region is not None]
    matches = {stretch.match(asked.match) for _, stretch in places}
    if not places or query.ids == ():
        return 0
    if len(matches) == 1 and len(places) <= MOST_REGIONS:
        one = replace(query, regions=tuple(region for region, _ in places), match=matches.pop())
        return desk.index.count(desk.release, one)
    found = (rows for _, stretch in places for rows in _rows(desk, asked, query, stretch))
    return len({number for rows in found for number in rows.integers("snaptron_id").tolist()})
