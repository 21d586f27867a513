"""Responses of the endpoints of junctions, genes and exons.

The order of a response is part of the protocol. Errors of the query as a whole come first. Then,
interval by interval: the header (once), the interval's head, and its rows. What the original reports
only after the header, such as a filter on an unknown column, is raised after the header here, too,
so that clients get the same bytes.
"""

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
from snapshard_ui.snaptron.numbers import short_decimals, three_decimals
from snapshard_ui.snaptron.query_text import NO_FORMAT, SnaptronQuery
from snapshard_ui.snaptron.regions import QueryInterval, query_intervals
from snapshard_ui.snaptron.rfilters import ID, RowFilters, parse_rfilters
from snapshard_ui.snaptron.row_formats import DATATYPES, Heading, RowFormat, header, prefixed
from snapshard_ui.snaptron.sfilters import parse_sfilters, searchable

NO_SELECTION = b"Filter and filter + metadata queries not supported at this time\n"
"""The original's response to a query with neither regions nor ids."""


@dataclass(frozen=True)
class RowEndpoint:
    """An endpoint of a release: its index, facts, row format, and the compilation's address.

    Large responses wait for an export slot, because old clients do not retry on 429.
    """

    index: Index
    facts: ReleaseFacts
    format: RowFormat
    base_url: str
    slot: Slot

    @property
    def release(self) -> Release:
        """The release of the whole response."""
        return self.facts.release


@dataclass(frozen=True)
class Restriction:
    """The conditions of a query that hold for all its intervals.

    `ids` are those of the query and of its filters, as the client wrote them.
    """

    samples: SampleSet | None
    ids: tuple[str, ...]
    filters: RowFilters

    def query(self, kind: str) -> Query:
        """The query of rows of this kind, still without regions."""
        # An id matches only in the form in which the data have it; `007` matches nothing, which is
        # not the same as no restriction to ids.
        ids = tuple(int(text) for text in self.ids if re.fullmatch("0|[1-9][0-9]{0,17}", text))
        return Query(
            ids=ids if self.ids else None,
            filters=self.filters.filters,
            samples=self.samples,
            # Snaptron counts every sample that a row lists.
            zeros=True,
            kind=kind,
        )


def row_pieces(
    endpoint: RowEndpoint, query: SnaptronQuery, *, datatypes: bool = False
) -> Iterator[bytes]:
    """The response to one query in pieces.

    The first piece exists only when the shards of the first interval have responded. `datatypes`
    adds the second header line of JSON queries.
    """
    restriction = _restriction(endpoint, query)
    head = _head(endpoint, query, datatypes)
    if query.regions:
        yield from _region_pieces(endpoint, query, restriction, head)
    elif query.ids:
        yield from _id_pieces(endpoint, query, restriction, head)
    else:
        yield Heading(NO_SELECTION + (b"0\n" if query.counts_only else b""))


def _restriction(endpoint: RowEndpoint, query: SnaptronQuery) -> Restriction:
    """The checked restriction of a query. Raises BadQuery, or NotFound for a group of samples."""
    unknown = [name for name in query.fields if name not in NAMES]
    if unknown and not query.counts_only:
        raise BadQuery(
            "fields", unknown[0], f"one of {', '.join(NAMES)}; or rc alone for the number of rows"
        )
    samples = _restricted_samples(endpoint, query)
    # Without regions and ids the original does not read the filters, so they cannot be wrong.
    texts = query.rfilters if query.regions or query.ids else ()
    filters = parse_rfilters(texts, restricted=samples is not None)
    if query.strict and filters.late_error:
        raise filters.late_error
    if query.return_format == NO_FORMAT and (query.regions or query.ids):
        raise BadQuery("return_format", query.format_text, "0, 1 or 2; 3 is for bases")
    return Restriction(samples, (*query.ids, *filters.ids), filters)


def _restricted_samples(endpoint: RowEndpoint, query: SnaptronQuery) -> SampleSet | None:
    """The samples to which the query is restricted: those of `sids`, otherwise those that `sfilter`
    matches (quirk 11).
    """
    if query.sids:
        ids = sample_ids(endpoint.index, endpoint.release, query.sids)
        # The protocol passes over ids that no sample has.
        return SampleSet({*ids}.difference(endpoint.facts.unknown_samples(ids)))
    if query.sfilters:
        filters, search = parse_sfilters(query.sfilters), endpoint.facts.search
        return SampleSet(search.ids(searchable(filters, search)))
    return None


def sample_ids(index: Index, release: Release, lists: Iterable[Sequence[str]]) -> list[int]:
    """The ids of samples in lists of ids or group names; a list whose first name is not a number
    holds groups. Raises NotFound for an unknown group.
    """
    ids: list[int] = []
    for names in lists:
        if names[0].isdecimal():
            ids += [int(text) for text in names if re.fullmatch("0|[1-9][0-9]{0,17}", text)]
        else:
            ids += index.facts.of(release).group_members(list(names))
    return ids


