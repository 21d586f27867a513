"""Answers of the endpoints that give rows: junctions, genes, exons."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from snapshard.catalog import ReleaseFacts
from snapshard.errors import BadQuery
from snapshard.index import Index, Slot, matching_rows, rows_by_id
from snapshard.junction import ID_FORM, NAMES
from snapshard.pairs import SampleSet
from snapshard.query import MOST_REGIONS, Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.snaptron import ucsc
from snapshard_ui.snaptron.asked import NO_FORMAT, Asked
from snapshard_ui.snaptron.layouts import DATATYPES, Heading, Layout, header, prefixed
from snapshard_ui.snaptron.numbers import short_decimals, three_decimals
from snapshard_ui.snaptron.regions import Stretch, stretches
from snapshard_ui.snaptron.rfilters import ID, RowFilters, parse_rfilters
from snapshard_ui.snaptron.sfilters import parse_sfilters

NO_PLACE = b"Filter and filter + metadata queries not supported at this time\n"
"""What the original says to a query that names neither regions nor ids."""


@dataclass(frozen=True)
class Desk:
    """Where an endpoint of a release finds what it answers with; `base_url` is the compilation's
    own address.

    Large answers take a slot: they wait for one, since a client of years ago knows nothing of
    coming again later.
    """

    index: Index
    described: ReleaseFacts
    layout: Layout
    base_url: str
    slot: Slot

    @property
    def release(self) -> Release:
        """The release that the whole answer is about."""
        return self.described.release


def answer(desk: Desk, asked: Asked, *, datatypes: bool = False) -> Iterator[bytes]:
    """One query's answer in pieces; the first comes only when the first interval's shards have
    answered.
    """
    wanted = _wanted(desk, asked)
    head = _head(desk, asked, datatypes)
    if asked.regions:
        yield from _regions(desk, asked, wanted, head)
    elif asked.ids:
        yield from _ids(desk, asked, wanted, head)
    else:
        yield Heading(NO_PLACE + (b"0\n" if asked.counts_only else b""))


@dataclass(frozen=True)
class Wanted:
    """What holds for every interval of a query; its ids are those of its list and of its filters,
    as they came.
    """

    samples: SampleSet | None
    ids: tuple[str, ...]
    rows: RowFilters

    def query(self, kind: str) -> Query:
        """The query of an interval. Only ids as the data write them are found there: others match
        nothing.
        """
        known = tuple(int(text) for text in self.ids if re.fullmatch("0|[1-9][0-9]{0,17}", text))
        return Query(
            ids=known if self.ids else None,
            filters=self.rows.filters,
            samples=self.samples,
            kind=kind,
        )


def _wanted(desk: Desk, asked: Asked) -> Wanted:
    """The query, checked. Raises BadQuery, or NotFound for a group of samples."""
    unknown = [name for name in asked.fields if name not in NAMES]
    if unknown and not asked.counts_only:
        raise BadQuery(
            "fields", unknown[0], f"one of {', '.join(NAMES)}; or rc alone for the number of rows"
        )
    samples = _samples(desk.index, desk.described, asked)
    # Without a place to ask for, filters are not looked at, in the original neither.
    texts = asked.rfilters if asked.regions or asked.ids else ()
    rows = parse_rfilters(texts, restricted=samples is not None)
    if asked.strict and rows.unknown:
        raise rows.unknown
    if asked.return_format == NO_FORMAT and (asked.regions or asked.ids):
        raise BadQuery("return_format", asked.return_format, "0, 1 or 2; 3 is for bases")
    return Wanted(samples, (*asked.ids, *rows.ids), rows)


def _head(desk: Desk, asked: Asked, datatypes: bool) -> bytes:
    """The header line, or nothing if none is wanted."""
    if not asked.header or asked.calc:
        return b""
    if asked.return_format == ucsc.LINK:
        return header(ucsc.LINK_NAMES)
    if asked.return_format or asked.counts_only:
        return b""
    # The group stands in the first column, but its name does not where columns were chosen.
    first = header(asked.fields) if asked.fields else header(desk.layout.names, group=asked.group)
    return first + (DATATYPES.encode() + b"\n" if datatypes else b"")


def _regions(desk: Desk, asked: Asked, wanted: Wanted, head: bytes) -> Iterator[bytes]:
    if asked.counts_only and not asked.return_format:
        yield Heading(b"%d\n" % _distinct(desk, asked, wanted))
        return
    query = wanted.query(desk.layout.kind)
    numbers: set[int] = set()
    for stretch in stretches(asked.regions, desk.described.symbols):
        parts = _rows(desk, asked, wanted, query, stretch)
        yield Heading(head + _interval_head(desk, asked, stretch.text))
        head = b""
        _end_at_unknown(asked, wanted)
        for rows in parts:
            if asked.counts_only:
                numbers.update(rows.integers("snaptron_id").tolist())
            else:
                yield _written(desk, asked, rows)
    if asked.counts_only:
        yield Heading(b"%d\n" % len(numbers))


def _end_at_unknown(asked: Asked, wanted: Wanted) -> None:
    if wanted.rows.unknown and asked.return_format != ucsc.LINK:
        raise wanted.rows.unknown


def _interval_head(desk: Desk, asked: Asked, place: str) -> bytes:
    if asked.return_format == ucsc.LINK:
        return ucsc.link(desk.release, desk.base_url, desk.layout.path, asked, place)
    return ucsc.track_head(place) if asked.return_format else b""


def _rows(
    desk: Desk, asked: Asked, wanted: Wanted, query: Query, stretch: Stretch
) -> Iterator[Rows]:
    if (
        stretch.region is None
        or query.ids == ()
        or wanted.rows.unknown
        or asked.return_format == ucsc.LINK
    ):
        return iter(())
    one = replace(query, regions=(stretch.region,), match=stretch.match(asked.match))
    found = matching_rows(desk.index, desk.release, one, slot=desk.slot)
    if query.filters and query.samples is None:
        return map(three_decimals, found)
    return found


def _samples(index: Index, described: ReleaseFacts, asked: Asked) -> SampleSet | None:
    """The samples to restrict the answer to: `sids` if there are any, else those that `sfilter`
    finds (quirk 11).
    """
    if asked.sids:
        return SampleSet(wanted_samples(index, described.release, asked.sids))
    if asked.sfilters:
        return SampleSet(described.search.ids(parse_sfilters(asked.sfilters)))
    return None


def wanted_samples(index: Index, release: Release, lists: Iterable[Sequence[str]]) -> list[int]:
    """Samples by id, or those of the named groups if a list's first name is no number. Raises
    NotFound for an unknown group.
    """
    found: list[int] = []
    for names in lists:
        if names[0].isdecimal():
            found += [int(text) for text in names if re.fullmatch("0|[1-9][0-9]{0,17}", text)]
        else:
            found += index.facts.of(release).group_members(list(names))
    return found


def _ids(desk: Desk, asked: Asked, wanted: Wanted, head: bytes) -> Iterator[bytes]:
    """The records of these ids. They come before their number, too, as the original has it, but for
    `fields=rc`.
    """
    rows = rows_by_id(desk.index, desk.release, whole_numbers(wanted.ids), kind=desk.layout.kind)
    yield Heading(head + _interval_head(desk, asked, asked.coordinate_string))
    shown = bool(asked.result_count) or not asked.counts_only
    if rows.text and shown and asked.return_format != ucsc.LINK:
        yield _written(desk, asked, short_decimals(rows))
    if asked.counts_only:
        yield Heading(b"%d\n" % (0 if asked.return_format == ucsc.LINK else len(rows)))


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """The ids of a list; its column's name is no id, but is let pass. Raises BadQuery for other
    texts.
    """
    wanted = [text.strip() for text in texts if text != ID]
    for text in wanted:
        if not re.fullmatch(f"[+-]?{ID_FORM}", text):
            raise BadQuery("ids", text, "whole numbers")
    return [int(text) for text in wanted]


def _written(desk: Desk, asked: Asked, rows: Rows) -> bytes:
    if asked.return_format:
        return ucsc.track_rows(rows, asked)
    prefix = asked.group or f"{desk.release.title}:{desk.layout.letter}"
    columns = () if asked.counts_only else asked.fields
    return prefixed(rows.select(columns).text if columns else rows.text, prefix)


def _distinct(desk: Desk, asked: Asked, wanted: Wanted) -> int:
    """The number of distinct records of all intervals."""
    query = wanted.query(desk.layout.kind)
    found = list(stretches(asked.regions, desk.described.symbols))
    _end_at_unknown(asked, wanted)
    places: list[tuple[Region, Stretch]] = [
        (one.region, one) for one in found if one.region is not None
    ]
    matches = {stretch.match(asked.match) for _, stretch in places}
    if not places or query.ids == ():
        return 0
    if len(matches) == 1 and len(places) <= MOST_REGIONS:
        one = replace(query, regions=tuple(region for region, _ in places), match=matches.pop())
        return desk.index.count(desk.release, one)
    rows = (rows for _, stretch in places for rows in _rows(desk, asked, wanted, query, stretch))
    return len({number for some in rows for number in some.integers("snaptron_id").tolist()})
