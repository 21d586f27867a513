"""Exports: everything that matches, streamed in genome order in constant memory.

An error that is known before the first byte is a problem response. A later one can only be
reported inside the stream: it then ends with a remark, without the last chunk of HTTP and without
the line that marks a complete export, so that no reader takes it for whole.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from flask import Response

from snapshard.errors import BadQuery, ShardUnavailable, SnapshardError
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.wire import MISSING_SHARDS_HEADER, ROWS_HEADER
from snapshard_ui.api.params import ExportParams
from snapshard_ui.api.queries import (
    build_projection,
    build_query,
    find_rows,
    reachable_release,
    remarks_on,
)
from snapshard_ui.api.responses import disposition, page_writer
from snapshard_ui.api.routes import ReleaseRequest
from snapshard_ui.columns import Projection
from snapshard_ui.http import (
    Pieces,
    Record,
    announce,
    current_record,
    current_trailers,
    streamed,
)
from snapshard_ui.render import Bgzf, Sheet, Writer
from snapshard_ui.runtime import current_backend


def export_response(request: ReleaseRequest[ExportParams]) -> Response:
    """The streamed response. Raises BadQuery, ShardUnavailable and TooBusy before the first byte."""
    backend, params = current_backend(), request.params
    if params.compress and request.format.binary:
        raise BadQuery(
            "compress",
            params.compress,
            f"a text format; {request.format.name} is compressed itself",
        )
    query = build_query(request.index, request.release, params)
    projection = build_projection(params, request.format)
    release, missing = _require_shards(request, query)
    record = current_record()
    record.partial = bool(missing)
    give_slot_back = backend.take_export_slot()
    exact = projection.reads_stored_columns(query)
    sheet = Sheet(projection.header, release.provenance(), params.about, exact)
    writer = page_writer(
        request.format, sheet, {"missing_shards": missing, "remarks": remarks_on(release, query)}
    )
    export = _Export(record, projection, release, current_trailers(), params.complete)
    pieces = export.pieces(writer, find_rows(request.index, release, query, projection))
    if params.compress:
        pieces = _bgzipped(pieces)
    response = Response(streamed(pieces), mimetype=request.format.media_type)
    announce(response, ROWS_HEADER)
    if params.compress:
        response.mimetype = "application/gzip"
    if missing:
        response.headers[MISSING_SHARDS_HEADER] = ",".join(missing)
    response.headers["Content-Disposition"] = disposition(
        request, attachment=True, extra=".gz" if params.compress else ""
    )
    # nginx would otherwise buffer the stream, and hide from us that its client has left.
    response.headers["X-Accel-Buffering"] = "no"
    response.headers.update(backend.exports.headers())
    response.call_on_close(give_slot_back)
    return response


def _require_shards(
    request: ReleaseRequest[ExportParams], query: Query
) -> tuple[Release, list[str]]:
    """The release without unavailable shards, and their names. Raises ShardUnavailable if there are
    any, unless the request allows a partial export.
    """
    release, missing = reachable_release(request.index, request.release, query)
    if missing and not request.params.allow_partial:
        raise ShardUnavailable(
            missing[0], f"no response before the export ({len(missing)} shards are unavailable)"
        )
    return release, missing


@dataclass(frozen=True)
class _Export:
    """An export in progress."""

    record: Record
    projection: Projection
    release: Release
    trailers: dict[str, str]
    with_digest: bool

    def pieces(self, writer: Writer, parts: Iterator[Rows]) -> Pieces:
        """The bytes of the response; an error ends them with a remark, and is raised."""
        digest = hashlib.sha256() if self.with_digest else None
        with closing(parts):  # type: ignore[type-var]  # the index returns generators
            try:
                for piece in self._body(writer, parts):
                    if digest is not None:
                        digest.update(piece)
                    yield piece
            except SnapshardError as error:
                yield writer.broken(str(error))
                raise
            self.trailers[ROWS_HEADER] = str(self.record.rows)
            end = None
            if digest is not None:
                end = {"rows": self.record.rows, "sha256": digest.hexdigest()}
            yield writer.tail(end)

    def _body(self, writer: Writer, parts: Iterable[Rows]) -> Iterator[bytes]:
        yield from _nonempty(writer.head())
        for part in parts:
            rows = self.projection.project(part, self.release)
            self.record.rows += len(rows)
            yield from _nonempty(writer.body(rows))
        yield from _nonempty(writer.rest())


def _nonempty(piece: bytes) -> tuple[bytes, ...]:
    # Writers return an empty piece while they hold rows back.
    return (piece,) if piece else ()


def _bgzipped(pieces: Pieces) -> Pieces:
    blocks = Bgzf()
    with closing(pieces):
        for piece in pieces:
            yield from _nonempty(blocks.write(piece))
        yield blocks.finish()
