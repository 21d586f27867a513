"""Every test of a comparison, streamed.

A q value depends on all p values, so two passes are needed. The first reads and compares the junctions;
it keeps the p values, and the lines without q compressed, about 50 bytes for each test of two groups.
The second adds q to the lines. The description is sent at once, the rows when the last junction has
been compared.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import zstandard
from flask import Response
from numpy.typing import NDArray

from snapshard.comparison import (
    ComparisonRequest,
    ComparisonTable,
    Reason,
    benjamini_hochberg,
    compare_rows,
    distributions,
)
from snapshard.errors import ShardUnavailable, SnapshardError
from snapshard.junction import Column, ColumnType
from snapshard.match import Match
from snapshard.query import Query
from snapshard.rows import Rows
from snapshard_ui.api.compare import compared_regions, comparison_members, comparison_request
from snapshard_ui.api.models.compare import ComparisonExport, ComparisonExportParams
from snapshard_ui.api.queries import reachable_release
from snapshard_ui.api.responses import disposition, page_writer
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.http import Pieces, streamed
from snapshard_ui.render import Sheet, Writer
from snapshard_ui.runtime import current_backend

_NUMBERS = ("difference", "effect", "low", "high", "statistic", "tau", "p")


@on_release(
    "/compare:export",
    params=ComparisonExportParams,
    model=ComparisonExport,
    formats=("json", "ndjson", "tsv", "csv"),
    also=(429, 501),
)
def compare_export(request: ReleaseRequest[ComparisonExportParams]) -> Response:
    """Every junction in which groups of samples were compared, for regions of any size.

    The last line, or member, has the number of tests, and of the junctions that were not tested.
    """
    distributions()
    comparison, group_count = comparison_request(request)
    regions = compared_regions(request.index, request.release, request.params)
    query = Query(regions, match=Match.OVERLAP)
    release, missing = reachable_release(request.index, request.release, query)
    if missing:
        raise ShardUnavailable(missing[0], "no response before the comparison")
    backend = current_backend()
    give_slot_back = backend.take_export_slot()
    columns = _columns(comparison)
    sheet = Sheet(columns, release.provenance(), request.params.about)
    writer = page_writer(request.format, sheet, comparison_members(comparison, group_count))
    rows = request.index.rows(release, query)
    tables = compare_rows(rows, regions, release.assembly, comparison)
    response = Response(
        streamed(_pieces(writer, tables, columns, rows)), mimetype=request.format.media_type
    )
    response.headers["Content-Disposition"] = disposition(request, attachment=True)
    response.headers["X-Accel-Buffering"] = "no"
    response.headers.update(backend.exports.headers())
    response.call_on_close(give_slot_back)
    return response


def _columns(comparison: ComparisonRequest) -> tuple[Column, ...]:
    texts = [Column("name", ColumnType.TEXT, ""), Column("role", ColumnType.TEXT, "")]
    for group in comparison.samples.groups:
        texts.append(Column(f"n {group.name}", ColumnType.INTEGER, ""))
        texts.append(Column(f"level {group.name}", ColumnType.DECIMAL, ""))
    numbers = [Column(name, ColumnType.DECIMAL, "") for name in (*_NUMBERS, "q")]
    return (*texts, *numbers)


@dataclass
class _Lines:
    """The lines of all tables without their last column, q."""

    count: int = 0
    left_out: Counter[Reason] = field(default_factory=Counter)
    parts: list[bytes] = field(default_factory=list)
    p: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, table: ComparisonTable) -> None:
        """Keeps the lines of a table."""
        self.count += len(table)
        self.left_out.update(table.left_out)
        if len(table):
            self.p.append(table.p)
            self.parts.append(zstandard.compress(_text(table), 1))

    def with_q(self, names: tuple[str, ...]) -> Iterator[Rows]:
        """The lines with q."""
        q = benjamini_hochberg(np.concatenate([np.empty(0), *self.p]))
        first = 0
        for part, p in zip(self.parts, self.p, strict=True):
            lines = zstandard.decompress(part).splitlines()
            values = q[first : first + len(p)].tolist()
            rows = zip(lines, values, strict=True)
            yield Rows(b"".join([b"%s\t%a\n" % row for row in rows]), names)
            first += len(p)


def _text(table: ComparisonTable) -> bytes:
    """The lines of a table, without q; NaN is empty."""
    groups = range(table.n.shape[1])
    cells = [column for group in groups for column in (table.n[:, group], table.level[:, group])]
    numbers = [getattr(table, name) for name in _NUMBERS]
    columns = [map(_cell, column.tolist()) for column in (*cells, *numbers)]
    rows = zip(table.names, table.roles, *columns, strict=True)
    return "".join(["\t".join(row) + "\n" for row in rows]).encode()


def _cell(value: float) -> str:
    return "" if math.isnan(value) else repr(value)


def _pieces(
    writer: Writer,
    tables: Iterator[ComparisonTable],
    columns: tuple[Column, ...],
    rows: Iterator[Rows],
) -> Pieces:
    """The bytes of the response; an error ends them with a remark, and is raised."""
    digest, lines = hashlib.sha256(), _Lines()
    with closing(rows):  # type: ignore[type-var]  # the index returns generators
        try:
            for piece in _body(writer, tables, columns, lines):
                digest.update(piece)
                yield piece
        except SnapshardError as error:
            yield writer.broken(str(error))
            raise
    left_out = {str(reason): count for reason, count in lines.left_out.items()}
    yield writer.tail({"rows": lines.count, "left_out": left_out, "sha256": digest.hexdigest()})


def _body(
    writer: Writer, tables: Iterable[ComparisonTable], columns: tuple[Column, ...], lines: _Lines
) -> Iterator[bytes]:
    yield writer.head()
    for table in tables:
        lines.add(table)
    for rows in lines.with_q(tuple(column.name for column in columns)):
        yield writer.body(rows)
    yield writer.rest()
