"""The checksum inside Parquet and Arrow files of exports.

Near its end such a file states its number of rows and the sha256 of the bytes before.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import BinaryIO

from snapshard.client.errors import Damaged, Interrupted

_CHECKSUM = re.compile(rb'\{"bytes":\d+,"rows":\d+,"sha256":"[0-9a-f]{64}"\}')
"""The value of the metadata `snapshard.complete`. Both formats store metadata as plain text."""
_WINDOW = 1 << 16
"""Bytes read from the end at first. An Arrow stream ends with a batch without rows, a Parquet file with
a footer, which is long if there are many row groups.
"""


def check_embedded_checksum(file: Path) -> None:
    """Raises Interrupted for a file without its end, Damaged if the checksum differs."""
    size, window = file.stat().st_size, _WINDOW
    with file.open("rb") as rows:
        while True:
            rows.seek(max(0, size - window))
            checksums = _CHECKSUM.findall(rows.read())
            if checksums or window >= size:
                break
            # The footer of a Parquet file with many row groups can be longer than the window.
            window *= 4
        if not checksums:
            raise Interrupted("the response ended before its end")
        end = json.loads(checksums[-1])
        received = _digest(rows, end["bytes"])
    if received != end["sha256"]:
        raise Damaged(
            f"checksum mismatch: the server sent {end['sha256']}, the client got {received}"
        )


def _digest(file: BinaryIO, size: int) -> str:
    """The sha256 of the file's first bytes."""
    digest = hashlib.sha256()
    file.seek(0)
    while size > 0:
        chunk = file.read(min(size, 1 << 20))
        if not chunk:
            break
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()
