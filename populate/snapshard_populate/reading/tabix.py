"""Single regions of a bgzip source that has a tabix index (`.tbi`) next to it.

bgzip (BGZF in the SAM format specification, section 4.1) compresses a file in blocks of up to 64 kB,
each a gzip member of its own. The index maps regions to virtual offsets: the position of a block in
the file, shifted left by 16 bits, plus the position of a line in the block's text. So htslib reads
only the blocks of a region, at an address by range requests. Three things must be ensured here:

- The file is complete. An end marker, an empty block, is its last one; htslib only warns if it is
  missing.
- Every line is read by exactly one shard. htslib returns all lines that overlap a region; here only
  those that *start* in it count.
- The index is read from a temporary folder, because htslib saves the index of an address in the
  working folder, and reuses that copy even if the file has changed.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pysam
import requests

from snapshard.errors import BadSource
from snapshard.region import Region
from snapshard_populate.reading.download import without_query
from snapshard_populate.reading.s3 import http_address
from snapshard_populate.reading.source import is_url

BLOCK_BYTES = 4 << 20
_END_MARKER = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that ends every bgzip file (SAM format specification, section 4.1.2)."""
# A .tbi cannot index positions beyond this one, and fetch() accepts no greater end.
_MOST_POSITION = 1 << 29
_TIMEOUT = 30.0


def has_index(location: str | Path) -> bool:
    """Whether a `.tbi` exists next to the file at this path or address; standard input has none."""
    name = str(location)
    if name == "-":
        return False
    if not is_url(name):
        return Path(f"{name}.tbi").is_file()
    with requests.get(http_address(_index_url(name)), stream=True, timeout=_TIMEOUT) as response:
        return response.ok


def indexed_chromosomes(location: str | Path) -> tuple[str, ...]:
    """The chromosomes of an indexed file, in the order of the file."""
    with _open_table(str(location)) as table:
        return tuple(table.contigs)


def read_region(location: str | Path, region: Region) -> Iterator[bytes]:
    """Yields the lines that *start* in the region, verbatim and in the order of the file, as texts
    of complete lines of about BLOCK_BYTES.

    Positions are 1-based and closed. A line that starts before the region and reaches into it is
    left out. Yields nothing if the index does not contain the chromosome. Raises BadSource if the
    file is truncated or damaged.
    """
    with _open_table(str(location)) as table:
        if region.chrom not in table.contigs or region.start > _MOST_POSITION:
            return
        lines: list[bytes] = []
        size = 0
        for line in _fetch(table, region, str(location)):
            if int(line.split(b"\t", 3)[2]) < region.start:
                continue
            lines.append(line)
            size += len(line) + 1
            if size >= BLOCK_BYTES:
                yield b"\n".join([*lines, b""])
                lines, size = [], 0
        if lines:
            yield b"\n".join([*lines, b""])


def _fetch(table: pysam.TabixFile, region: Region, name: str) -> Iterator[bytes]:
    end = None if region.end >= _MOST_POSITION else region.end
    try:
        for line in table.fetch(region.chrom, region.start - 1, end):
            yield line.encode("latin-1")
    except (OSError, ValueError) as error:
        raise BadSource(
            name, f"is damaged, or its index belongs to another file: {without_query(error)}"
        ) from error


@contextmanager
def _open_table(location: str) -> Iterator[pysam.TabixFile]:
    _check_end(location)
    with tempfile.TemporaryDirectory(prefix="snapshard-") as folder:
        index = _download_index(location, folder) if is_url(location) else f"{location}.tbi"
        try:
            table = pysam.TabixFile(http_address(location), index=index, encoding="latin-1")
        except (OSError, ValueError) as error:
            raise BadSource(
                location, f"expected a bgzip file with a tabix index: {without_query(error)}"
            ) from error
        with table:
            yield table


def _download_index(url: str, folder: str) -> str:
    """The path of a copy of the index in the folder."""
    path = os.path.join(folder, "index.tbi")
    response = requests.get(http_address(_index_url(url)), timeout=_TIMEOUT)
    if not response.ok:
        status = f"{response.status_code} {response.reason}"
        raise BadSource(
            _index_url(url), f"expected a tabix index, but the server returned {status}"
        )
    Path(path).write_bytes(response.content)
    return path


def _index_url(url: str) -> str:
    path, mark, query = url.partition("?")
    return f"{path}.tbi{mark}{query}"


def _check_end(location: str) -> None:
    """Raise BadSource for a file without bgzip's end marker."""
    if _last_bytes(location) != _END_MARKER:
        raise BadSource(
            location,
            "is truncated or not bgzip: its end marker is missing "
            "(if the file is complete, compress it again: zcat FILE | bgzip)",
        )


def _last_bytes(location: str) -> bytes:
    if is_url(location):
        response = requests.get(
            http_address(location),
            headers={"Range": f"bytes=-{len(_END_MARKER)}"},
            stream=True,
            timeout=_TIMEOUT,
        )
        with response:
            if response.status_code != 206:
                status = f"{response.status_code} {response.reason}"
                raise BadSource(
                    location, f"expected a part of the file, but the server returned {status}"
                )
            return response.content
    with open(location, "rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - len(_END_MARKER)))
        return stream.read()
