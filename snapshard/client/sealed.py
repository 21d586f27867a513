"""Parquet and Arrow files of exports, which say near their end how many rows they have and what the
bytes before add up to.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import BinaryIO

from snapshard.client.errors import Damaged, Interrupted

_SAID = re.compile(rb'\{"bytes":\d+,"rows":\d+,"sha256":"[0-9a-f]{64}"\}')
"""The value of the metadata `snapshard.complete`; both formats hold the texts of their metadata as
they are.
"""
_WINDOW = 1 << 16
"""Bytes looked at from the end, at first: an Arrow stream ends in a batch without rows, a Parquet
file in a footer, which is long where there are many row groups.
"""


def check_sealed(file: Path) -> None:
    """Raises Interrupted for a file without its end, Damaged for one whose bytes do not have the
    checksum that it says.
    """
    size, window = file.stat().st_size, _WINDOW
    with file.open("rb") as rows:
        while True:
            rows.seek(max(0, size - window))
            said = _SAID.findall(rows.read())
            if said or window >= size:
                break
            window *= 4
        if not said:
            raise Interrupted("the answer ended before its end")
        complete = json.loads(said[-1])
        found = _digest(rows, complete["bytes"])
    if found != complete["sha256"]:
        raise Damaged(
            f"the server's checksum is {complete['sha256']}, that of the bytes received {found}"
        )


def _digest(file: BinaryIO, left: int) -> str:
    """The sha256 of the file's first bytes."""
    digest = hashlib.sha256()
    file.seek(0)
    while left > 0 and (piece := file.read(min(left, 1 << 20))):
        digest.update(piece)
        left -= len(piece)
    return digest.hexdigest()
