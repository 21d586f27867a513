"""Checks of published files against their manifest."""

import hashlib

import pyarrow as pa
import pyarrow.parquet as pq

from snapshard.errors import BadSource
from snapshard.files.manifest import PublishedFile
from snapshard.files.store import Store


def check_file(store: Store, file: PublishedFile) -> None:
    """Reads a file and compares its bytes, checksum and rows with the manifest. Raises BadSource,
    which names the file.
    """
    place = f"{store.location}/{file.path}"
    digest, size = hashlib.sha256(), 0
    for chunk in store.chunks(file.path):
        digest.update(chunk)
        size += len(chunk)
    if size != file.bytes:
        raise BadSource(place, f"expected {file.bytes:,} bytes as in the manifest, got {size:,}")
    if digest.hexdigest() != file.sha256:
        reason = f"expected the sha256 {file.sha256} of the manifest, got {digest.hexdigest()}"
        raise BadSource(place, reason)
    if file.path.endswith(".parquet"):
        _check_rows(store, file, place)


def is_unchanged(store: Store, file: PublishedFile) -> bool:
    """Whether a file is there with the bytes of the manifest."""
    try:
        check_file(store, file)
    except BadSource:
        return False
    return True


def _check_rows(store: Store, file: PublishedFile, place: str) -> None:
    try:
        with store.input(file.path) as source:
            rows = pq.read_metadata(source).num_rows
    except pa.ArrowInvalid as exc:
        raise BadSource(place, f"expected a Parquet file, got: {exc}") from exc
    if rows != file.rows:
        raise BadSource(place, f"expected {file.rows:,} rows as in the manifest, got {rows:,}")