def _head(endpoint: RowEndpoint, query: SnaptronQuery, datatypes: bool) -> bytes:
    """The header lines; empty if the query or its format has none."""
    if not query.header or query.calc:
        return b""
    if query.return_format == ucsc.LINK:
        return header(ucsc.LINK_NAMES)
    if query.return_format or query.counts_only:
        return b""
    # With a group the first column is named Group, but not if the query selects columns.
    names = query.fields or endpoint.format.names
    first_line = header(names, group="" if query.fields else query.group)
    return first_line + (DATATYPES.encode() + b"\n" if datatypes else b"")


def _region_pieces(
    endpoint: RowEndpoint, query: SnaptronQuery, restriction: Restriction, head: bytes
) -> Iterator[bytes]:
    if query.counts_only and not query.return_format:
        yield Heading(b"%d\n" % _count_distinct(endpoint, query, restriction))
        return
    row_query = restriction.query(endpoint.format.kind)
    ids: set[int] = set()
    for interval in query_intervals(query.regions, endpoint.facts.symbols):
        # The shards must respond before the header is sent; after it an outage has no status.
        parts = _interval_rows(endpoint, query, row_query, restriction, interval)
        yield Heading(head + _interval_head(endpoint, query, interval.text))
        head = b""
        _raise_late_error(query, restriction)
        for rows in parts:
            if query.counts_only:
                ids.update(rows.integers("snaptron_id").tolist())
            else:
                yield _formatted(endpoint, query, rows)
    if query.counts_only:
        yield Heading(b"%d\n" % len(ids))


def _raise_late_error(query: SnaptronQuery, restriction: Restriction) -> None:
    if restriction.filters.late_error and query.return_format != ucsc.LINK:
        raise restriction.filters.late_error


def _interval_head(endpoint: RowEndpoint, query: SnaptronQuery, position: str) -> bytes:
    if query.return_format == ucsc.LINK:
        path = endpoint.format.path
        return ucsc.link(endpoint.release, endpoint.base_url, path, query, position)
    return ucsc.track_head(position) if query.return_format else b""


def _interval_rows(
    endpoint: RowEndpoint,
    query: SnaptronQuery,
    row_query: Query,
    restriction: Restriction,
    interval: QueryInterval,
) -> Iterator[Rows]:
    """The rows of one interval, lazily; when this returns, its shards have responded."""
    if (
        interval.region is None
        or row_query.ids == ()
        or restriction.filters.late_error
        or query.return_format == ucsc.LINK
    ):
        return iter(())
    one_region = replace(row_query, regions=(interval.region,), match=interval.match(query.match))
    parts = matching_rows(endpoint.index, endpoint.release, one_region, slot=endpoint.slot)
    if row_query.filters and row_query.samples is None:
        return map(three_decimals, parts)
    return parts


def _id_pieces(
    endpoint: RowEndpoint, query: SnaptronQuery, restriction: Restriction, head: bytes
) -> Iterator[bytes]:
    """The records of the ids. With `result_count` the original sends them before their number, but
    not with `fields=rc`.
    """
    ids = parse_ids(restriction.ids)
    rows = rows_by_id(endpoint.index, endpoint.release, ids, kind=endpoint.format.kind)
    yield Heading(head + _interval_head(endpoint, query, query.coordinate_string))
    is_link = query.return_format == ucsc.LINK
    if rows.text and not is_link and (query.result_count or not query.counts_only):
        yield _formatted(endpoint, query, short_decimals(rows))
    if query.counts_only:
        yield Heading(b"%d\n" % (0 if is_link else len(rows)))


def parse_ids(texts: Iterable[str]) -> list[int]:
    """The ids of a list, without the name of their column, which the original accepts there. Raises
    BadQuery for other texts.
    """
    ids = [text.strip() for text in texts if text != ID]
    for text in ids:
        if not re.fullmatch(f"[+-]?{ID_FORM}", text):
            raise BadQuery("ids", text, "whole numbers")
    return [int(text) for text in ids]


def _formatted(endpoint: RowEndpoint, query: SnaptronQuery, rows: Rows) -> bytes:
    if query.return_format:
        return ucsc.track_rows(rows, query)
    prefix = query.group or f"{endpoint.release.title}:{endpoint.format.letter}"
    columns = () if query.counts_only else query.fields
    return prefixed(rows.select(columns).text if columns else rows.text, prefix)


def _count_distinct(endpoint: RowEndpoint, query: SnaptronQuery, restriction: Restriction) -> int:
    """The number of distinct records in all intervals."""
    # Names are resolved before the late error is raised: an unknown gene is reported first.
    intervals = list(query_intervals(query.regions, endpoint.facts.symbols))
    _raise_late_error(query, restriction)
    row_query = restriction.query(endpoint.format.kind)
    regions: list[Region] = []
    matches = set()
    for interval in intervals:
        if interval.region is not None:
            regions.append(interval.region)
            matches.add(interval.match(query.match))
    if not regions or row_query.ids == ():
        return 0
    # One query counts without reading rows, but it has one match mode and a limit of regions.
    if len(matches) == 1 and len(regions) <= MOST_REGIONS:
        all_regions = replace(row_query, regions=tuple(regions), match=matches.pop())
        return endpoint.index.count(endpoint.release, all_regions)
    ids: set[int] = set()
    for interval in intervals:
        for rows in _interval_rows(endpoint, query, row_query, restriction, interval):
            ids.update(rows.integers("snaptron_id").tolist())
    return len(ids)
