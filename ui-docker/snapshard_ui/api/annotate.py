"""A file of junctions in, the same lines with the background of a release out.

Both directions are streamed: a response starts when the first lines have arrived, and the file is
read no faster than the response is taken (see http/upload.py). Nothing of the file is stored or
logged. What is wrong with the first lines is a problem response; a later error can only be reported
inside the stream, which then ends with a remark and without the line that marks it as complete.
"""

import hashlib
from contextlib import AbstractContextManager, ExitStack, closing
from itertools import islice

from flask import Response, request

from snapshard.background import AnnotatedFile
from snapshard.errors import BadQuery, BadRow, BadSource, BadUpload, SnapshardError
from snapshard.junction_files import JunctionFile, Stream
from snapshard.wire import COMPLETE_REMARK, ERROR_REMARK
from snapshard_ui.api.models.annotate import AnnotatedLines, AnnotateParams
from snapshard_ui.api.routes import ReleaseRequest, uploaded
from snapshard_ui.http import Pieces, current_record, current_upload, streamed
from snapshard_ui.render import words
from snapshard_ui.runtime import current_backend

_FILE = "the file"
"""The name of the file in messages: the request does not have one, and none is logged."""


@uploaded("/junctions:annotate", params=AnnotateParams, model=AnnotatedLines, also=(413, 429))
def annotate(request_: ReleaseRequest[AnnotateParams]) -> Response:
    """The lines of a junction file, each with its background in the release.

    The body is the file itself: SJ.out.tab of STAR, BED of regtools or TopHat, LeafCutter, FRASER,
    rMATS, MAJIQ, portcullis or a plain table; plain or gzip.
    """
    if request.mimetype == "multipart/form-data":
        raise BadQuery("body", request.mimetype, "the file itself (curl --data-binary @FILE)")
    return annotated_response(request_, current_upload())


def annotated_response(
    request_: ReleaseRequest[AnnotateParams], file: AbstractContextManager[Stream]
) -> Response:
    """The lines of a file, each with its background, streamed while the file is read."""
    backend = current_backend()
    with ExitStack() as stack:
        stack.callback(backend.take_export_slot())
        lines = annotated_lines(request_, stack.enter_context(file))
        # Errors of the first lines become problem responses, as do all errors of a small file: its
        # second piece is the end.
        first_pieces = list(islice(lines, 2))
        response = Response(
            streamed(_all_pieces(first_pieces, lines, stack.pop_all())),
            mimetype="text/tab-separated-values",
        )
    response.headers["X-Accel-Buffering"] = "no"
    response.headers.update(backend.exports.headers())
    return response


def annotated_lines(request_: ReleaseRequest[AnnotateParams], stream: Stream) -> Pieces:
    """The bytes of the response, read from the file as they are taken. The first piece has the first
    rows. Raises BadUpload for a file that cannot be read.
    """
    digest, params, release = hashlib.sha256(), request_.params, request_.release
    record = current_record()
    try:
        groups = request_.index.facts.of(release).groups_named(params.tissue)
        file = JunctionFile(stream, _FILE, format_name=params.format, options=params.read_options())
        result = AnnotatedFile(request_.index, release, file, groups=groups, rare=params.rare)
        about = {**release.provenance(), "format": file.format.name}
        piece = (b"# " + words(about) + b"\n" if params.about else b"") + result.header()
        for rows in result.rows():
            piece += rows
            digest.update(piece)
            yield piece
            record.rows, piece = result.row_count, b""
        piece += b"".join(result.remarks())
        digest.update(piece)
        end = {"rows": result.row_count, "sha256": digest.hexdigest()}
        yield piece + COMPLETE_REMARK + words(end) + b"\n"
    except (BadRow, BadSource) as error:
        raise BadUpload(str(error)) from error


def _all_pieces(first_pieces: list[bytes], later_pieces: Pieces, stack: ExitStack) -> Pieces:
    """The pieces, then what the stack closes; an error ends them with a remark, and is raised."""
    with stack, closing(later_pieces):
        yield from first_pieces
        try:
            yield from later_pieces
        except SnapshardError as error:
            yield ERROR_REMARK + str(error).replace("\n", " ").encode() + b"\n"
            raise
