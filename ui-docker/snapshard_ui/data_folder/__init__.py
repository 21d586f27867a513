"""Snaptron's data folder: the files of each compilation's published release, under the names that
Snaptron gives them. Scripts download them, and pysam reads single regions of the junctions.
"""

from flask import Blueprint, Response

from snapshard_ui.data_folder.byte_ranges import ServedFile, file_response
from snapshard_ui.data_folder.files import FILES
from snapshard_ui.http import current_record, etag
from snapshard_ui.runtime import current_index

__all__ = ["blueprint"]

blueprint = Blueprint("data_folder", __name__)
_NAMES = ", ".join(f"'{name}'" for name in FILES)


@blueprint.get(f"/data/<compilation>/<any({_NAMES}):name>")
def data_file(compilation: str, name: str) -> Response:
    """A file of the published release. Raises NotFound for one that the release does not have."""
    index = current_index()
    release = index.catalog.release(compilation)
    current_record().compilation = release.compilation
    media_type, content_of = FILES[name]
    content = content_of(index, index.facts.of(release))
    return file_response(ServedFile(content.size, etag((release,), name), media_type, content.read))
