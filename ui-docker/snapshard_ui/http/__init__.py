"""HTTP around the views: the record of a request, problems, caching, compression, trailers.

`in_process` stays behind its own name: it imports httpx, which a server does without.
"""

from snapshard_ui.http.cache_headers import (
    add_cache_headers,
    add_provenance_headers,
    allow_cross_origin,
    etag,
    not_modified,
)
from snapshard_ui.http.compression import compress_response
from snapshard_ui.http.paths import encoded_path
from snapshard_ui.http.problems import (
    MEDIA_TYPE,
    TITLES,
    problem_details,
    problem_response,
)
from snapshard_ui.http.record import Record, current_record
from snapshard_ui.http.streaming import Pieces, streamed
from snapshard_ui.http.trailers import Trailers, announce, current_trailers
from snapshard_ui.http.upload import Upload, current_upload

__all__ = [
    "MEDIA_TYPE",
    "TITLES",
    "Pieces",
    "Record",
    "Trailers",
    "Upload",
    "add_cache_headers",
    "add_provenance_headers",
    "allow_cross_origin",
    "announce",
    "compress_response",
    "current_record",
    "current_trailers",
    "current_upload",
    "encoded_path",
    "etag",
    "not_modified",
    "problem_details",
    "problem_response",
    "streamed",
]
