"""Answers of the endpoint of base coverage. [12.5]"""

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
from snapshard_ui.snaptron.asked import NO_FORMAT, Asked
from snapshard_ui.snaptron.layouts import Heading, header, prefixed
from snapshard_ui.snaptron.records import NO_PLACE
from snapshard_ui.snaptron.regions import Stretch, stretches
from snapshard_ui.snaptron.rfilters import parse_rfilters
from snapshard_ui.snaptron.sfilters import parse_sfilters

_LETTER = "B"
_BY_STRETCH = 1


@dataclass(frozen=True)
class BaseDesk:
    """Where the endpoint finds what it answers with; columns are those of the data."""

    index: Index
    described: ReleaseFacts
    columns: tuple[str, ...]
    base_url: str
    slot: Slot


def answer(desk: BaseDesk, asked: Asked) -> Iterator[bytes]:
    """One query's answer in pieces, under one header for all its regions."""
    wanted = _columns(desk, asked)
    if not asked.regions and not asked.ids:
        yield Heading(NO_PLACE + (b"0\n" if asked.counts_only else b""))
        return
    _check(desk, asked)
    head, places = _head(asked, wanted), set[bytes]()
    for stretch in stretches(asked.regions, desk.described.symbols):
        parts = _rows(desk, asked, stretch)
        yield Heading(head + _interval_head(desk, asked, stretch))
        head = b""
        if asked.rfilters and asked.return_format != ucsc.LINK:
            raise BadQuery(
                "rfilter",
                asked.rfilters[0],
                "no filter: stretches of coverage have no such columns",
            )
        if asked.counts_only and not _is_summed(asked):
            places.update(
                place for rows in parts for place in rows.select(BASE.columns[:2]).lines()
            )
        else:
            yield from _written(desk, asked, wanted, stretch, parts)
    if asked.counts_only:
        yield Heading(b"%d\n" % len(places))


def _check(desk: BaseDesk, asked: Asked) -> None:
    """Refuses what stretches of coverage do not have; filters of rows that are well formed are
    refused behind the header.
    """
    if asked.ids:
        raise BadQuery("ids", ",".join(asked.ids), "regions; base coverage has no ids")
    if asked.return_format == NO_FORMAT:
        raise BadQuery("return_format", asked.return_format, "0, 1, 2 or 3")
    parse_rfilters(asked.rfilters, restricted=False)
    if asked.sfilters:
        desk.described.search.ids(parse_sfilters(asked.sfilters))


def _is_summed(asked: Asked) -> bool:
    """Whether sums or means are wanted. They are of all that overlaps, whatever else the query says
    (quirk 28).
    """
    return bool(asked.calc) or asked.return_format == ucsc.BEDGRAPH


def _columns(desk: BaseDesk, asked: Asked) -> tuple[str, ...]:
    """The columns to show: positions and the samples of `sids`, else `fields` alone, else all.
    Raises BadQuery or NotFound.
    """
    if asked.sids:
        wanted = [name for names in asked.sids for name in _members(desk, names) or names]
        return (*BASE.columns, *_known(desk, wanted))
    if asked.fields and not asked.counts_only:
        return _known(desk, _members(desk, asked.fields) or asked.fields)
    return desk.columns


def _members(desk: BaseDesk, names: Sequence[str]) -> tuple[str, ...]:
    """The samples of the groups named; empty if the names are columns."""
    if names[0] in desk.columns or names[0].isdecimal():
        return ()
    groups = {group.name: group for group in desk.index.facts.of(desk.described.release).groups}
    for name in names:
        if name not in groups:
            raise NotFound("sample group or column", name, ", ".join(groups))
    return tuple(str(member) for name in names for member in groups[name].members.tolist())


def _known(desk: BaseDesk, names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in desk.columns:
            raise NotFound("sample with base coverage", name)
    return tuple(names)


def _head(asked: Asked, wanted: Sequence[str]) -> bytes:
    if not asked.header or asked.return_format in (ucsc.TRACK, ucsc.BEDGRAPH) or asked.calc:
        return b""
    if asked.return_format == ucsc.LINK:
        return header(ucsc.LINK_NAMES)
    if asked.counts_only:
        return b""
    return header(wanted, group="" if asked.fields or asked.sids else asked.group)


def _interval_head(desk: BaseDesk, asked: Asked, stretch: Stretch) -> bytes:
    if asked.return_format == ucsc.LINK:
        return ucsc.link(desk.described.release, desk.base_url, "bases", asked, stretch.text)
    if asked.return_format:
        return ucsc.track_head(stretch.text, bases=True)
    return b""


def _rows(desk: BaseDesk, asked: Asked, stretch: Stretch) -> Iterable[Rows]:
    if (
        stretch.region is None
        or asked.return_format == ucsc.LINK
        or (asked.sfilters and not _is_summed(asked))
    ):
        return ()
    match = Match.OVERLAP if _is_summed(asked) else stretch.match(asked.match)
    return read_bases(
        desk.index,
        desk.described.release,
        stretch.region,
        match=match,
        columns=desk.columns,
        slot=desk.slot,
    )


def _written(
    desk: BaseDesk, asked: Asked, wanted: Sequence[str], stretch: Stretch, parts: Iterable[Rows]
) -> Iterator[bytes]:
    if asked.return_format == ucsc.TRACK:
        yield from (ucsc.track_rows(rows, asked) for rows in parts)
    elif _is_summed(asked):
        yield from (
            _sums(asked, parts)
            if asked.calc_axis == _BY_STRETCH
            else _region_sum(asked, stretch, parts)
        )
    else:
        prefix = asked.group or f"{desk.described.release.title}:{_LETTER}"
        yield from (prefixed(rows.select(wanted).text, prefix) for rows in parts)


def _sums(asked: Asked, parts: Iterable[Rows]) -> Iterator[bytes]:
    """Per stretch its place and the sum or mean over all samples."""
    for rows in parts:
        table = base_values(rows)
        numbers = _texts(asked, table.sum(axis=1), table.shape[1])
        places = rows.select(BASE.columns).text.split(b"\n")[:-1]
        yield b"".join(
            place + b"\t" + number + b"\n" for place, number in zip(places, numbers, strict=True)
        )


def _region_sum(asked: Asked, stretch: Stretch, parts: Iterable[Rows]) -> Iterator[bytes]:
    """One line for the region: its place and label, and per sample the sum or mean over the
    stretches, whatever their lengths.
    """
    tables = [base_values(rows) for rows in parts]
    place = f"{stretch.text.replace(':', '|', 1).replace('-', '|', 1)}|{asked.group or asked.label}".encode()
    if tables:
        table = np.concatenate(tables)
        yield b"\t".join((place, *_texts(asked, table.sum(axis=0), len(table)))) + b"\n"


def _texts(asked: Asked, sums: "np.typing.NDArray[np.float64]", count: int) -> list[bytes]:
    if asked.calc_op == "mean":
        return [b"%.3f" % (one / count) for one in sums.tolist()]
    return [b"%d" % round(one) for one in sums.tolist()]
