"""Responses of the endpoint of base coverage. [12.5]

A row is a run of bases on which no sample's coverage changes: chromosome, 0-based start, end, and a
value per sample. The order of a response is fixed: the header, the head of an interval, then errors
that the original reports late, then the rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from snapshard.catalog import ReleaseFacts
from snapshard.errors import BadQuery, NotFound
from snapshard.index import Index, Slot, base_values, read_bases
from snapshard.match import Match
from snapshard.row_kinds import BASE
from snapshard.rows import Rows
from snapshard_ui.snaptron import ucsc
from snapshard_ui.snaptron.query_text import NO_FORMAT, SnaptronQuery
from snapshard_ui.snaptron.records import NO_SELECTION
from snapshard_ui.snaptron.regions import QueryInterval, query_intervals
from snapshard_ui.snaptron.rfilters import parse_rfilters
from snapshard_ui.snaptron.row_formats import Heading, header, prefixed
from snapshard_ui.snaptron.sfilters import parse_sfilters

_LETTER = "B"
_BY_ROW = 1


@dataclass(frozen=True)
class BaseEndpoint:
    """The base coverage of a release: its index, facts, columns and address, and the export slots
    for large responses.
    """

    index: Index
    facts: ReleaseFacts
    columns: tuple[str, ...]
    base_url: str
    slot: Slot


def base_pieces(endpoint: BaseEndpoint, query: SnaptronQuery) -> Iterator[bytes]:
    """The response to one query in pieces, under one header for all its regions."""
    columns = _columns(endpoint, query)
    if not query.regions and not query.ids:
        yield Heading(NO_SELECTION + (b"0\n" if query.counts_only else b""))
        return
    _check(endpoint, query)
    head, positions = _head(query, columns), set[bytes]()
    for interval in query_intervals(query.regions, endpoint.facts.symbols):
        parts = _read_rows(endpoint, query, interval)
        yield Heading(head + _interval_head(endpoint, query, interval))
        head = b""
        # The original reports filters of rows only after the header.
        if query.rfilters and query.return_format != ucsc.LINK:
            raise BadQuery(
                "rfilter", query.rfilters[0], "no filter; base coverage has no such columns"
            )
        if query.counts_only and not _is_summed(query):
            for rows in parts:
                positions.update(rows.select(BASE.columns[:2]).lines())
        else:
            yield from _formatted(endpoint, query, columns, interval, parts)
    if query.counts_only:
        yield Heading(b"%d\n" % len(positions))


def _check(endpoint: BaseEndpoint, query: SnaptronQuery) -> None:
    """Raises BadQuery for parameters that base coverage does not have, and for malformed filters.

    Well-formed filters of rows pass; they are refused after the header.
    """
    if query.ids:
        raise BadQuery("ids", ",".join(query.ids), "regions; base coverage has no ids")
    if query.return_format == NO_FORMAT:
        raise BadQuery("return_format", query.format_text, "0, 1, 2 or 3")
    parse_rfilters(query.rfilters, restricted=False)
    if query.sfilters:
        endpoint.facts.search.ids(parse_sfilters(query.sfilters))


def _is_summed(query: SnaptronQuery) -> bool:
    """True for sums and means. They cover all overlapping rows, whatever else the query sets
    (quirk 28).
    """
    return bool(query.calc) or query.return_format == ucsc.BEDGRAPH


def _columns(endpoint: BaseEndpoint, query: SnaptronQuery) -> tuple[str, ...]:
    """The columns of the response: positions and the samples of `sids`, otherwise `fields` only,
    otherwise all. Raises BadQuery or NotFound.
    """
    if query.sids:
        columns: list[str] = []
        for names in query.sids:
            columns += _group_members(endpoint, names) or names
        return (*BASE.columns, *_existing(endpoint, columns))
    if query.fields and not query.counts_only:
        return _existing(endpoint, _group_members(endpoint, query.fields) or query.fields)
    return endpoint.columns


def _group_members(endpoint: BaseEndpoint, names: Sequence[str]) -> tuple[str, ...]:
    """The samples of the named groups; empty if the names are columns."""
    if names[0] in endpoint.columns or names[0].isdecimal():
        return ()
    groups = {group.name: group for group in endpoint.facts.groups}
    columns: list[str] = []
    for name in names:
        if name not in groups:
            raise NotFound("sample group or column", name, ", ".join(groups))
        columns += map(str, groups[name].members.tolist())
    return tuple(columns)


def _existing(endpoint: BaseEndpoint, names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in endpoint.columns:
            raise NotFound("sample with base coverage", name)
    return tuple(names)


def _head(query: SnaptronQuery, columns: Sequence[str]) -> bytes:
    if not query.header or query.return_format in (ucsc.TRACK, ucsc.BEDGRAPH) or query.calc:
        return b""
    if query.return_format == ucsc.LINK:
        return header(ucsc.LINK_NAMES)
    if query.counts_only:
        return b""
    return header(columns, group="" if query.fields or query.sids else query.group)


def _interval_head(endpoint: BaseEndpoint, query: SnaptronQuery, interval: QueryInterval) -> bytes:
    if query.return_format == ucsc.LINK:
        return ucsc.link(endpoint.facts.release, endpoint.base_url, "bases", query, interval.text)
    if query.return_format:
        return ucsc.track_head(interval.text, bases=True)
    return b""


def _read_rows(
    endpoint: BaseEndpoint, query: SnaptronQuery, interval: QueryInterval
) -> Iterable[Rows]:
    # With a sample filter the original returns no rows, only sums.
    if (
        interval.region is None
        or query.return_format == ucsc.LINK
        or (query.sfilters and not _is_summed(query))
    ):
        return ()
    return read_bases(
        endpoint.index,
        endpoint.facts.release,
        interval.region,
        match=Match.OVERLAP if _is_summed(query) else interval.match(query.match),
        columns=endpoint.columns,
        slot=endpoint.slot,
    )


def _formatted(
    endpoint: BaseEndpoint,
    query: SnaptronQuery,
    columns: Sequence[str],
    interval: QueryInterval,
    parts: Iterable[Rows],
) -> Iterator[bytes]:
    if query.return_format == ucsc.TRACK:
        yield from (ucsc.track_rows(rows, query) for rows in parts)
    elif not _is_summed(query):
        prefix = query.group or f"{endpoint.facts.release.title}:{_LETTER}"
        yield from (prefixed(rows.select(columns).text, prefix) for rows in parts)
    elif query.calc_axis == _BY_ROW:
        yield from _row_sums(query, parts)
    else:
        yield from _region_sum(query, interval, parts)


def _row_sums(query: SnaptronQuery, parts: Iterable[Rows]) -> Iterator[bytes]:
    """For each row its position and the sum or mean over all samples."""
    for rows in parts:
        values = base_values(rows)
        numbers = _number_texts(query, values.sum(axis=1), values.shape[1])
        positions = rows.select(BASE.columns).text.split(b"\n")[:-1]
        lines = zip(positions, numbers, strict=True)
        yield b"".join(position + b"\t" + number + b"\n" for position, number in lines)


def _region_sum(
    query: SnaptronQuery, interval: QueryInterval, parts: Iterable[Rows]
) -> Iterator[bytes]:
    """One line for the region: its position and label, and for each sample the sum or mean over the
    rows, not weighted by their lengths.
    """
    tables = [base_values(rows) for rows in parts]
    position = interval.text.replace(":", "|", 1).replace("-", "|", 1)
    label = f"{position}|{query.group or query.label}".encode()
    if tables:
        values = np.concatenate(tables)
        numbers = _number_texts(query, values.sum(axis=0), len(values))
        yield b"\t".join((label, *numbers)) + b"\n"


def _number_texts(
    query: SnaptronQuery, sums: "np.typing.NDArray[np.float64]", count: int
) -> list[bytes]:
    if query.calc_op == "mean":
        return [b"%.3f" % (total / count) for total in sums.tolist()]
    return [b"%d" % round(total) for total in sums.tolist()]
