"""Exports: everything that matches, streamed in genome order in constant memory, from as many
shards as it takes.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing

from flask import Response

from snapshard.errors import BadQuery, ShardUnavailable, SnapshardError
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.attachment import disposition
from snapshard_ui.api.params import ExportParams
from snapshard_ui.api.queries import chosen, reachable, selected
from snapshard_ui.api.responses import MISSING, ROWS, page_writer
from snapshard_ui.api.routes import ReleaseRequest
from snapshard_ui.columns import Choice
from snapshard_ui.http import Pieces, Record, announce, current_record, current_trailers, streamed
from snapshard_ui.render.bgzf import Bgzf
from snapshard_ui.render.writer import Sheet, Writer
from snapshard_ui.runtime import current_backend


def junction_export(asked: ReleaseRequest[ExportParams]) -> Response:
    """The stream. What can fail before it begins fails before the first byte: a bad query, a lost
    shard, too many exports.
    """
    ours, params = current_backend(), asked.params
    if params.compress and asked.format.binary:
        raise BadQuery(
            "compress",
            params.compress,
            f"a text format; {asked.format.name} is compressed by itself",
        )
    query, choice = selected(asked.index, asked.release, params), chosen(params, asked.format)
    release, missing = _with_shards(asked, query)
    current_record().partial = bool(missing)
    ended = ours.take_export_slot()
    stream = _Stream(current_record(), choice, release, completes=params.complete)
    sheet = Sheet(choice.written, release.provenance(), params.about, choice.stored(query))
    pieces = stream.pieces(
        page_writer(asked.format, sheet, {"missing_shards": missing}),
        choice.read(asked.index, release, query),
    )
    response = Response(
        streamed(_bgzipped(pieces) if params.compress else pieces), mimetype=asked.format.media_type
    )
    announce(response, ROWS)
    if params.compress:
        response.mimetype = "application/gzip"
    if missing:
        response.headers[MISSING] = ",".join(missing)
    response.headers["Content-Disposition"] = disposition(
        asked, attachment=True, extra=".gz" if params.compress else ""
    )
    response.headers["X-Accel-Buffering"] = "no"
    response.headers.update(ours.exports.headers())
    response.call_on_close(ended)
    return response


def _with_shards(asked: ReleaseRequest[ExportParams], query: Query) -> tuple[Release, list[str]]:
    """The release as far as its shards answer, and those that do not; all of them must, unless the
    request says otherwise.
    """
    release, missing = reachable(asked.index, asked.release, query)
    if missing and not asked.params.allow_partial:
        raise ShardUnavailable(
            missing[0], f"no answer when the export began ({len(missing)} shards are away)"
        )
    return release, missing


class _Stream:
    """One export on its way."""

    def __init__(self, seen: Record, choice: Choice, release: Release, *, completes: bool) -> None:
        self._seen = seen
        self._choice = choice
        self._release = release
        self._completes = completes
        self._trailers = current_trailers()

    def pieces(self, writer: Writer, parts: Iterator[Rows]) -> Pieces:
        """The bytes of the answer. An error inside is told in the stream, which then breaks off
        without its end.
        """
        digest = hashlib.sha256() if self._completes else None
        with closing(parts):  # type: ignore[type-var]  # the index gives generators
            try:
                for piece in self._written(writer, parts):
                    if digest is not None:
                        digest.update(piece)
                    yield piece
            except SnapshardError as error:
                yield writer.broken(str(error))
                raise
            self._trailers[ROWS] = str(self._seen.rows)
            yield writer.tail(
                {"rows": self._seen.rows, "sha256": digest.hexdigest()}
                if digest is not None
                else None
            )

    def _written(self, writer: Writer, parts: Iterable[Rows]) -> Iterator[bytes]:
        yield from _some(writer.head())
        for part in parts:
            shown = self._choice.shown(part, self._release)
            self._seen.rows += len(shown)
            yield from _some(writer.body(shown))
        yield from _some(writer.rest())


def _some(piece: bytes) -> tuple[bytes, ...]:
    return (piece,) if piece else ()


def _bgzipped(pieces: Iterable[bytes]) -> Pieces:
    blocks = Bgzf()
    for piece in pieces:
        yield from _some(blocks.write(piece))
    yield blocks.finish()
